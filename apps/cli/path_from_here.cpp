#include "cli/path_from_here.hpp"

#include <system_error>

namespace quire::cli {

namespace fs = std::filesystem;

PathFromHere::PathFromHere(const fs::path& root) {
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  const fs::path top = failed || root.empty() ? fs::path() : fs::weakly_canonical(root, failed);
  const fs::path inside = failed ? fs::path() : here.lexically_relative(top);
  if (!inside.empty() && inside != "." && *inside.begin() != "..") {
    here_ = inside;
  }
}

std::string PathFromHere::operator()(const std::string& path) const {
  return here_.empty() ? path : fs::path(path).lexically_relative(here_).string();
}

}  // namespace quire::cli
