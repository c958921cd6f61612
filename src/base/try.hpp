#pragma once

#include <quire/result.hpp>

// Stand-ins for expected's monads, which libstdc++ 12 lacks.

#define QUIRE_CONCAT_INNER(a, b) a##b
#define QUIRE_CONCAT(a, b) QUIRE_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, or goes on.
#define QUIRE_TRY(expression)                                          \
  do {                                                                 \
    if (auto quire_status = (expression); !quire_status.has_value()) { \
      return std::unexpected(std::move(quire_status).error());         \
    }                                                                  \
  } while (false)

/// `QUIRE_TRY_ASSIGN(auto file, open(path));` declares `file`, or returns the error.
#define QUIRE_TRY_ASSIGN(declaration, expression) \
  QUIRE_TRY_ASSIGN_INNER(QUIRE_CONCAT(quire_result_, __LINE__), declaration, expression)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration can't be put in parentheses.
#define QUIRE_TRY_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                                   \
  if (!result.has_value()) {                                    \
    return std::unexpected(std::move(result).error());          \
  }                                                             \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
