#include "words/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace quire::words {
namespace {

enum class Kind : std::uint8_t { other, lower, upper, digit, underscore };

constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    kinds[c] = c >= 'a' && c <= 'z'   ? Kind::lower
               : c >= 'A' && c <= 'Z' ? Kind::upper
               : c >= '0' && c <= '9' ? Kind::digit
               : c == '_'             ? Kind::underscore
               : c >= 0x80            ? Kind::lower
                                      : Kind::other;
  }
  return kinds;
}

constexpr std::array<Kind, 256> kKinds = make_kinds();
constexpr std::size_t kAttachedDigits = 3;

Kind kind_of(char c) {
  return kKinds[static_cast<unsigned char>(c)];
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// How many characters of `kind` begin at `at`.
std::size_t run(std::string_view text, std::size_t at, Kind kind) {
  std::size_t end = at;
  while (end < text.size() && kind_of(text[end]) == kind) {
    ++end;
  }
  return end - at;
}

std::size_t letters(std::string_view text) {
  const std::size_t upper = run(text, 0, Kind::upper);
  const std::size_t lower = run(text, upper, Kind::lower);
  // In ACRONYMWord the last capital belongs to the word.
  return upper > 1 && lower > 0 ? upper - 1 : upper + lower;
}

// By their last letter; longest first, so that the first that fits is the right one.
constexpr auto kOnS = std::to_array<std::string_view>(
    {"izations", "ations", "ements", "ments", "izers", "ities", "ators", "ness", "ings", "izes",
     "ions", "ers", "ors", "ies", "es", "s"});
constexpr auto kOnN = std::to_array<std::string_view>({"ization", "ation", "tion", "ion"});
constexpr auto kOnT = std::to_array<std::string_view>({"ement", "ment"});
constexpr auto kOnR = std::to_array<std::string_view>({"izer", "ator", "er", "or"});
constexpr auto kOnD = std::to_array<std::string_view>({"ized", "ied", "ed"});
constexpr auto kOnE = std::to_array<std::string_view>({"able", "ible", "ize", "ate", "ive", "e"});
constexpr auto kOnY = std::to_array<std::string_view>({"ity", "ly", "y"});
constexpr auto kOnG = std::to_array<std::string_view>({"ing"});
constexpr auto kOnL = std::to_array<std::string_view>({"al"});

std::span<const std::string_view> endings_on(char last) {
  switch (last) {
    case 's':
      return kOnS;
    case 'n':
      return kOnN;
    case 't':
      return kOnT;
    case 'r':
      return kOnR;
    case 'd':
      return kOnD;
    case 'e':
      return kOnE;
    case 'y':
      return kOnY;
    case 'g':
      return kOnG;
    case 'l':
      return kOnL;
    default:
      return {};
  }
}

}  // namespace

std::string_view IdentifierReader::next() {
  const auto* const begin =
      std::ranges::find_if(rest_, [](char c) { return kind_of(c) != Kind::other; });
  const auto* const end =
      std::find_if(begin, rest_.end(), [](char c) { return kind_of(c) == Kind::other; });
  rest_ = std::string_view(end, rest_.end());
  return {begin, end};
}

std::string_view PartReader::next() {
  rest_.remove_prefix(run(rest_, 0, Kind::underscore));
  const std::size_t word = letters(rest_);
  const std::size_t digits = run(rest_, word, Kind::digit);
  const bool attached = word == 0 || digits <= kAttachedDigits;
  const std::string_view part = rest_.substr(0, attached ? word + digits : word);
  rest_.remove_prefix(part.size());
  return part;
}

std::size_t stem_length(std::string_view word) {
  for (const std::string_view ending : endings_on(word.empty() ? '\0' : word.back())) {
    if (word.size() < ending.size() + 3 || !word.ends_with(ending)) {
      continue;
    }
    std::size_t length = word.size() - ending.size();
    // running: "runn", and so "run"; but pass, fill and buzz keep both.
    const char last = word[length - 1];
    if (length > 3 && last == word[length - 2] && is_letter(last) && last != 's' && last != 'l' &&
        last != 'z') {
      --length;
    }
    return length;
  }
  return word.size();
}

}  // namespace quire::words
