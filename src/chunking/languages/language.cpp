#include "chunking/languages/language.hpp"

#include <algorithm>
#include <utility>

namespace quire::chunking {

std::optional<Declared> declared_by_fields(const Node& node, const Place& place, SymbolKind kind) {
  const Node name = node.field("name");
  if (!name.exists()) {
    return std::nullopt;
  }
  return Declared{collapse_spaces(name.text(place.source)), kind, node.field("body")};
}

Declared only_further(std::vector<Further> names) {
  return {.name = "", .kind = std::nullopt, .also = std::move(names)};
}

std::vector<Further> further_children(const Node& node,
                                      std::string_view type,
                                      SymbolKind kind,
                                      std::string_view source) {
  std::vector<Further> found;
  const std::uint32_t count = std::min(node.child_count(), kMostFurther);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const Node child = node.child_at(i); child.type() == type) {
      found.push_back({std::string(child.text(source)), kind, child});
    }
  }
  return found;
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
