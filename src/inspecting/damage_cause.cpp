#include "inspecting/damage_cause.hpp"

#include <algorithm>

namespace quire::inspecting {
namespace {

bool is_zero(char c) {
  return c == 0;
}

bool is_ours_as_text(std::string_view bytes) {
  return bytes.starts_with("{\"format\":");
}

}  // namespace

std::string_view damage_cause(std::string_view bytes) {
  if (bytes.empty()) {
    return "the file is empty, as a full disk or a crash of the system may leave it";
  }
  if (std::ranges::all_of(bytes, is_zero)) {
    return "the file holds zeros alone, as a crash of the system may leave it";
  }
  if (bytes.starts_with("version https://git-lfs.github.com/")) {
    return "this is a pointer of git-LFS: `git lfs pull` fetches the file itself";
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    return "an editor has put a byte order mark before it";
  }
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return "it was saved as UTF-16";
  }
  if (is_ours_as_text(bytes) && bytes.contains("\n<<<<<<< ")) {
    return "git has left the marks of a merge conflict in it";
  }
  if (is_ours_as_text(bytes) && bytes.contains(",\r\n\"")) {
    return "its line ends were turned into CR LF, as git does with core.autocrlf";
  }
  return {};
}

}  // namespace quire::inspecting
