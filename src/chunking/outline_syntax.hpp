#pragma once

#include <span>
#include <string_view>

#include "chunking/code_mask.hpp"
#include "chunking/symbol.hpp"

/// How definitions look in languages without a grammar, as tables. Lists are words with single
/// spaces between.
namespace quire::chunking {

/// A word that begins a definition.
struct Keyword {
  std::string_view word;
  SymbolKind kind;
  /// What may follow the name: these characters, '$' the line's end, 'w' one of
  /// OutlineSyntax::followers; "" anything.
  std::string_view after = {};
  bool last_part = false;  ///< Of "self.name" or "this.name" only "name" is the name.
};

/// Ways to define that need no keyword.
enum class Form : unsigned char {
  none,
  member,     ///< `int add(int a) {` in a type.
  c_like,     ///< The same, also at the beginning of a line.
  shell,      ///< `name() {`
  signature,  ///< `name :: type`, `name args = ...` at the beginning of a line.
  clause,     ///< `name(...) ->` at the beginning of a line.
  message,    ///< `- (int)add:(int)a {` at the beginning of a line.
  julia,      ///< `name(args) = ...`
};

/// Where a definition ends, beside its indentation.
enum class Block : unsigned char {
  indent,  ///< Nowhere else.
  braces,  ///< At a `}` below its first line.
  end,     ///< At `end` below its first line.
  parens,  ///< Where a line that is no less indented begins with "(".
};

/// What lines name in types and at the beginning of a line, besides definitions.
struct MemberSyntax {
  /// Begin it; `case` in enums alone. `after` has what may follow the name, '$' the line's end;
  /// `last_part`: a type is before the name, its parameters behind it.
  std::span<const Keyword> words = {};
  /// Those of the words that `:name`s follow.
  std::string_view lists = {};
  bool typed = false;       ///< `Type name;`
  bool properties = false;  ///< `Type Name { get; }`
  bool accessors = false;   ///< `Type get name => 1;`
  bool entries = false;     ///< Names with commas between, in enums.
  bool colon = false;       ///< `name: Type`
  bool upper = false;       ///< `Name = value`

  bool is_empty() const { return words.empty() && !typed && !entries && !colon && !upper; }
};

struct OutlineSyntax {
  std::string_view language;
  MaskSyntax mask = {};
  Block block = Block::braces;
  std::span<const Keyword> keywords = {};
  std::string_view modifiers = {};  ///< May stand before a keyword.
  Form form = Form::none;
  /// `name = word`: words that make it a definition, and the operators.
  std::span<const Keyword> assigned = {};
  std::string_view operators = {};
  std::string_view followers = {};   ///< Words that may follow a type's name.
  std::string_view fillers = {};     ///< Words between keyword and name.
  std::string_view name_chars = {};  ///< In names beside letters, digits and _.
  std::string_view name_ends = {};   ///< Of which a name may end in one.
  std::string_view path_signs = {};  ///< Join the parts of a name: "::", ".".
  std::string_view continues = {};   ///< Begin lines that belong to the definition above.
  std::string_view leads = {};       ///< Begin lines that belong to the definition below.
  std::string_view separator = ".";  ///< Between a type's name and those of types in it.
  std::string_view member_separator = ".";
  std::string_view block_word = {};  ///< Ends the line of a definition whose `end` will come.
  std::string_view constructors = {};
  MemberSyntax members = {};
  bool has_sign_names = false;  ///< Functions may be called `+` or `[]`.
  bool folds_case = false;
  bool upper_types = false;       ///< Names of types begin with a capital.
  bool needs_modifier = false;    ///< A keyword alone is none: `CREATE TABLE`.
  bool has_module_types = false;  ///< Functions of a module are its methods.
  bool cuts_at_equals = false;    ///< A signature ends at its first "=".
};

/// Null: the language has no table.
const OutlineSyntax* outline_syntax(std::string_view language);

std::span<const OutlineSyntax> outline_syntaxes();

}  // namespace quire::chunking
