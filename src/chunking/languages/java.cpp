#include <array>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

bool is_constant(const Node& field, const Place& place) {
  const std::string_view modifiers = field.child("modifiers").text(place.source);
  return place.parent == SymbolKind::interface ||
         (modifiers.contains("static") && modifiers.contains("final"));
}

/// `int a = 1, b[];`
std::optional<Declared> find_fields(const Node& node, const Place& place) {
  const SymbolKind kind = is_constant(node, place) ? SymbolKind::constant : SymbolKind::field;
  std::vector<Further> names = further_children(node, "variable_declarator", kind, place.source);
  for (Further& name : names) {
    name.name = name.node.field("name").text(place.source);
  }
  return only_further(std::move(names));
}

/// A record's component; other parameters are none.
std::optional<Declared> find_component(const Node& node, const Place& place) {
  const Node name = node.field("name");
  if (place.parent != SymbolKind::class_type || !name.exists()) {
    return std::nullopt;
  }
  return Declared{.name = std::string(name.text(place.source)),
                  .kind = SymbolKind::field,
                  .leaf = true,
                  .is_minor = true};
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "line_comment", .role = Role::lead},
    {.node_type = "block_comment", .role = Role::lead},
    {.node_type = "package_declaration", .role = Role::package},
    {.node_type = "class_declaration", .kind = SymbolKind::class_type},
    {.node_type = "record_declaration", .kind = SymbolKind::class_type},
    {.node_type = "interface_declaration", .kind = SymbolKind::interface},
    {.node_type = "annotation_type_declaration", .kind = SymbolKind::interface},
    {.node_type = "enum_declaration", .kind = SymbolKind::enum_type},
    {.node_type = "class_body", .role = Role::open},
    {.node_type = "interface_body", .role = Role::open},
    {.node_type = "annotation_type_body", .role = Role::open},
    {.node_type = "enum_body", .role = Role::open},
    {.node_type = "enum_body_declarations", .role = Role::open},
    {.node_type = "method_declaration", .kind = SymbolKind::method},
    {.node_type = "constructor_declaration", .kind = SymbolKind::constructor},
    {.node_type = "compact_constructor_declaration", .kind = SymbolKind::constructor},
    {.node_type = "annotation_type_element_declaration",
     .kind = SymbolKind::method,
     .is_minor = true},
    {.node_type = "enum_constant", .kind = SymbolKind::constant, .is_minor = true},
    {.node_type = "constant_declaration", .find = find_fields},
    {.node_type = "field_declaration", .find = find_fields},
    {.node_type = "formal_parameters", .role = Role::open_minor},
    {.node_type = "formal_parameter", .find = find_component},
    {.node_type = "variable_declarator", .role = Role::open_minor},
    {.node_type = "object_creation_expression", .role = Role::open_minor},
    {.node_type = "block", .role = Role::open_minor},
    {.node_type = "constructor_body", .role = Role::open_minor},
    {.node_type = "static_initializer", .role = Role::open_minor},
    {.node_type = "local_variable_declaration", .role = Role::open_minor},
    {.node_type = "expression_statement", .role = Role::open_minor},
    {.node_type = "assignment_expression", .role = Role::open_minor},
    {.node_type = "return_statement", .role = Role::open_minor},
    {.node_type = "method_invocation", .role = Role::open_minor},
    {.node_type = "argument_list", .role = Role::open_minor},
    {.node_type = "lambda_expression", .role = Role::open_minor},
    {.node_type = "if_statement", .role = Role::open_minor},
    {.node_type = "for_statement", .role = Role::open_minor},
    {.node_type = "enhanced_for_statement", .role = Role::open_minor},
    {.node_type = "while_statement", .role = Role::open_minor},
    {.node_type = "try_statement", .role = Role::open_minor},
    {.node_type = "try_with_resources_statement", .role = Role::open_minor},
});

}  // namespace

Language java_language() {
  return {.name = "java", .separator = ".", .rules = kRules};
}

}  // namespace quire::chunking
