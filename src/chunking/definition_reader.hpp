#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "chunking/outline_syntax.hpp"
#include "chunking/symbol.hpp"

namespace quire::chunking {

/// What a line defines.
struct LineDefinition {
  std::string name;       ///< Relative to the enclosing symbol.
  SymbolKind kind;        ///< name_space: the line is a package clause.
  std::size_t begin = 0;  ///< Where its signature begins in the text, behind attributes.
};

/// Where a line stands.
struct LinePlace {
  bool begins_line = false;          ///< It is not indented.
  bool may_be_member = false;        ///< It is as much indented as its type's first member.
  std::optional<SymbolKind> parent;  ///< The kind of the enclosing symbol.
  std::string_view parent_name;      ///< Its name without those around it.
};

/// Reads the lines of one text. `text`, `code` (its mask) and `syntax` must outlive this.
class DefinitionReader {
 public:
  DefinitionReader(std::string_view text, std::string_view code, const OutlineSyntax& syntax)
      : text_(text), code_(code), syntax_(syntax) {}

  /// What the line from `from` to `end`, trimmed, defines; nothing if it looks like anything else.
  std::optional<LineDefinition> read(std::size_t from,
                                     std::size_t end,
                                     const LinePlace& place) const;

  /// Where the attributes that begin at `from` end on that line; `from` if there are none.
  std::size_t behind_attributes(std::size_t from, std::size_t end) const;

  struct Signature {
    std::string text;
    bool opens_body = false;  ///< What follows it is the definition's body.
  };
  Signature signature(std::size_t begin) const;

 private:
  struct Cursor;

  std::optional<LineDefinition> by_keyword(Cursor cursor,
                                           bool modified,
                                           const LinePlace& place) const;
  std::optional<LineDefinition> by_assignment(Cursor cursor) const;
  std::optional<LineDefinition> by_form(Cursor cursor, const LinePlace& place) const;
  std::optional<LineDefinition> member(Cursor cursor, const LinePlace& place) const;
  const Keyword* keyword_at(const Cursor& cursor) const;
  std::string read_name(Cursor& cursor) const;
  std::string read_bracketed(Cursor& cursor) const;
  std::string read_operator(Cursor& cursor) const;
  std::string read_sign(Cursor& cursor) const;
  void skip_quoted(Cursor& cursor) const;
  bool may_follow(const Cursor& cursor, std::string_view after) const;
  bool skip_modifier(Cursor& cursor) const;
  bool body_follows(std::size_t open) const;

  std::string_view text_;
  std::string_view code_;
  const OutlineSyntax& syntax_;
};

}  // namespace quire::chunking
