#include "source/known_file.hpp"

#include <charconv>
#include <string>

#include "base/checksum.hpp"
#include "source/walk.hpp"

namespace quire::source {
namespace {

/// Takes the text up to the next space off `rest`, as a number; false if it is not one.
template <class Number>
bool take_number(std::string_view& rest, Number& out, int radix = 10) {
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) {
    return false;
  }
  const std::string digits(rest.substr(0, space));
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out, radix);
  rest.remove_prefix(space + 1);
  return error == std::errc{} && stop == end;
}

}  // namespace

std::string attribute_name(std::string_view path) {
  return std::string(kKnownFilePrefix) + displayable_path(path);
}

std::string encode(const KnownFile& file) {
  return std::to_string(file.size) + ' ' + std::to_string(file.mtime_ns) + ' ' +
         std::to_string(file.inode) + ' ' + base::to_hex(file.content_hash) + ' ' +
         std::to_string(file.chunker_version) + (file.binary ? " 1 " : " 0 ") + file.path;
}

std::optional<KnownFile> decode_known_file(std::string_view text) {
  KnownFile file;
  std::uint8_t binary = 0;
  const bool whole = take_number(text, file.size) && take_number(text, file.mtime_ns) &&
                     take_number(text, file.inode) && take_number(text, file.content_hash, 16) &&
                     take_number(text, file.chunker_version) && take_number(text, binary) &&
                     binary <= 1 && !text.empty();
  if (!whole) {
    return std::nullopt;
  }
  file.binary = binary == 1;
  file.path = text;
  return file;
}

}  // namespace quire::source
