#include "words/paths.hpp"

#include <cstddef>

namespace quire::words {
namespace {

constexpr int kPathParts = 4;

}  // namespace

std::string_view path_end(std::string_view path) {
  std::size_t at = path.size();
  for (int parts = 0; parts < kPathParts && at != std::string_view::npos && at > 0; ++parts) {
    at = path.rfind('/', at - 1);
  }
  return at == std::string_view::npos || at == 0 ? path : path.substr(at + 1);
}

std::string_view file_stem(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == 0 ? name : name.substr(0, dot);
}

}  // namespace quire::words
