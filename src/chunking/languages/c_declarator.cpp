#include "chunking/languages/c_declarator.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace quire::chunking {
namespace {

/// Of which each is in another; more are read as no name. Each of them may be asked for its name,
/// so that without a limit it would take the square of their number.
constexpr int kMostDeclarators = 64;

bool is_any_of(std::string_view type, std::span<const std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

/// What a declarator is wrapped around; some of the grammars' declarators have no field for it.
Node inner_declarator(const Node& declarator) {
  if (const Node inner = declarator.field("declarator"); inner.exists()) {
    return inner;
  }
  static constexpr std::array<std::string_view, 3> kUnnamedFields{
      "parenthesized_declarator", "reference_declarator", "attributed_declarator"};
  if (!is_any_of(declarator.type(), kUnnamedFields)) {
    return {};
  }
  static constexpr std::array<std::string_view, 3> kBefore{"ms_call_modifier", "comment",
                                                           "type_qualifier"};
  for (std::uint32_t i = 0; i < declarator.child_count(); ++i) {
    if (const Node child = declarator.child_at(i); !is_any_of(child.type(), kBefore)) {
      return child;
    }
  }
  return {};
}

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  return out;
}

/// "operator==", "operator new", "operator bool".
std::string operator_name(std::string_view text) {
  const std::string collapsed = collapse_spaces(text);
  const std::string tight = without_spaces(text);
  constexpr std::size_t kOperator = std::string_view("operator").size();
  const bool is_word = tight.size() > kOperator &&
                       (tight[kOperator] == '_' || (tight[kOperator] | 0x20) >= 'a') &&
                       (tight[kOperator] | 0x20) <= 'z';
  return is_word ? collapsed : tight;
}

/// A declared name, without template arguments.
std::string plain_name(Node name, std::string_view source) {
  std::string out;
  while (name.type() == "qualified_identifier") {
    if (const Node scope = name.field("scope"); scope.exists()) {
      const Node base = scope.field("name");
      out += without_spaces((base.exists() ? base : scope).text(source)) + "::";
    }
    name = name.field("name");
  }
  if (name.type() == "template_function" || name.type() == "template_method" ||
      name.type() == "template_type") {
    name = name.field("name");
  }
  if (name.type() == "operator_cast") {
    const std::uint32_t end = name.field("declarator").first_byte();
    const std::string_view text = source.substr(name.first_byte());
    return out + operator_name(text.substr(0, end - name.first_byte()));
  }
  if (name.type() == "operator_name") {
    return out + operator_name(name.text(source));
  }
  return out + without_spaces(name.text(source));
}

std::string_view last_part(std::string_view name) {
  const std::size_t colon = name.rfind("::");
  return colon == std::string_view::npos ? name : name.substr(colon + 2);
}

std::string_view scope_part(std::string_view name) {
  const std::size_t colon = name.rfind("::");
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

/// Broken code may have anything where a name should be.
bool is_name(std::string_view name) {
  static constexpr std::array<std::string_view, 24> kKeywords{
      "int",     "char",  "void",  "long",   "short",  "unsigned", "float",    "double",
      "default", "if",    "for",   "switch", "while",  "return",   "bool",     "namespace",
      "struct",  "class", "union", "enum",   "export", "template", "typename", "using"};
  const std::string_view last = last_part(name);
  const auto is_name_char = [](char c) {
    return std::string_view("_:~$").contains(c) || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
  };
  return last.starts_with("operator") ||
         (std::ranges::all_of(name, is_name_char) && !is_any_of(last, kKeywords));
}

SymbolKind function_kind(std::string_view name, const Place& place) {
  const bool in_type = place.parent && is_type(*place.parent);
  const std::string_view scope = scope_part(name);
  if (!in_type && scope.empty()) {
    return SymbolKind::function;
  }
  const std::string_view type = scope.empty() ? place.parent_name : scope;
  return last_part(type) == last_part(name) ? SymbolKind::constructor : SymbolKind::method;
}

bool is_macro_name(std::string_view name) {
  return name.size() > 1 && std::ranges::all_of(name, [](char c) {
           return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

/// `TEST(Parser, Accepts) {...}` defines what its first plain arguments say: Parser.Accepts.
std::string macro_arguments(const Node& declarator, std::string_view source) {
  const Node parameters = declarator.field("parameters");
  std::string name;
  for (std::uint32_t i = 0; i < std::min(parameters.child_count(), 2U); ++i) {
    const Node parameter = parameters.child_at(i);
    if (parameter.type() != "parameter_declaration" || parameter.child_count() != 1) {
      break;
    }
    name += (name.empty() ? "" : ".") + collapse_spaces(parameter.text(source));
  }
  return name;
}

bool has_body(const Node& type) {
  return type.field("body").exists();
}

std::optional<Declared> find_type_with_body(const Node& node, const Place& place, SymbolKind kind) {
  if (place.names_body || !has_body(node) || !node.field("name").exists()) {
    return std::nullopt;
  }
  return Declared{plain_name(node.field("name"), place.source), kind, node.field("body")};
}

bool is_constant(const Node& declaration, std::string_view source) {
  for (std::uint32_t i = 0; i < declaration.child_count(); ++i) {
    const Node child = declaration.child_at(i);
    const std::string_view text = child.text(source);
    if (child.type() == "type_qualifier" && (text == "const" || text == "constexpr")) {
      return true;
    }
  }
  return false;
}

bool is_include_guard(std::string_view name) {
  const std::string_view stem = name.substr(0, name.find_last_not_of('_') + 1);
  return stem.ends_with("_H") || stem.ends_with("_HPP") || stem.ends_with("_INCLUDED");
}

SymbolKind kind_of_typedef(const Node& type) {
  if (!has_body(type)) {
    return SymbolKind::type_alias;
  }
  if (type.type() == "enum_specifier") {
    return SymbolKind::enum_type;
  }
  return type.type() == "union_specifier" ? SymbolKind::union_type : SymbolKind::struct_type;
}

bool is_declarator(std::string_view type) {
  static constexpr std::array<std::string_view, 8> kTypes{
      "identifier",         "field_identifier", "type_identifier",     "init_declarator",
      "pointer_declarator", "array_declarator", "function_declarator", "reference_declarator"};
  return is_any_of(type, kTypes);
}

/// The declarators of `node` from the one that begins at `from`, as names of `kind`.
std::vector<Further> further_declarators(const Node& node,
                                         std::uint32_t from,
                                         SymbolKind kind,
                                         const Place& place) {
  std::vector<Further> found;
  const bool is_field = node.type() == "field_declaration";
  const std::uint32_t count = std::min(node.child_count(), kMostFurther);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Node child = node.child_at(i);
    const bool is_value = is_field && child.type() == "identifier";
    if (child.first_byte() < from || is_value || !is_declarator(child.type())) {
      continue;
    }
    Declarator read = read_declarator(child, place.source);
    if (!read.name.empty()) {
      const SymbolKind own = read.is_function && kind != SymbolKind::type_alias
                                 ? function_kind(read.name, place)
                                 : kind;
      found.push_back({std::move(read.name), own, child});
    }
  }
  return found;
}

bool in_function(const Place& place) {
  return place.is_minor && place.parent && is_function(*place.parent);
}

/// Also in broken code, where its type is not around it.
bool is_member(const Node& declaration, const Place& place) {
  return declaration.type() == "field_declaration" || (place.parent && is_type(*place.parent));
}

/// `static constexpr int kMost = 3;` in a class is a constant.
SymbolKind value_kind(const Node& declaration, const Place& place) {
  const bool is_fixed = is_constant(declaration, place.source);
  if (!is_member(declaration, place)) {
    return is_fixed ? SymbolKind::constant : SymbolKind::variable;
  }
  const std::string_view storage = declaration.child("storage_class_specifier").text(place.source);
  return is_fixed && storage == "static" ? SymbolKind::constant : SymbolKind::field;
}

/// `auto visit = [&](int x) {...};` in a function.
std::optional<Declared> find_local_closure(const Node& declarator, const Place& place) {
  const Node value = declarator.field("value");
  if (value.type() != "lambda_expression") {
    return std::nullopt;
  }
  return Declared{.name = read_declarator(declarator, place.source).name,
                  .kind = SymbolKind::function,
                  .body = value.field("body")};
}

/// `struct {...} a, b;`: the first name is the type's, if it has no other.
std::optional<Declared> find_declared_with_type(const Node& node, const Place& place) {
  const Node type = node.field("type");
  const Node declarator = node.field("declarator");
  if (!declarator.exists() || in_function(place)) {
    return std::nullopt;
  }
  const SymbolKind kind = value_kind(node, place);
  std::vector<Further> names = further_declarators(node, type.end_byte(), kind, place);
  const bool is_nameless = !type.field("name").exists() && kind != SymbolKind::field;
  const bool is_whole = node.text(place.source).ends_with(';');
  if (names.empty() || !is_nameless || !is_whole || place.is_minor) {
    return only_further(std::move(names));
  }
  std::string name = std::move(names.front().name);
  names.erase(names.begin());
  return Declared{
      .name = std::move(name), .kind = kind, .body = type.field("body"), .also = std::move(names)};
}

}  // namespace

Declarator read_declarator(Node declarator, std::string_view source) {
  Declarator read;
  for (int depth = 0;; ++depth) {
    if (depth == kMostDeclarators) {
      return {};
    }
    if (declarator.type() == "operator_cast") {
      read.is_function = true;
      break;
    }
    const Node inner = inner_declarator(declarator);
    if (!inner.exists()) {
      if (declarator.type() != "qualified_identifier") {
        break;
      }
      const Node name = declarator.field("name");
      read.is_function = read.is_function || name.type() == "operator_cast";
      break;
    }
    if (declarator.type() != "parenthesized_declarator") {
      read.is_function = declarator.type() == "function_declarator";
    }
    declarator = inner;
  }
  read.name = plain_name(declarator, source);
  if (!is_name(read.name)) {
    read.name.clear();
  }
  return read;
}

std::optional<Declared> find_function_definition(const Node& node, const Place& place) {
  const Node declarator = node.field("declarator");
  Declarator read = read_declarator(declarator, place.source);
  if (read.name.empty()) {
    return std::nullopt;
  }
  if (!node.field("type").exists() && is_macro_name(read.name)) {
    if (std::string name = macro_arguments(declarator, place.source); !name.empty()) {
      return Declared{.name = std::move(name),
                      .kind = SymbolKind::function,
                      .body = node.field("body"),
                      .is_minor_inside = true};
    }
  }
  // Behind broken code the parser takes `namespace net {` for a function of type "namespace".
  if (node.text(place.source).starts_with("namespace ")) {
    return Declared{std::move(read.name), SymbolKind::name_space, node.field("body")};
  }
  const SymbolKind kind = function_kind(read.name, place);
  const Node initializers = node.child("field_initializer_list");
  return Declared{.name = std::move(read.name),
                  .kind = kind,
                  .body = initializers.exists() ? initializers : node.field("body"),
                  .is_minor_inside = true};
}

std::optional<Declared> find_declaration(const Node& node, const Place& place) {
  if (has_body(node.field("type"))) {
    return find_declared_with_type(node, place);
  }
  const Node declarator = node.field("declarator");
  if (in_function(place)) {
    return find_local_closure(declarator, place);
  }
  Declarator read = read_declarator(declarator, place.source);
  if (read.name.empty()) {
    return std::nullopt;
  }
  const SymbolKind value = value_kind(node, place);
  std::vector<Further> also = further_declarators(node, declarator.end_byte(), value, place);
  if (read.is_function) {
    const SymbolKind kind = function_kind(read.name, place);
    return Declared{std::move(read.name), kind, {}, true, std::move(also)};
  }
  // `API int f(...)` is read as a declaration `API int` and another one behind it.
  const bool is_whole = node.text(place.source).ends_with(';');
  if (!is_whole) {
    return std::nullopt;
  }
  return Declared{std::move(read.name), value, {}, true, std::move(also), is_member(node, place)};
}

std::optional<Declared> find_lone_declarator(const Node& node, const Place& place) {
  Declarator read = read_declarator(node, place.source);
  if (!read.is_function || read.name.empty() || in_function(place)) {
    return std::nullopt;
  }
  const SymbolKind kind = function_kind(read.name, place);
  return Declared{std::move(read.name), kind, {}, true};
}

std::optional<Declared> find_typedef(const Node& node, const Place& place) {
  const Node type = node.field("type");
  Declarator read = read_declarator(node.field("declarator"), place.source);
  if (read.name.empty()) {
    return std::nullopt;
  }
  const SymbolKind kind = kind_of_typedef(type);
  std::vector<Further> also =
      further_declarators(node, node.field("declarator").end_byte(), SymbolKind::type_alias, place);
  std::string tag = has_body(type) ? plain_name(type.field("name"), place.source) : "";
  if (!tag.empty() && tag != read.name) {
    also.insert(also.begin(), {std::move(tag), kind});
  }
  return Declared{.name = std::move(read.name),
                  .kind = kind,
                  .body = type.field("body"),
                  .leaf = !has_body(type),
                  .also = std::move(also),
                  .is_minor_inside = true,
                  .names_body = true};
}

std::optional<Declared> find_struct(const Node& node, const Place& place) {
  return find_type_with_body(node, place, SymbolKind::struct_type);
}

std::optional<Declared> find_union(const Node& node, const Place& place) {
  return find_type_with_body(node, place, SymbolKind::union_type);
}

std::optional<Declared> find_enum(const Node& node, const Place& place) {
  return find_type_with_body(node, place, SymbolKind::enum_type);
}

std::optional<Declared> find_enumerator(const Node& node, const Place& place) {
  return Declared{.name = std::string(node.field("name").text(place.source)),
                  .kind = SymbolKind::constant,
                  .leaf = true,
                  .is_minor = true};
}

std::optional<Declared> find_macro(const Node& node, const Place& place) {
  std::string name(node.field("name").text(place.source));
  const Node value = node.field("value");
  const bool is_empty = collapse_spaces(value.text(place.source)).empty();
  if (is_empty || is_include_guard(name)) {
    return std::nullopt;
  }
  return Declared{std::move(name), SymbolKind::macro, value};
}

}  // namespace quire::chunking
