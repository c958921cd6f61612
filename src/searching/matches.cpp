#include "searching/matches.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "base/utf8.hpp"
#include "searching/names.hpp"
#include "words/words.hpp"

namespace quire::searching {
namespace {

bool is_foreign(char c) {
  return (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool goes_on(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

std::string stem_of(std::string_view word) {
  std::string stem = base::ascii_lower(word);
  stem.resize(words::stem_length(stem));
  return stem;
}

class MatchFinder {
 public:
  MatchFinder(const Question& question,
              std::span<const TextPattern> patterns,
              std::string_view content)
      : question_(question), patterns_(patterns), content_(content), taken_(content.size()) {}

  std::vector<TextMatch> find() {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      for (const TextPattern::Range& range : patterns_[i].ranges(content_)) {
        add(range.begin, range.end, i);
      }
    }
    words::IdentifierReader identifiers(content_);
    for (auto name = identifiers.next(); !name.empty(); name = identifiers.next()) {
      if (!add_parts(name)) {
        add_whole(name);
      }
    }
    std::ranges::sort(matches_, {}, &TextMatch::begin);
    return std::move(matches_);
  }

 private:
  /// Whole characters, where nothing was marked yet.
  void add(std::size_t begin, std::size_t end, std::size_t term) {
    while (begin > 0 && goes_on(content_, begin)) {
      --begin;
    }
    while (goes_on(content_, end)) {
      ++end;
    }
    const auto first = taken_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = taken_.begin() + static_cast<std::ptrdiff_t>(end);
    if (std::find(first, last, true) == last) {
      std::fill(first, last, true);
      matches_.push_back({begin, end, term});
    }
  }

  void add(std::string_view text, std::size_t term) {
    const auto begin = static_cast<std::size_t>(text.data() - content_.data());
    add(begin, begin + text.size(), term);
  }

  bool add_parts(std::string_view name) {
    bool found = false;
    words::PartReader parts(name);
    for (auto part = parts.next(); !part.empty(); part = parts.next()) {
      if (const auto term = word_term(stem_of(part))) {
        add(part, *term);
        found = true;
      } else if (std::ranges::any_of(part, is_foreign)) {
        found = add_within(part) || found;
      }
    }
    return found;
  }

  /// Words of scripts without spaces stand anywhere in a run of letters.
  bool add_within(std::string_view part) {
    bool found = false;
    for (std::size_t i = 0; i < question_.words.size(); ++i) {
      const std::string& word = question_.words[i];
      std::size_t at = is_foreign(word.front()) ? part.find(word) : std::string::npos;
      for (; at != std::string::npos; at = part.find(word, at + word.size())) {
        add(part.substr(at, word.size()), patterns_.size() + i);
        found = true;
      }
    }
    return found;
  }

  /// "readUrl" where "readurl" is asked for, and the reverse.
  void add_whole(std::string_view name) {
    const std::string plain = plain_name(name);
    const auto named = std::ranges::find(question_.names, plain, &AskedName::name);
    if (const auto term = word_term(stem_of(plain))) {
      add(name, *term);
    } else if (named != question_.names.end()) {
      add(name, patterns_.size() + question_.words.size() +
                    static_cast<std::size_t>(named - question_.names.begin()));
    }
  }

  std::optional<std::size_t> word_term(const std::string& stem) const {
    const auto found = std::ranges::find(question_.words, stem);
    return found == question_.words.end()
               ? std::nullopt
               : std::optional(patterns_.size() +
                               static_cast<std::size_t>(found - question_.words.begin()));
  }

  const Question& question_;
  std::span<const TextPattern> patterns_;
  std::string_view content_;
  std::vector<bool> taken_;  ///< For each byte.
  std::vector<TextMatch> matches_;
};

}  // namespace

std::vector<TextMatch> matches_of(const Question& question,
                                  std::span<const TextPattern> patterns,
                                  std::string_view content) {
  return MatchFinder(question, patterns, content).find();
}

std::vector<TextMatch> matches_of_name(std::string_view name, std::string_view content) {
  std::vector<TextPattern> patterns;
  Question spellings;
  words::IdentifierReader parts(name);
  for (auto part = parts.next(); !part.empty(); part = parts.next()) {
    patterns.push_back(TextPattern::literal(base::ascii_lower(part)));
    spellings.names.push_back({plain_name(part), "", false});
  }
  return matches_of(spellings, patterns, content);
}

}  // namespace quire::searching
