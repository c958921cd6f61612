#include <array>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

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
});

}  // namespace

Language java_language() {
  return {.name = "java", .separator = ".", .rules = kRules};
}

}  // namespace quire::chunking
