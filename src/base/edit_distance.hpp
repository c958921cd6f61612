#pragma once

#include <cstddef>
#include <string_view>

namespace quire::base {

/// The fewest bytes to change, swap with their neighbour, put in or leave out that make `b` of `a`
/// (optimal string alignment: Damerau 1964, no byte edited twice). Takes a.size() * b.size() steps.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// True if `word` is probably a mistyped `meant`: at most two edits, and less than half of the
/// word. Words over 64 bytes never are.
bool looks_mistyped(std::string_view word, std::string_view meant);

}  // namespace quire::base
