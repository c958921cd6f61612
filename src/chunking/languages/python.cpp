#include <algorithm>
#include <array>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

/// The module, its statement, the assignment.
constexpr std::uint32_t kModuleLevel = 2;

bool is_constant_name(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::optional<Declared> find_assignment(const Node& node, const Place& place) {
  const Node left = node.field("left");
  if (place.depth != kModuleLevel || left.type() != "identifier") {
    return std::nullopt;
  }
  const std::string_view name = left.text(place.source);
  return Declared{std::string(name),
                  is_constant_name(name) ? SymbolKind::constant : SymbolKind::variable,
                  {},
                  true};
}

std::optional<Declared> find_function(const Node& node, const Place& place) {
  std::optional<Declared> found = declared_by_fields(node, place, SymbolKind::function);
  if (found && found->name == "__init__" && place.parent == SymbolKind::class_type) {
    found->kind = SymbolKind::constructor;
  }
  return found;
}

/// "src/net/http/__init__.py" is net.http.
std::string package_of_path(std::string_view path) {
  std::vector<std::string> parts = module_parts(path);
  if (!parts.empty() && parts.back() == "__init__") {
    parts.pop_back();
  }
  std::string package;
  for (const std::string& part : parts) {
    package += (package.empty() ? "" : ".") + part;
  }
  return package;
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "decorator", .role = Role::lead},
    {.node_type = "decorated_definition", .role = Role::open},
    {.node_type = "class_definition", .kind = SymbolKind::class_type},
    {.node_type = "function_definition", .find = find_function},
    {.node_type = "block", .role = Role::open},
    {.node_type = "if_statement", .role = Role::open},
    {.node_type = "elif_clause", .role = Role::open},
    {.node_type = "else_clause", .role = Role::open},
    {.node_type = "try_statement", .role = Role::open},
    {.node_type = "except_clause", .role = Role::open},
    {.node_type = "finally_clause", .role = Role::open},
    {.node_type = "with_statement", .role = Role::open},
    {.node_type = "for_statement", .role = Role::open},
    {.node_type = "while_statement", .role = Role::open},
    {.node_type = "expression_statement", .role = Role::open},
    {.node_type = "assignment", .find = find_assignment},
});

}  // namespace

Language python_language() {
  return {.name = "python", .separator = ".", .rules = kRules, .package_of_path = package_of_path};
}

}  // namespace quire::chunking
