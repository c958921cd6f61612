#include "chunking/languages/language.hpp"

#include <algorithm>

namespace quire::chunking {

std::optional<Declared> declared_by_fields(const Node& node, const Place& place, SymbolKind kind) {
  const Node name = node.field("name");
  if (!name.exists()) {
    return std::nullopt;
  }
  return Declared{collapse_spaces(name.text(place.source)), kind, node.field("body")};
}

std::vector<std::string> module_parts(std::string_view path) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t slash = std::min(path.find('/', start), path.size());
    const std::string_view part = path.substr(start, slash - start);
    const bool is_file = slash == path.size();
    if (part == "src" && !is_file) {
      parts.clear();
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(is_file ? part.substr(0, part.rfind('.')) : part);
    }
    start = slash + 1;
  }
  return parts;
}

}  // namespace quire::chunking
