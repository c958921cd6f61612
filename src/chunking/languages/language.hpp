#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chunking/symbol.hpp"
#include "chunking/syntax_tree.hpp"

/// What is a symbol in each language, as tables of node types.
namespace quire::chunking {

/// What a node of a type means to the walk. Nodes without a rule are passed over with all in them.
enum class Role : std::uint8_t {
  open,        ///< Nothing itself; its children are looked at.
  open_long,   ///< open, where it is longer than one chunk; else open_minor. May have a Finder.
  open_minor,  ///< open, and all symbols in it are minor.
  lead,        ///< A comment or attribute: belongs to what follows on the next line.
  symbol,      ///< A symbol, if its Finder says so; else open.
  package,     ///< Names the text's package.
};

/// Where a node stands.
struct Place {
  std::string_view source;           ///< The whole text.
  std::optional<SymbolKind> parent;  ///< The kind of the enclosing symbol.
  std::string_view parent_name;      ///< Its qualified name.
  std::uint32_t depth = 0;           ///< Open nodes around it, the root included.
  bool is_minor = false;             ///< What is declared there is minor: no place for variables.
  bool names_body = false;           ///< The enclosing symbol is the type that has its body here.
};

/// A further name that a node declares: a minor symbol.
struct Further {
  std::string name;
  SymbolKind kind = SymbolKind::variable;
  Node node = {};  ///< Where it stands; nowhere: as all of the declaration.
};

/// Of one declaration, so that asking each for its place among the others takes linear time.
inline constexpr std::uint32_t kMostFurther = 64;

/// What a node declares.
struct Declared {
  std::string name;                ///< Relative to the enclosing symbol.
  std::optional<SymbolKind> kind;  ///< Nothing: no symbol, only a part of the names inside it.
  Node body = {};                  ///< Where its signature ends; may not exist.
  bool leaf = false;               ///< Nothing inside it is a symbol of its own.
  std::vector<Further> also = {};  ///< Such as a struct's tag, or the rest of `int a, b`.
  bool is_minor = false;
  bool is_minor_inside = false;
  /// The types right in it are not symbols but its own body.
  bool names_body = false;
};

/// Nothing: the node is no symbol.
using Finder = std::optional<Declared> (*)(const Node& node, const Place& place);

struct Rule {
  std::string_view node_type;
  Role role = Role::symbol;
  SymbolKind kind = SymbolKind::function;  ///< For a symbol without a Finder, which is named by its
                                           ///< field "name" and whose body is its field "body".
  Finder find = nullptr;
  /// The signature of the first symbol in it begins where it does; of a lead: it stays so.
  bool begins_signature = false;
  bool is_minor = false;  ///< The symbol is.
};

struct Language {
  std::string_view name;  ///< Of the language and of its grammar.
  std::string_view separator;
  std::span<const Rule> rules;
  std::span<const Rule> family_rules = {};  ///< Shared with other languages.
  std::string (*package_of_path)(std::string_view path) = nullptr;
  /// What to parse instead of a text: of the same length and with the same lines.
  std::string (*readable)(std::string_view text) = nullptr;
};

Language c_language();
Language cpp_language();
Language go_language();
Language java_language();
Language javascript_language();
Language python_language();
Language rust_language();
Language tsx_language();
Language typescript_language();

/// What a rule without a Finder finds: field "name", field "body".
std::optional<Declared> declared_by_fields(const Node& node, const Place& place, SymbolKind kind);

/// Names beside what stands in a node, which is looked at as if they were not.
Declared only_further(std::vector<Further> names);

/// The children of `node` of `type`, as further names of `kind`; the first kMostFurther children
/// are looked at.
std::vector<Further> further_children(const Node& node,
                                      std::string_view type,
                                      SymbolKind kind,
                                      std::string_view source);

/// The path's folders and file without extension, from behind the last folder named "src".
std::vector<std::string> module_parts(std::string_view path);

}  // namespace quire::chunking
