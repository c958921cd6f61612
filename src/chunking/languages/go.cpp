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

/// `a, b = 1, 2` or `a, b int`; locals are none.
std::optional<Declared> find_values(const Node& node, const Place& place, SymbolKind kind) {
  const Node name = node.field("name");
  if (place.is_minor || !name.exists()) {
    return std::nullopt;
  }
  std::vector<Further> also = further_children(node, "identifier", kind, place.source);
  if (!also.empty()) {
    also.erase(also.begin());
  }
  return Declared{
      .name = std::string(name.text(place.source)), .kind = kind, .also = std::move(also)};
}

std::optional<Declared> find_constants(const Node& node, const Place& place) {
  return find_values(node, place, SymbolKind::constant);
}

std::optional<Declared> find_variables(const Node& node, const Place& place) {
  return find_values(node, place, SymbolKind::variable);
}

std::optional<Declared> find_fields(const Node& node, const Place& place) {
  return only_further(further_children(node, "field_identifier", SymbolKind::field, place.source));
}

/// `handler := func(...) {...}`
std::optional<Declared> find_closure(const Node& node, const Place& place) {
  const Node name = node.field("left").child_at(0);
  const Node value = node.field("right").child_at(0);
  if (name.type() != "identifier" || value.type() != "func_literal") {
    return std::nullopt;
  }
  return Declared{.name = std::string(name.text(place.source)),
                  .kind = SymbolKind::function,
                  .body = value.field("body"),
                  .is_minor = true};
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
    {.node_type = "const_spec", .find = find_constants},
    {.node_type = "var_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "var_spec_list", .role = Role::open},
    {.node_type = "var_spec", .find = find_variables},
    {.node_type = "struct_type", .role = Role::open_minor},
    {.node_type = "field_declaration_list", .role = Role::open_minor},
    {.node_type = "field_declaration", .find = find_fields},
    {.node_type = "interface_type", .role = Role::open_minor},
    {.node_type = "method_elem", .kind = SymbolKind::method, .is_minor = true},
    {.node_type = "block", .role = Role::open_minor},
    {.node_type = "statement_list", .role = Role::open_minor},
    {.node_type = "short_var_declaration", .find = find_closure},
    {.node_type = "if_statement", .role = Role::open_minor},
    {.node_type = "for_statement", .role = Role::open_minor},
    {.node_type = "expression_statement", .role = Role::open_minor},
    {.node_type = "go_statement", .role = Role::open_minor},
    {.node_type = "defer_statement", .role = Role::open_minor},
    {.node_type = "return_statement", .role = Role::open_minor},
    {.node_type = "call_expression", .role = Role::open_minor},
    {.node_type = "argument_list", .role = Role::open_minor},
    {.node_type = "expression_list", .role = Role::open_minor},
    {.node_type = "func_literal", .role = Role::open_minor},
});

}  // namespace

Language go_language() {
  return {.name = "go", .separator = ".", .rules = kRules};
}

}  // namespace quire::chunking
