#include <array>

#include "chunking/languages/ecmascript.hpp"

namespace quire::chunking {
namespace {

/// `namespace net.http {...}` and `declare module "net" {...}`.
std::optional<Declared> find_module(const Node& node, const Place& place) {
  std::optional<Declared> found = declared_by_fields(node, place, SymbolKind::module);
  if (found) {
    std::erase_if(found->name, [](char c) { return c == '"' || c == '\'' || c == ' '; });
  }
  return found;
}

/// `A` of `enum E { A, B = 1 }`, which has a node of its own only where it has a value.
std::optional<Declared> find_enum_member(const Node& node, const Place& place) {
  if (place.parent != SymbolKind::enum_type || !place.is_minor) {
    return std::nullopt;
  }
  const Node name = node.field("name");
  std::string text((name.exists() ? name : node).text(place.source));
  std::erase_if(text, [](char c) { return c == '"' || c == '\''; });
  return Declared{.name = std::move(text), .kind = SymbolKind::constant, .leaf = true};
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "public_field_definition", .find = find_field},
    {.node_type = "abstract_class_declaration", .kind = SymbolKind::class_type},
    {.node_type = "interface_declaration", .kind = SymbolKind::interface},
    {.node_type = "enum_declaration", .kind = SymbolKind::enum_type},
    {.node_type = "type_alias_declaration", .kind = SymbolKind::type_alias},
    {.node_type = "function_signature", .kind = SymbolKind::function},
    {.node_type = "method_signature", .kind = SymbolKind::method},
    {.node_type = "abstract_method_signature", .kind = SymbolKind::method},
    {.node_type = "ambient_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "internal_module", .find = find_module},
    {.node_type = "module", .find = find_module},
    {.node_type = "satisfies_expression", .role = Role::open_minor},
    {.node_type = "as_expression", .role = Role::open_minor},
    {.node_type = "interface_body", .role = Role::open_minor},
    {.node_type = "object_type", .role = Role::open_minor},
    {.node_type = "intersection_type", .role = Role::open_minor},
    {.node_type = "union_type", .role = Role::open_minor},
    {.node_type = "type_annotation", .role = Role::open_minor},
    {.node_type = "property_signature", .kind = SymbolKind::field, .is_minor = true},
    {.node_type = "enum_body", .role = Role::open_minor},
    {.node_type = "enum_assignment", .find = find_enum_member},
    {.node_type = "property_identifier", .find = find_enum_member},
});

}  // namespace

Language typescript_language() {
  return {
      .name = "typescript", .separator = ".", .rules = kRules, .family_rules = ecmascript_rules()};
}

Language tsx_language() {
  return {.name = "tsx", .separator = ".", .rules = kRules, .family_rules = ecmascript_rules()};
}

}  // namespace quire::chunking
