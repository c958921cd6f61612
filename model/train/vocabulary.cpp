#include "train/vocabulary.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "words/words.hpp"

namespace quire::model {
namespace {

std::vector<std::uint32_t> pair_frequencies(const Corpus& corpus) {
  std::vector<std::uint32_t> frequencies(corpus.lexicon.size());
  std::vector<WordId> unique;
  for (const TrainingPair& pair : corpus.train) {
    unique = pair.doc;
    unique.insert(unique.end(), pair.code.begin(), pair.code.end());
    std::ranges::sort(unique);
    const auto rest = std::ranges::unique(unique);
    unique.erase(rest.begin(), rest.end());
    for (const WordId id : unique) {
      ++frequencies[id];
    }
  }
  return frequencies;
}

}  // namespace

Vocabulary::Vocabulary(const Corpus& corpus, std::size_t size, std::size_t fewest_pairs) {
  const std::vector<std::uint32_t> all = pair_frequencies(corpus);
  std::vector<WordId> order;
  for (WordId id = 0; id < all.size(); ++id) {
    if (all[id] >= fewest_pairs && corpus.lexicon.word(id).size() > 1) {
      order.push_back(id);
    }
  }
  std::ranges::sort(order, [&](WordId a, WordId b) {
    return all[a] != all[b] ? all[a] > all[b] : corpus.lexicon.word(a) < corpus.lexicon.word(b);
  });
  order.resize(std::min(order.size(), size - 36));
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  for (const WordId id : order) {
    words_.push_back(corpus.lexicon.word(id));
    frequencies_.push_back(all[id]);
  }
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) {
    words_.emplace_back(1, c);
    frequencies_.push_back(static_cast<std::uint32_t>(corpus.train.size() / 4 + 1));
  }
  for (std::uint32_t i = 0; i < words_.size(); ++i) {
    numbers.emplace(words_[i], i);
  }
  std::unordered_map<std::string_view, std::uint32_t> stems;
  for (const std::string& word : words_) {
    const std::string_view stem = std::string_view(word).substr(0, words::stem_length(word));
    stems_.push_back(stems.try_emplace(stem, static_cast<std::uint32_t>(stems.size())).first->second);
  }
  stem_count_ = stems.size();
  pieces_.resize(corpus.lexicon.size());
  for (WordId id = 0; id < pieces_.size(); ++id) {
    std::string_view rest = corpus.lexicon.word(id);
    while (!rest.empty()) {
      std::size_t length = rest.size();
      while (length > 0 && !numbers.contains(rest.substr(0, length))) {
        --length;
      }
      if (length > 0) {
        pieces_[id].push_back(numbers.at(rest.substr(0, length)));
      }
      rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
  }
}

std::vector<Count> Vocabulary::counts(const std::vector<WordId>& ids) const {
  std::vector<std::uint32_t> found;
  for (const WordId id : ids) {
    found.insert(found.end(), pieces_[id].begin(), pieces_[id].end());
  }
  std::ranges::sort(found);
  std::vector<Count> out;
  for (const std::uint32_t word : found) {
    if (out.empty() || out.back().word != word) {
      out.push_back({word, 0});
    }
    ++out.back().times;
  }
  return out;
}

}  // namespace quire::model
