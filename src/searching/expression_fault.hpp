#pragma once

#include <string>

#include <quire/result.hpp>

namespace quire::searching {

/// Nothing if `expression` is one in RE2's syntax (https://github.com/google/re2/wiki/Syntax) and
/// of at most 8,192 bytes. Errors: `invalid_argument` with the place, the text there, and the
/// reason in words; what other engines know and RE2 doesn't (look-around, back-references,
/// possessive repeats) is said to be missing.
Status check_syntax(const std::string& expression);

/// The error that `reason` makes, of `expression` as a whole.
Error refused_expression(const std::string& expression, const std::string& reason);

}  // namespace quire::searching
