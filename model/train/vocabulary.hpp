#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "train/corpus.hpp"

namespace quire::model {

/// A word of the vocabulary and how often it is in a text.
struct Count {
  std::uint32_t word;
  std::uint32_t times;
};

/// The words that get a vector: letters, digits, and the words that most pairs hold.
class Vocabulary {
 public:
  Vocabulary(const Corpus& corpus, std::size_t size, std::size_t fewest_pairs);

  std::size_t size() const { return words_.size(); }
  const std::vector<std::string>& words() const { return words_; }
  /// Pairs that hold the word.
  const std::vector<std::uint32_t>& frequencies() const { return frequencies_; }
  std::size_t stems() const { return stem_count_; }
  std::uint32_t stem(std::uint32_t word) const { return stems_[word]; }

  /// The words of the vocabulary that a word of the lexicon is made of: itself, or the longest beginnings.
  const std::vector<std::uint32_t>& pieces(WordId id) const { return pieces_[id]; }

  /// Unique words and counts of `ids`.
  std::vector<Count> counts(const std::vector<WordId>& ids) const;

 private:
  std::vector<std::string> words_;
  std::vector<std::uint32_t> frequencies_;
  std::vector<std::uint32_t> stems_;
  std::size_t stem_count_ = 0;
  std::vector<std::vector<std::uint32_t>> pieces_;
};

}  // namespace quire::model
