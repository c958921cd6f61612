#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"
#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/trie.hpp"

namespace quire::model2vec {

/// All tokens of a tokenizer in the making, with their numbers.
class Vocabulary {
 public:
  /// Of bytes: bounds the work for each place of a text.
  static constexpr std::size_t kLongestToken = 1024;

  /// A token that is there already gets the new number. Errors: `incompatible` for a token that is
  /// too long, and for more of them than this can hold.
  Status add(std::string_view token, std::uint64_t id);

  TokenId find(std::string_view token) const { return trie_.find(token); }
  const Trie& trie() const { return trie_; }
  /// One above the greatest number.
  std::size_t size() const { return size_; }
  /// Of code points, rounded down; 0 without tokens.
  std::size_t median_length() const;

 private:
  Trie trie_;
  std::vector<std::size_t> lengths_;
  std::size_t bytes_ = 0;
  std::size_t size_ = 0;
};

/// The number of the model's "unk_token", by default `fallback`. Errors: `store_serde`, also where
/// the vocabulary lacks it.
Result<TokenId> unknown_token(JsonValue model,
                              std::string_view fallback,
                              const Vocabulary& vocabulary);

}  // namespace quire::model2vec
