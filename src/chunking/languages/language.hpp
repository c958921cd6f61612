#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "chunking/symbol.hpp"
#include "chunking/syntax_tree.hpp"

/// What is a symbol in each language, as tables of node types.
namespace quire::chunking {

/// What a node of a type means to the walk. Nodes without a rule are passed over with all in them.
enum class Role : std::uint8_t {
  open,       ///< Nothing itself; its children are looked at.
  open_long,  ///< open, where it is longer than one chunk.
  lead,       ///< A comment or attribute: belongs to what follows on the next line.
  symbol,     ///< A symbol, if its Finder says so; else open.
  package,    ///< Names the text's package.
};

/// Where a node stands.
struct Place {
  std::string_view source;           ///< The whole text.
  std::optional<SymbolKind> parent;  ///< The kind of the enclosing symbol.
  std::string_view parent_name;      ///< Its qualified name.
  std::uint32_t depth = 0;           ///< Open nodes around it, the root included.
};

/// What a node declares.
struct Declared {
  std::string name;                ///< Relative to the enclosing symbol.
  std::optional<SymbolKind> kind;  ///< Nothing: no symbol, only a part of the names inside it.
  Node body = {};                  ///< Where its signature ends; may not exist.
  bool leaf = false;               ///< Nothing inside it is a symbol of its own.
  std::string also = {};           ///< A second name of the same, such as a struct's tag; or "".
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

/// The path's folders and file without extension, from behind the last folder named "src".
std::vector<std::string> module_parts(std::string_view path);

}  // namespace quire::chunking
