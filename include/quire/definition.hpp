#pragma once

#include <cstdint>
#include <string>

namespace quire {

/// What a piece of code defines or declares. Lines are those of the file, 1-based.
struct Definition {
  std::string name;             ///< Qualified: "Server.Start", "net::Server::start".
  std::string kind;             ///< "function", "method", "struct", ...: the words of symbol_kind.
  std::int64_t line = 0;        ///< Where it begins.
  std::int64_t start_line = 0;  ///< Where its comments and attributes begin; `line` if none.
  std::int64_t end_line = 0;    ///< Inclusive.

  /// A field, an enum member, what is in a short function: code is not cut at it, and its name does
  /// not count as one that its chunk is about.
  bool is_minor = false;

  bool operator==(const Definition&) const = default;
};

}  // namespace quire
