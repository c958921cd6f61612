#include <algorithm>
#include <array>
#include <iterator>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

/// The module, its statement, the assignment.
constexpr std::uint32_t kModuleLevel = 2;

bool is_constant_name(std::string_view name) {
  return std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// The names that are assigned to: `a, b = c = ...`, without `first`.
std::vector<Further> assigned_names(Node assignment,
                                    const Node& first,
                                    SymbolKind kind,
                                    std::string_view source) {
  std::vector<Further> names;
  for (std::size_t i = 0; i < kMostFurther && assignment.type() == "assignment"; ++i) {
    const Node left = assignment.field("left");
    const bool is_list = left.type() == "pattern_list" || left.type() == "tuple_pattern";
    if (is_list) {
      std::ranges::move(further_children(left, "identifier", kind, source),
                        std::back_inserter(names));
    } else if (left.type() == "identifier" && left.first_byte() != first.first_byte()) {
      names.push_back({std::string(left.text(source)), kind, left});
    }
    assignment = assignment.field("right");
  }
  for (Further& name : names) {
    name.kind = is_constant_name(name.name) ? SymbolKind::constant : kind;
  }
  return names;
}

std::optional<Declared> find_assignment(const Node& node, const Place& place) {
  const bool is_attribute = place.parent == SymbolKind::class_type;
  if (place.depth != kModuleLevel && !is_attribute) {
    return std::nullopt;
  }
  const SymbolKind plain = is_attribute ? SymbolKind::field : SymbolKind::variable;
  const Node left = node.field("left");
  std::vector<Further> also = assigned_names(node, left, plain, place.source);
  if (left.type() != "identifier") {
    return also.empty() ? std::nullopt : std::optional(only_further(std::move(also)));
  }
  const std::string_view name = left.text(place.source);
  return Declared{.name = std::string(name),
                  .kind = is_constant_name(name) ? SymbolKind::constant : plain,
                  .leaf = true,
                  .also = std::move(also),
                  .is_minor = is_attribute};
}

/// `type Pair[T] = ...`
std::optional<Declared> find_type_alias(const Node& node, const Place& place) {
  const std::string_view left = node.field("left").text(place.source);
  return Declared{.name = collapse_spaces(left.substr(0, left.find('['))),
                  .kind = SymbolKind::type_alias,
                  .leaf = true};
}

std::optional<Declared> find_function(const Node& node, const Place& place) {
  std::optional<Declared> found = declared_by_fields(node, place, SymbolKind::function);
  if (found && found->name == "__init__" && place.parent == SymbolKind::class_type) {
    found->kind = SymbolKind::constructor;
  }
  return found;
}

/// "src/net/http/__init__.py" is net.http.
std::string package_of_path(std::string_view path) {
  std::vector<std::string> parts = module_parts(path);
  if (!parts.empty() && parts.back() == "__init__") {
    parts.pop_back();
  }
  std::string package;
  for (const std::string& part : parts) {
    package += (package.empty() ? "" : ".") + part;
  }
  return package;
}

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "comment", .role = Role::lead},
    {.node_type = "decorator", .role = Role::lead},
    {.node_type = "decorated_definition", .role = Role::open},
    {.node_type = "class_definition", .kind = SymbolKind::class_type},
    {.node_type = "function_definition", .find = find_function},
    {.node_type = "block", .role = Role::open},
    {.node_type = "if_statement", .role = Role::open},
    {.node_type = "elif_clause", .role = Role::open},
    {.node_type = "else_clause", .role = Role::open},
    {.node_type = "try_statement", .role = Role::open},
    {.node_type = "except_clause", .role = Role::open},
    {.node_type = "finally_clause", .role = Role::open},
    {.node_type = "with_statement", .role = Role::open},
    {.node_type = "for_statement", .role = Role::open},
    {.node_type = "while_statement", .role = Role::open},
    {.node_type = "expression_statement", .role = Role::open},
    {.node_type = "assignment", .find = find_assignment},
    {.node_type = "type_alias_statement", .find = find_type_alias},
    {.node_type = "match_statement", .role = Role::open},
    {.node_type = "case_clause", .role = Role::open},
});

}  // namespace

Language python_language() {
  return {.name = "python", .separator = ".", .rules = kRules, .package_of_path = package_of_path};
}

}  // namespace quire::chunking
