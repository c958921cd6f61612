#include <array>

#include "chunking/languages/c_declarator.hpp"
#include "chunking/languages/hide_macros.hpp"

namespace quire::chunking {
namespace {

std::optional<Declared> find_class(const Node& node, const Place& place) {
  std::optional<Declared> found = find_struct(node, place);
  if (found) {
    found->kind = SymbolKind::class_type;
  }
  return found;
}

/// An unnamed namespace adds nothing to the names in it.
std::optional<Declared> find_namespace(const Node& node, const Place& place) {
  std::string name(node.field("name").text(place.source));
  std::erase_if(name, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  return Declared{std::move(name), SymbolKind::name_space, node.field("body")};
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "attribute_declaration", .role = Role::lead},
    {.node_type = "template_parameter_list", .role = Role::lead, .begins_signature = true},
    {.node_type = "requires_clause", .role = Role::lead, .begins_signature = true},
    {.node_type = "preproc_if", .role = Role::open},
    {.node_type = "preproc_ifdef", .role = Role::open},
    {.node_type = "preproc_else", .role = Role::open},
    {.node_type = "preproc_elif", .role = Role::open},
    {.node_type = "preproc_elifdef", .role = Role::open},
    {.node_type = "linkage_specification", .role = Role::open},
    {.node_type = "declaration_list", .role = Role::open},
    {.node_type = "field_declaration_list", .role = Role::open},
    {.node_type = "compound_statement", .role = Role::open},
    {.node_type = "friend_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "template_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "namespace_definition", .find = find_namespace},
    {.node_type = "function_definition", .find = find_function_definition},
    {.node_type = "declaration", .find = find_declaration, .begins_signature = true},
    {.node_type = "field_declaration", .find = find_declaration, .begins_signature = true},
    {.node_type = "pointer_declarator", .role = Role::open},
    {.node_type = "function_declarator", .find = find_lone_declarator},
    {.node_type = "type_definition", .find = find_typedef},
    {.node_type = "alias_declaration", .kind = SymbolKind::type_alias},
    {.node_type = "concept_definition", .kind = SymbolKind::trait},
    {.node_type = "class_specifier", .find = find_class},
    {.node_type = "struct_specifier", .find = find_struct},
    {.node_type = "union_specifier", .find = find_union},
    {.node_type = "enum_specifier", .find = find_enum},
    {.node_type = "enumerator_list", .role = Role::open_minor},
    {.node_type = "enumerator", .find = find_enumerator},
    {.node_type = "preproc_def", .find = find_macro},
    {.node_type = "preproc_function_def", .find = find_macro},
});

}  // namespace

Language cpp_language() {
  return {.name = "cpp", .separator = "::", .rules = kRules, .readable = hide_macros};
}

}  // namespace quire::chunking
