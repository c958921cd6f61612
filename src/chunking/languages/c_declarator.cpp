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
  static constexpr std::array<std::string_view, 16> kKeywords{
      "int",     "char", "void", "long",   "short", "unsigned", "float",     "double",
      "default", "if",   "for",  "switch", "while", "return",   "namespace", "bool"};
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
  if (!has_body(node) || !node.field("name").exists()) {
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
      return Declared{std::move(name), SymbolKind::function, node.field("body"), true};
    }
  }
  // Behind broken code the parser takes `namespace net {` for a function of type "namespace".
  if (node.text(place.source).starts_with("namespace ")) {
    return Declared{std::move(read.name), SymbolKind::name_space, node.field("body")};
  }
  const SymbolKind kind = function_kind(read.name, place);
  const Node initializers = node.child("field_initializer_list");
  return Declared{std::move(read.name), kind,
                  initializers.exists() ? initializers : node.field("body"), true};
}

std::optional<Declared> find_declaration(const Node& node, const Place& place) {
  if (has_body(node.field("type"))) {
    return std::nullopt;
  }
  Declarator read = read_declarator(node.field("declarator"), place.source);
  if (read.name.empty()) {
    return std::nullopt;
  }
  if (read.is_function) {
    const SymbolKind kind = function_kind(read.name, place);
    return Declared{std::move(read.name), kind, {}, true};
  }
  const bool is_field = place.parent && is_type(*place.parent);
  // `API int f(...)` is read as a declaration `API int` and another one behind it.
  const bool is_whole = node.text(place.source).ends_with(';');
  if (is_field || !is_whole) {
    return std::nullopt;
  }
  return Declared{std::move(read.name),
                  is_constant(node, place.source) ? SymbolKind::constant : SymbolKind::variable,
                  {},
                  true};
}

std::optional<Declared> find_lone_declarator(const Node& node, const Place& place) {
  Declarator read = read_declarator(node, place.source);
  if (!read.is_function || read.name.empty()) {
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
  std::string tag = has_body(type) ? plain_name(type.field("name"), place.source) : "";
  if (tag == read.name) {
    tag.clear();
  }
  return Declared{std::move(read.name), kind_of_typedef(type), type.field("body"), true,
                  std::move(tag)};
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

std::optional<Declared> find_macro(const Node& node, const Place& place) {
  std::string name(node.field("name").text(place.source));
  const Node value = node.field("value");
  if (!value.exists() || is_include_guard(name)) {
    return std::nullopt;
  }
  return Declared{std::move(name), SymbolKind::macro, value};
}

}  // namespace quire::chunking
