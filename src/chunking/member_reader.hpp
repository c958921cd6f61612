#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunking/outline_syntax.hpp"
#include "chunking/symbol.hpp"

namespace quire::chunking {

/// What a line names besides definitions: a field, a constant, an enum's entry.
struct Member {
  std::string name;
  SymbolKind kind;
};

/// What a member's line is in.
struct MemberPlace {
  std::optional<SymbolKind> parent;  ///< Of the enclosing symbol.
  bool in_enum = false;              ///< That symbol is an enum.
};

/// The members that a trimmed line of masked code names.
std::vector<Member> read_members(std::string_view line,
                                 const OutlineSyntax& syntax,
                                 const MemberPlace& place);

/// The entries between the braces of an enum on one line.
std::vector<Member> read_entries(std::string_view code);

}  // namespace quire::chunking
