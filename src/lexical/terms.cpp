#include "lexical/terms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/utf8.hpp"

namespace quire::lexical {
namespace {

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

/// The words of folded text that is not all ASCII; of unspaced scripts, pairs of neighbours, or a
/// character that stands alone.
std::deque<std::string> words_of(std::string_view text) {
  std::deque<std::string> out;
  std::string word;
  std::u32string run;
  const auto end_word = [&] {
    if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  };
  const auto end_run = [&] {
    for (std::size_t i = 0; i + 1 < run.size() || (i == 0 && run.size() == 1); ++i) {
      std::string pair;
      append(pair, run[i]);
      if (i + 1 < run.size()) {
        append(pair, run[i + 1]);
      }
      out.push_back(std::move(pair));
    }
    run.clear();
  };
  while (!text.empty()) {
    const char32_t c = folded(take_character(text));
    if (is_unspaced(c)) {
      end_word();
      run += c;
      continue;
    }
    end_run();
    if (is_sign(c)) {
      end_word();
    } else {
      append(word, c);
    }
  }
  end_word();
  end_run();
  return out;
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
      const std::string_view identifier = identifiers_.next();
      if (identifier.empty()) {
        return {};
      }
      parts_ = words::PartReader(identifier);
      part_count_ = 0;
    }
    if (is_term(term)) {
      return term;
    }
  }
}

/// Its stem; nothing yet if it has to be taken apart.
std::string_view TermReader::take_part(std::string_view part) {
  if (!is_ascii(part)) {
    pairs_ = words_of(part);
    if (pairs_.size() != 1) {
      std::erase_if(pairs_, [](const std::string& word) { return !is_term(word); });
      return {};
    }
    part_ = std::move(pairs_.front());
    pairs_.clear();
  } else {
    part_ = base::ascii_lower(part);
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

bool is_function_word(std::string_view word) {
  return std::ranges::binary_search(kFunctionWords, word);
}

}  // namespace quire::lexical
