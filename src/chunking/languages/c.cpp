#include <array>

#include "chunking/languages/c_declarator.hpp"
#include "chunking/languages/hide_macros.hpp"

namespace quire::chunking {
namespace {

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "attribute_declaration", .role = Role::lead},
    {.node_type = "preproc_if", .role = Role::open},
    {.node_type = "preproc_ifdef", .role = Role::open},
    {.node_type = "preproc_else", .role = Role::open},
    {.node_type = "preproc_elif", .role = Role::open},
    {.node_type = "preproc_elifdef", .role = Role::open},
    {.node_type = "linkage_specification", .role = Role::open},
    {.node_type = "declaration_list", .role = Role::open},
    {.node_type = "function_definition", .find = find_function_definition},
    {.node_type = "declaration", .find = find_declaration, .begins_signature = true},
    {.node_type = "pointer_declarator", .role = Role::open},
    {.node_type = "function_declarator", .find = find_lone_declarator},
    {.node_type = "type_definition", .find = find_typedef},
    {.node_type = "struct_specifier", .find = find_struct},
    {.node_type = "union_specifier", .find = find_union},
    {.node_type = "enum_specifier", .find = find_enum},
    {.node_type = "field_declaration_list", .role = Role::open_minor},
    {.node_type = "field_declaration", .find = find_declaration, .is_minor = true},
    {.node_type = "enumerator_list", .role = Role::open_minor},
    {.node_type = "enumerator", .find = find_enumerator},
    {.node_type = "compound_statement", .role = Role::open_minor},
    {.node_type = "preproc_def", .find = find_macro},
    {.node_type = "preproc_function_def", .find = find_macro},
});

}  // namespace

Language c_language() {
  return {.name = "c", .separator = "::", .rules = kRules, .readable = hide_macros};
}

}  // namespace quire::chunking
