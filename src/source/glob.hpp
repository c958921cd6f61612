#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Globs of gitignore's kind: `*` and `?` never match `/`, `**` between slashes matches any
/// folders, `[...]` a set, `\` the next character.
namespace quire::source {

/// What a pattern is made of: below 256 a character, from kFirstSet on a set's number.
using GlobToken = std::uint32_t;

namespace glob_token {
inline constexpr GlobToken kAny = 256;       ///< `?`
inline constexpr GlobToken kStar = 257;      ///< `*`: nothing, or what has no `/`.
inline constexpr GlobToken kFolders = 258;   ///< `**/`: nothing, or what ends with `/`.
inline constexpr GlobToken kAnything = 259;  ///< `**` at the end.
inline constexpr GlobToken kFirstSet = 260;
}  // namespace glob_token

/// The sets of some patterns, each once.
class GlobSets {
 public:
  using Set = std::bitset<256>;

  GlobToken token_of(const Set& set);
  bool holds(GlobToken token, char c) const {
    return sets_[token - glob_token::kFirstSet][static_cast<unsigned char>(c)];
  }

 private:
  std::vector<Set> sets_;
  std::unordered_map<Set, GlobToken> tokens_;
};

/// Reads a pattern, once; nothing if it can't match any text: a set is not closed or has an unknown
/// class, or a backslash ends it. Takes linear time.
std::optional<std::vector<GlobToken>> glob_tokens(std::string_view pattern, GlobSets& sets);

/// True if a token that stands for one character matches `c`.
bool glob_token_matches(GlobToken token, const GlobSets& sets, char c);

/// True if `text` matches. Takes at most the time of their lengths' product, and far less for what
/// people write.
bool glob_match(std::span<const GlobToken> pattern, const GlobSets& sets, std::string_view text);

/// A pattern that is matched with many texts.
class Glob {
 public:
  explicit Glob(std::string_view pattern) : tokens_(glob_tokens(pattern, sets_)) {}

  bool matches(std::string_view text) const { return tokens_ && glob_match(*tokens_, sets_, text); }

 private:
  GlobSets sets_;
  std::optional<std::vector<GlobToken>> tokens_;
};

/// For one text alone.
inline bool glob_match(std::string_view pattern, std::string_view text) {
  return Glob(pattern).matches(text);
}

}  // namespace quire::source
