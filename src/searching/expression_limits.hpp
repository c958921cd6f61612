#pragma once

#include <cstdint>
#include <string>

#include <quire/result.hpp>

namespace quire::searching {

/// What an expression makes a matcher keep.
struct ExpressionCost {
  std::uint64_t size = 0;  ///< Characters, sets and operators, as often as repeats repeat them.
  std::uint64_t wide = 0;  ///< Of these, what more than one character matches: sets, `.`, `\w`.
  bool has_end = true;     ///< No `*`, `+` or `{2,}`: matches are of limited length.
};

/// The cost of `expression`, within limits under which regcomp() neither overflows the stack nor
/// takes long: 8,192 bytes, groups 100 deep, repeats of repeats 10 deep, a size of 1,000, no
/// back-references, 8 repeats of what can be empty, as in `(a*)*`, for each of which
/// regcomp() may take twice as long. Errors: `invalid_argument`, with the place. Other faults are
/// left to regcomp().
Result<ExpressionCost> cost_of(const std::string& expression);

/// `expression` as messages quote it: shortened.
std::string shown_expression(const std::string& expression);

}  // namespace quire::searching
