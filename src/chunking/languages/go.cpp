#include <array>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

/// "Server" of the receivers `(s *Server)`, `(Server)` and `(s *Server[T])`.
std::string receiver_type(const Node& method, std::string_view source) {
  Node type = method.field("receiver").child("parameter_declaration").field("type");
  while (type.type() == "pointer_type" || type.type() == "parenthesized_type") {
    type = type.child_at(0);
  }
  if (type.type() == "generic_type") {
    type = type.field("type");
  }
  return std::string(type.text(source));
}

std::optional<Declared> find_method(const Node& node, const Place& place) {
  const std::string receiver = receiver_type(node, place.source);
  const std::string name(node.field("name").text(place.source));
  return Declared{receiver.empty() ? name : receiver + "." + name, SymbolKind::method,
                  node.field("body")};
}

std::optional<Declared> find_type(const Node& node, const Place& place) {
  const Node type = node.field("type");
  std::string name(node.field("name").text(place.source));
  if (type.type() == "struct_type") {
    return Declared{std::move(name), SymbolKind::struct_type, type.child("field_declaration_list")};
  }
  if (type.type() == "interface_type") {
    return Declared{std::move(name), SymbolKind::interface, type.child_at(0)};
  }
  return Declared{std::move(name), SymbolKind::type_alias, {}};
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "package_clause", .role = Role::package},
    {.node_type = "function_declaration", .kind = SymbolKind::function},
    {.node_type = "method_declaration", .find = find_method},
    {.node_type = "type_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "type_spec", .find = find_type},
    {.node_type = "type_alias", .kind = SymbolKind::type_alias},
    {.node_type = "const_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "const_spec", .kind = SymbolKind::constant},
    {.node_type = "var_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "var_spec_list", .role = Role::open},
    {.node_type = "var_spec", .kind = SymbolKind::variable},
});

}  // namespace

Language go_language() {
  return {.name = "go", .separator = ".", .rules = kRules};
}

}  // namespace quire::chunking
