#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunking/lines.hpp"

namespace quire::chunking {

/// Every kind of symbol, in any language; to_string() gives the word that users see and filter by.
enum class SymbolKind : std::uint8_t {
  function,     ///< "function": also a method-like closure with a name of its own.
  method,       ///< "method": a function of a type; destructors and operators too.
  constructor,  ///< "constructor"
  class_type,   ///< "class": Java records too.
  struct_type,  ///< "struct"
  union_type,   ///< "union"
  enum_type,    ///< "enum"
  interface,    ///< "interface": Java annotations too.
  trait,        ///< "trait": C++ concepts too.
  impl,         ///< "impl": what a Rust impl block holds besides methods.
  type_alias,   ///< "type"
  name_space,   ///< "namespace"
  module,       ///< "module": Rust mod, TypeScript namespace and module.
  macro,        ///< "macro"
  constant,     ///< "constant": of a file, namespace or type, not of a function; enum members too.
  variable,     ///< "variable": of a file or namespace.
  field,        ///< "field": a variable or property of a type.
};

std::string_view to_string(SymbolKind kind);
bool is_type(SymbolKind kind);
bool is_function(SymbolKind kind);

/// Symbols nested deeper are not looked for: no one writes them, and their names would grow.
inline constexpr std::size_t kMaxNesting = 32;
inline constexpr std::size_t kMaxNameBytes = 256;
inline constexpr std::size_t kMaxSignatureBytes = 200;

/// A declaration or definition in a text.
struct Symbol {
  std::string name;  ///< Qualified; of an unnamed namespace the enclosing one's, perhaps "".
  SymbolKind kind = SymbolKind::function;
  std::string package;    ///< The namespaces around it, for languages that have them.
  std::string signature;  ///< The declaration without its body, on one line.
  bool has_body = false;
  /// Only a name in its chunk: fields, enum members, what is in a short function. Nothing is cut at
  /// it, and all in it is minor too.
  bool is_minor = false;
  bool holds_members = false;  ///< A module that is like a type: what it holds are functions.
  Rows rows;                   ///< The symbol itself.
  std::uint32_t lead_row = 0;  ///< Where its comments and attributes begin; rows.first if none.
  std::optional<std::size_t> parent;  ///< Its enclosing symbol's index, which is lower.
};

/// The symbols of a text in order of where they begin, each after its parent.
struct SymbolTable {
  std::string package;  ///< The text's own, from its package clause; "" if it has none.
  std::vector<Symbol> symbols;
};

/// Why the symbols of a text were not looked for.
enum class NoSymbols : std::uint8_t {
  unknown_language,  ///< There is neither a grammar nor a table of how definitions look.
  too_costly,        ///< Parsing would take far longer than for code of that length.
  stopped,           ///< Somebody wants no more of it.
};

using FoundSymbols = std::expected<SymbolTable, NoSymbols>;

/// Puts symbols that were added in another order, parents first, into that of a SymbolTable.
void sort_by_row(std::vector<Symbol>& symbols);

/// `text` with each run of white space as one space, none at its ends.
std::string collapse_spaces(std::string_view text);

/// `text` cut to at most `limit` bytes, not inside a character.
std::string_view cut_at(std::string_view text, std::size_t limit);

/// A declaration on one line of at most kMaxSignatureBytes, without what opens its body.
std::string signature_line(std::string_view declaration);

}  // namespace quire::chunking
