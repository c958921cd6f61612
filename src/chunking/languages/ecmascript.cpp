#include "chunking/languages/ecmascript.hpp"

#include <algorithm>
#include <array>

namespace quire::chunking {
namespace {

bool is_function_value(const Node& value) {
  static constexpr std::array<std::string_view, 3> kTypes{"arrow_function", "function_expression",
                                                          "generator_function"};
  return std::ranges::find(kTypes, value.type()) != kTypes.end();
}

/// Looks through `(x)`, `x as T`, `x satisfies T`.
Node bare_value(Node value) {
  static constexpr std::array<std::string_view, 4> kWrappers{
      "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"};
  while (std::ranges::find(kWrappers, value.type()) != kWrappers.end()) {
    value = value.child_at(0);
  }
  return value;
}

/// What a name that is bound to `value` declares; nothing if the value is neither function, class
/// nor object.
std::optional<Declared> bound(std::string name, const Node& value) {
  if (is_function_value(value)) {
    return Declared{std::move(name), SymbolKind::function, value.field("body")};
  }
  if (value.type() == "class") {
    return Declared{std::move(name), SymbolKind::class_type, value.field("body")};
  }
  if (value.type() == "object") {
    return Declared{std::move(name), std::nullopt, {}};
  }
  return std::nullopt;
}

/// The keyword before the first declarator.
bool is_const(const Node& declarator, std::string_view source) {
  const std::string_view before = source.substr(0, declarator.first_byte());
  const std::size_t end = before.find_last_not_of(" \t\r\n");
  return end != std::string_view::npos && before.substr(0, end + 1).ends_with("const");
}

bool in_function(const Place& place) {
  return place.parent && is_function(*place.parent);
}

std::optional<Declared> find_variable(const Node& node, const Place& place) {
  const Node name = node.field("name");
  if (name.type() != "identifier") {
    return std::nullopt;
  }
  const Node value = bare_value(node.field("value"));
  std::optional<Declared> found = bound(std::string(name.text(place.source)), value);
  if (found && found->kind) {
    return found;
  }
  const bool is_import = value.text(place.source).starts_with("require(");
  if (is_import || place.is_minor || in_function(place)) {
    return std::nullopt;
  }
  return Declared{std::string(name.text(place.source)),
                  is_const(node, place.source) ? SymbolKind::constant : SymbolKind::variable,
                  {}};
}

void drop_prefix(std::string& name, std::string_view prefix) {
  if (name.starts_with(prefix)) {
    name.erase(0, prefix.size());
  }
}

/// "f" of `module.exports.f`, "Server.start" of `Server.prototype.start`; "" of what exports all.
std::string assigned_name(std::string_view left) {
  std::string name(left);
  std::erase_if(name, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  if (name == "module.exports" || name == "exports") {
    return "";
  }
  for (const std::string_view prefix :
       {"module.exports.", "exports.", "window.", "globalThis.", "global.", "self.", "this."}) {
    drop_prefix(name, prefix);
  }
  constexpr std::string_view kPrototype = ".prototype";
  if (const std::size_t at = name.find(kPrototype); at != std::string::npos) {
    name.erase(at, kPrototype.size());
  }
  return name;
}

std::optional<Declared> find_assignment(const Node& node, const Place& place) {
  const Node left = node.field("left");
  if (left.type() != "identifier" && left.type() != "member_expression") {
    return std::nullopt;
  }
  const std::string_view target = left.text(place.source);
  if (target.find_first_of("([\n") != std::string_view::npos) {
    return std::nullopt;
  }
  const Node value = bare_value(node.field("right"));
  std::optional<Declared> found = bound(assigned_name(target), value);
  if (found && found->kind && found->name.empty()) {
    const std::string_view own = value.field("name").text(place.source);
    found->name = own.empty() ? "default" : own;
  }
  if (found && found->kind && target.contains(".prototype.")) {
    found->kind = SymbolKind::method;
  }
  return found;
}

/// `export default` of a function, class or object without a name.
std::optional<Declared> find_default_export(const Node& node, const Place& place) {
  const Node value = bare_value(node.field("value"));
  std::optional<Declared> found = bound("default", value);
  if (!found) {
    return std::nullopt;
  }
  if (const Node name = value.field("name"); name.exists()) {
    found->name = name.text(place.source);
  }
  if (!found->kind) {
    found->name.clear();
  }
  return found;
}

std::string key_name(const Node& key, std::string_view source) {
  std::string name = collapse_spaces(key.text(source));
  if (key.type() == "string" && name.size() >= 2) {
    name = name.substr(1, name.size() - 2);
  }
  return name;
}

std::optional<Declared> find_pair(const Node& node, const Place& place) {
  return bound(key_name(node.field("key"), place.source), bare_value(node.field("value")));
}

std::optional<Declared> find_method(const Node& node, const Place& place) {
  std::string name = key_name(node.field("name"), place.source);
  const bool in_class = place.parent == SymbolKind::class_type;
  const SymbolKind kind = in_class && name == "constructor" ? SymbolKind::constructor
                          : in_class                        ? SymbolKind::method
                                                            : SymbolKind::function;
  return Declared{std::move(name), kind, node.field("body")};
}

/// `memo(function Panel() {...})`, not `const Panel = function Panel() {...}`.
std::optional<Declared> find_named_expression(const Node& node, const Place& place) {
  const std::string_view name = node.field("name").text(place.source);
  if (name.empty() || place.parent_name.ends_with(name)) {
    return std::nullopt;
  }
  return only_further({{std::string(name), SymbolKind::function, node}});
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "decorator", .role = Role::lead},
    {.node_type = "export_statement", .find = find_default_export, .begins_signature = true},
    {.node_type = "function_declaration", .kind = SymbolKind::function},
    {.node_type = "generator_function_declaration", .kind = SymbolKind::function},
    {.node_type = "class_declaration", .kind = SymbolKind::class_type},
    {.node_type = "class", .role = Role::open},
    {.node_type = "class_body", .role = Role::open},
    {.node_type = "method_definition", .find = find_method},
    {.node_type = "lexical_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "variable_declaration", .role = Role::open, .begins_signature = true},
    {.node_type = "variable_declarator", .find = find_variable},
    {.node_type = "expression_statement", .role = Role::open},
    {.node_type = "assignment_expression", .find = find_assignment},
    {.node_type = "object", .role = Role::open},
    {.node_type = "pair", .find = find_pair},
    {.node_type = "statement_block", .role = Role::open},
    {.node_type = "if_statement", .role = Role::open_long},
    {.node_type = "else_clause", .role = Role::open_long},
    {.node_type = "try_statement", .role = Role::open_long},
    {.node_type = "return_statement", .role = Role::open_long},
    {.node_type = "parenthesized_expression", .role = Role::open_long},
    {.node_type = "unary_expression", .role = Role::open_long},
    {.node_type = "call_expression", .role = Role::open_long},
    {.node_type = "arguments", .role = Role::open_long},
    {.node_type = "function_expression", .role = Role::open_long, .find = find_named_expression},
    {.node_type = "arrow_function", .role = Role::open_long},
    {.node_type = "await_expression", .role = Role::open_minor},
    {.node_type = "new_expression", .role = Role::open_minor},
    {.node_type = "array", .role = Role::open_minor},
    {.node_type = "catch_clause", .role = Role::open_minor},
    {.node_type = "finally_clause", .role = Role::open_minor},
    {.node_type = "for_statement", .role = Role::open_minor},
    {.node_type = "for_in_statement", .role = Role::open_minor},
    {.node_type = "while_statement", .role = Role::open_minor},
    {.node_type = "switch_statement", .role = Role::open_minor},
    {.node_type = "switch_body", .role = Role::open_minor},
    {.node_type = "switch_case", .role = Role::open_minor},
});

}  // namespace

std::span<const Rule> ecmascript_rules() {
  return kRules;
}

std::optional<Declared> find_field(const Node& node, const Place& place) {
  const Node name = node.field("name").exists() ? node.field("name") : node.field("property");
  const Node value = bare_value(node.field("value"));
  if (is_function_value(value)) {
    return Declared{key_name(name, place.source), SymbolKind::method, value.field("body")};
  }
  const std::string_view head =
      place.source.substr(node.first_byte(), name.first_byte() - node.first_byte());
  const bool is_constant = head.contains("static") && head.contains("readonly");
  return only_further({{key_name(name, place.source),
                        is_constant ? SymbolKind::constant : SymbolKind::field, node}});
}

}  // namespace quire::chunking
