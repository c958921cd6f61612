#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Identifiers and their parts, as people read them.
namespace quire::words {

/// Hands out the identifiers of a text: runs of letters, digits and `_`, where bytes from 0x80
/// count as letters.
class IdentifierReader {
 public:
  explicit IdentifierReader(std::string_view text) : rest_(text) {}

  /// The next identifier; "" at the end.
  std::string_view next();

 private:
  std::string_view rest_;
};

/// Hands out an identifier's parts: split at `_`, at camelCase and ACRONYMWord borders, and between
/// a word and a number. Up to three digits stay with the word before them (utf8, sha256, i32).
class PartReader {
 public:
  explicit PartReader(std::string_view identifier) : rest_(identifier) {}

  /// The next part, as it is written; "" at the end.
  std::string_view next();

 private:
  std::string_view rest_;
};

/// How much of a lower-case word is left when its commonest endings go (parsing, parser, parsed,
/// parses: "pars"); at least three bytes, the whole word if nothing fits. Crude: its use is that
/// both sides do the same.
std::size_t stem_length(std::string_view word);

}  // namespace quire::words
