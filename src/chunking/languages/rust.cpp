#include <algorithm>
#include <array>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

/// "Server" of `Server<T>`, `net::Server`, `&mut Server`, `[Server]`, `dyn Server`.
std::string type_name(Node type, std::string_view source) {
  for (;;) {
    if (type.type() == "generic_type" || type.type() == "reference_type") {
      type = type.field("type");
    } else if (type.type() == "scoped_type_identifier") {
      type = type.field("name");
    } else {
      return collapse_spaces(type.text(source));
    }
  }
}

std::optional<Declared> find_impl(const Node& node, const Place& place) {
  return Declared{type_name(node.field("type"), place.source), SymbolKind::impl,
                  node.field("body")};
}

/// `mod net;` says where the module is; it is not the module.
std::optional<Declared> find_module(const Node& node, const Place& place) {
  if (!node.field("body").exists()) {
    return std::nullopt;
  }
  return declared_by_fields(node, place, SymbolKind::module);
}

/// Where the last folder named "src" begins in `path`.
std::optional<std::size_t> source_folder_in(std::string_view path) {
  constexpr std::string_view kFolder = "src/";
  std::size_t at = path.rfind(kFolder);
  while (at != std::string_view::npos && at > 0 && path[at - 1] != '/') {
    at = path.rfind(kFolder, at - 1);
  }
  return at == std::string_view::npos ? std::nullopt : std::optional(at);
}

/// "crates/net-io/src/http/mod.rs" is net_io::http, "src/http.rs" is crate::http.
std::string package_of_path(std::string_view path) {
  std::vector<std::string> parts = module_parts(path);
  if (!parts.empty() &&
      (parts.back() == "mod" || parts.back() == "lib" || parts.back() == "main")) {
    parts.pop_back();
  }
  const std::optional<std::size_t> source_folder = source_folder_in(path);
  std::string package = "crate";
  if (source_folder.value_or(0) > 1) {
    const std::string_view above = path.substr(0, *source_folder - 1);
    package = above.substr(above.rfind('/') + 1);
    std::ranges::replace(package, '-', '_');
  }
  for (const std::string& part : parts) {
    package += "::" + part;
  }
  return package;
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "line_comment", .role = Role::lead},
    {.node_type = "block_comment", .role = Role::lead},
    {.node_type = "attribute_item", .role = Role::lead},
    {.node_type = "function_item", .kind = SymbolKind::function},
    {.node_type = "function_signature_item", .kind = SymbolKind::function},
    {.node_type = "struct_item", .kind = SymbolKind::struct_type},
    {.node_type = "union_item", .kind = SymbolKind::union_type},
    {.node_type = "enum_item", .kind = SymbolKind::enum_type},
    {.node_type = "trait_item", .kind = SymbolKind::trait},
    {.node_type = "impl_item", .find = find_impl},
    {.node_type = "mod_item", .find = find_module},
    {.node_type = "foreign_mod_item", .role = Role::open},
    {.node_type = "declaration_list", .role = Role::open},
    {.node_type = "block", .role = Role::open},
    {.node_type = "type_item", .kind = SymbolKind::type_alias},
    {.node_type = "const_item", .kind = SymbolKind::constant},
    {.node_type = "static_item", .kind = SymbolKind::variable},
    {.node_type = "macro_definition", .kind = SymbolKind::macro},
    {.node_type = "associated_type", .kind = SymbolKind::type_alias, .is_minor = true},
    {.node_type = "enum_variant_list", .role = Role::open_minor},
    {.node_type = "enum_variant", .kind = SymbolKind::constant, .is_minor = true},
    {.node_type = "field_declaration_list", .role = Role::open_minor},
    {.node_type = "field_declaration", .kind = SymbolKind::field, .is_minor = true},
    {.node_type = "expression_statement", .role = Role::open_minor},
    {.node_type = "if_expression", .role = Role::open_minor},
    {.node_type = "else_clause", .role = Role::open_minor},
    {.node_type = "unsafe_block", .role = Role::open_minor},
    {.node_type = "async_block", .role = Role::open_minor},
});

}  // namespace

Language rust_language() {
  return {.name = "rust", .separator = "::", .rules = kRules, .package_of_path = package_of_path};
}

}  // namespace quire::chunking
