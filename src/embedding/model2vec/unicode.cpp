#include "embedding/model2vec/unicode.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "embedding/model2vec/code_points.hpp"
#include "embedding/model2vec/unicode_tables.hpp"

namespace quire::model2vec {
namespace {

// Hangul syllables decompose by arithmetic: The Unicode Standard 14, section 3.12.
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kSyllableCount = 11172;
constexpr char32_t kLeads = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrails = 0x11A7;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailCount = 28;

constexpr char32_t kDottedCapitalI = 0x130;

const tables::Character& character(char32_t code) {
  const std::size_t block = tables::kBlocks[code / tables::kBlock];
  return tables::kCharacters[tables::kClasses[block * tables::kBlock + code % tables::kBlock]];
}

bool has(char32_t code, tables::Flag flag) {
  return (character(code).flags & flag) != 0;
}

bool is_ascii(char32_t code) {
  return code < 0x80;
}

char32_t ascii_lower(char32_t code) {
  return code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code;
}

char32_t lower(char32_t code) {
  const auto* const range =
      std::ranges::lower_bound(tables::kLowerRanges, code, {}, &tables::LowerRange::last);
  return range->first <= code && (code - range->first) % range->stride == 0
             ? code + static_cast<char32_t>(range->difference)
             : code;
}

/// Code points in the order of a canonical decomposition; those that combine wait until a next one
/// that doesn't.
class CanonicalOrder {
 public:
  explicit CanonicalOrder(std::string& out) : out_(out) {}

  void add(char32_t code) {
    const std::uint8_t combining = character(code).combining_class;
    if (combining == 0) {
      flush();
      append_code_point(out_, code);
    } else {
      waiting_.push_back({combining, code});
    }
  }

  void flush() {
    std::ranges::stable_sort(waiting_, {}, &Waiting::combining);
    for (const Waiting& each : waiting_) {
      append_code_point(out_, each.code);
    }
    waiting_.clear();
  }

 private:
  struct Waiting {
    std::uint8_t combining = 0;
    char32_t code = 0;
  };

  std::string& out_;
  std::vector<Waiting> waiting_;
};

void decompose_syllable(char32_t code, CanonicalOrder& out) {
  const char32_t index = code - kSyllables;
  out.add(kLeads + index / (kVowelCount * kTrailCount));
  out.add(kVowels + index % (kVowelCount * kTrailCount) / kTrailCount);
  if (index % kTrailCount != 0) {
    out.add(kTrails + index % kTrailCount);
  }
}

void decompose(char32_t code, CanonicalOrder& out) {
  if (!has(code, tables::is_decomposable)) {
    out.add(code);
  } else if (code >= kSyllables && code < kSyllables + kSyllableCount) {
    decompose_syllable(code, out);
  } else {
    const auto* const found =
        std::ranges::lower_bound(tables::kDecompositions, code, {}, &tables::Decomposition::code);
    for (const char32_t part : std::span(tables::kDecomposed).subspan(found->begin, found->size)) {
      out.add(part);
    }
  }
}

}  // namespace

bool is_space(char32_t code) {
  if (is_ascii(code)) {
    return code == ' ' || (code >= '\t' && code <= '\r');
  }
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_nonspacing_mark(char32_t code) {
  return has(code, tables::is_nonspacing);
}

bool is_mark(char32_t code) {
  return has(code, tables::is_mark);
}

bool is_punctuation(char32_t code) {
  if (is_ascii(code)) {
    return code > ' ' && code < 0x7F && !(code >= '0' && code <= '9') &&
           !(ascii_lower(code) >= 'a' && ascii_lower(code) <= 'z');
  }
  return has(code, tables::is_punctuation);
}

bool is_control(char32_t code) {
  return has(code, tables::is_control);
}

bool is_word(char32_t code) {
  return has(code, tables::is_word);
}

bool is_ideograph(char32_t code) {
  return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0x20000 && code <= 0x2A6DF) || (code >= 0x2A700 && code <= 0x2B73F) ||
         (code >= 0x2B740 && code <= 0x2B81F) || (code >= 0x2B920 && code <= 0x2CEAF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x2F800 && code <= 0x2FA1F);
}

void append_lower(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = take_code_point(text, at);
    if (is_ascii(code)) {
      out.push_back(static_cast<char>(ascii_lower(code)));
    } else if (code == kDottedCapitalI) {
      out += "i\xCC\x87";
    } else {
      append_code_point(out, has(code, tables::is_cased) ? lower(code) : code);
    }
  }
}

void append_nfd(std::string_view text, std::string& out) {
  CanonicalOrder order(out);
  for (std::size_t at = 0; at < text.size();) {
    decompose(take_code_point(text, at), order);
  }
  order.flush();
}

}  // namespace quire::model2vec
