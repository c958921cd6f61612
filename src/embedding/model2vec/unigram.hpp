#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"
#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/trie.hpp"
#include "embedding/model2vec/vocabulary.hpp"

namespace quire::model2vec {

/// Cuts a text into the tokens whose logarithmic probabilities have the greatest sum (Kudo 2018,
/// "Subword regularization"), found as the best path through its bytes (Viterbi 1967).
class Unigram {
 public:
  /// The best way to each end so far. Kept from text to text for its memory.
  struct Lattice {
    struct Node {
      double score = 0;
      std::size_t begin = SIZE_MAX;  ///< Of the last token; SIZE_MAX: there is no way to here.
      TokenId id = kNoToken;
    };
    std::vector<Node> nodes;
    std::vector<std::size_t> path;  ///< The ends of the best tokens, last first.
  };

  /// `model` is tokenizer.json's; its tokens are in `vocabulary` under their places in its list.
  /// Errors: `store_serde`, `incompatible`.
  static Result<Unigram> read(JsonValue model, const Vocabulary& vocabulary);

  void tokenize(std::string_view text, Lattice& lattice, TokenSink& out) const;

 private:
  void extend(std::string_view text, std::size_t begin, std::vector<Lattice::Node>& nodes) const;
  void follow(std::string_view text, Lattice& lattice, TokenSink& out) const;
  void push_unknown(std::string_view text, TokenSink& out) const;

  Trie trie_;
  std::vector<double> scores_;
  double unknown_score_ = 0;
  TokenId unknown_ = kNoToken;
};

}  // namespace quire::model2vec
