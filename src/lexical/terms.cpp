#include "lexical/terms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/utf8.hpp"

namespace quire::lexical {
namespace {

/// No sign of letters or digits.
constexpr char kLabelMark = ':';

// Sorted.
constexpr auto kFunctionWords = std::to_array<std::string_view>({
    "a",    "about", "all",    "an",    "and",   "any",   "are",   "as",   "at",    "be",
    "been", "being", "but",    "by",    "can",   "could", "did",   "do",   "does",  "for",
    "from", "had",   "has",    "have",  "how",   "i",     "if",    "in",   "into",  "is",
    "it",   "its",   "may",    "me",    "might", "must",  "my",    "of",   "on",    "or",
    "our",  "shall", "should", "so",    "some",  "such",  "than",  "that", "the",   "their",
    "them", "then",  "there",  "these", "they",  "this",  "those", "to",   "us",    "was",
    "we",   "were",  "what",   "when",  "where", "which", "while", "who",  "whose", "why",
    "will", "with",  "would",  "you",   "your",
});

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

/// Takes the first character off valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i) {
    c = c << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(std::min(length, text.size()));
  return c;
}

void append(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | c >> 6U);
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += c < 0x10000 ? static_cast<char>(0xE0U | c >> 12U) : static_cast<char>(0xF0U | c >> 18U);
    if (c >= 0x10000) {
      out += static_cast<char>(0x80U | (c >> 12U & 0x3FU));
    }
    out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

/// Simple case folding where capitals stand at fixed distances (Unicode 15, CaseFolding.txt).
char32_t folded(char32_t c) {
  const auto in = [c](char32_t first, char32_t last) { return first <= c && c <= last; };
  if (in(U'A', U'Z') || (in(0xC0, 0xDE) && c != 0xD7) || in(0x391, 0x3A9) || in(0x410, 0x42F)) {
    return c + 0x20;
  }
  if (in(0x400, 0x40F)) {
    return c + 0x50;
  }
  const bool odd_is_lower = in(0x100, 0x137) || in(0x14A, 0x177) || in(0x460, 0x481);
  const bool even_is_lower = in(0x139, 0x148) || in(0x179, 0x17E);
  return (odd_is_lower && c % 2 == 0) || (even_is_lower && c % 2 == 1) ? c + 1 : c;
}

/// Characters of scripts without spaces between words: kana, Han, Hangul.
bool is_unspaced(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

/// Signs beyond ASCII that stand between words: spaces, quotation marks, arrows, symbols.
bool is_sign(char32_t c) {
  return (c >= 0x80 && c <= 0xBF && c != 0xAA && c != 0xB5 && c != 0xBA) || c == 0xD7 ||
         c == 0xF7 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x2BFF) ||
         (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF0F) || c == 0xFEFF || c == 0xFFFD;
}

/// Takes off an identifier its next stretch of one kind: signs lie between words, and so do the
/// borders of scripts without spaces. "" if only signs are left.
std::string_view take_stretch(std::string_view& identifier) {
  if (is_ascii(identifier)) {
    return std::exchange(identifier, {});
  }
  std::string_view begin = identifier;
  for (std::string_view rest = begin; !rest.empty() && is_sign(take_character(rest));) {
    begin = rest;
  }
  std::string_view end = begin;
  std::optional<bool> unspaced;
  for (std::string_view rest = begin; !rest.empty(); end = rest) {
    const char32_t c = take_character(rest);
    if (is_sign(c) || is_unspaced(c) != unspaced.value_or(is_unspaced(c))) {
      break;
    }
    unspaced = is_unspaced(c);
  }
  identifier = end;
  return begin.substr(0, begin.size() - end.size());
}

/// Of a stretch of an unspaced script: pairs of neighbours, or a character that stands alone.
std::deque<std::string> pairs_of(std::string_view text) {
  std::deque<std::string> out;
  std::optional<char32_t> before;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (before || text.empty()) {
      std::string& pair = out.emplace_back();
      append(pair, before.value_or(c));
      if (before) {
        append(pair, c);
      }
    }
    before = c;
  }
  return out;
}

bool begins_unspaced(std::string_view text) {
  return is_unspaced(take_character(text));
}

bool is_term(std::string_view text) {
  return !text.empty() && text.size() <= kLongestTerm;
}

}  // namespace

std::string_view TermReader::next() {
  while (true) {
    if (!pairs_.empty()) {
      part_ = std::move(pairs_.front());
      pairs_.pop_front();
      return part_;
    }
    std::string_view term;
    if (const std::string_view part = parts_.next(); !part.empty()) {
      term = take_part(part);
    } else if (!whole_.empty()) {
      term = take_whole();
    } else {
      if (identifier_.empty()) {
        identifier_ = identifiers_.next();
      }
      if (identifier_.empty()) {
        return {};
      }
      parts_ = words::PartReader(take_stretch(identifier_));
      part_count_ = 0;
    }
    if (is_term(term)) {
      return term;
    }
  }
}

/// Its stem; nothing yet if it is handed out in pairs.
std::string_view TermReader::take_part(std::string_view part) {
  if (is_ascii(part)) {
    part_ = base::ascii_lower(part);
  } else if (begins_unspaced(part)) {
    pairs_ = pairs_of(part);
    return {};
  } else {
    part_ = fold_case(part);
  }
  ++part_count_;
  whole_ += part_;
  return std::string_view(part_).substr(0, words::stem_length(part_));
}

/// Nothing if it was handed out as its only part.
std::string_view TermReader::take_whole() {
  part_ = std::exchange(whole_, {});
  if (part_.size() > kLongestTerm) {
    return kLongName;
  }
  return part_count_ == 1 && words::stem_length(part_) == part_.size() ? std::string_view() : part_;
}

std::string fold_case(std::string_view text) {
  if (is_ascii(text)) {
    return base::ascii_lower(text);
  }
  std::string out;
  while (!text.empty()) {
    append(out, folded(take_character(text)));
  }
  return out;
}

std::string label_term(std::string_view label) {
  return kLabelMark + std::string(label.substr(0, kLongestTerm - 1));
}

bool is_label(std::string_view term) {
  return term.starts_with(kLabelMark);
}

bool is_function_word(std::string_view word) {
  return std::ranges::binary_search(kFunctionWords, word);
}

}  // namespace quire::lexical
