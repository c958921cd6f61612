#pragma once

#include <string_view>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"
#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/trie.hpp"
#include "embedding/model2vec/vocabulary.hpp"

namespace quire::model2vec {

/// Looks whole words up.
class WordLevel {
 public:
  /// `model` is tokenizer.json's; its tokens are in `vocabulary`. Errors: `store_serde`.
  static Result<WordLevel> read(JsonValue model, const Vocabulary& vocabulary);

  TokenId unknown() const { return unknown_; }
  void tokenize(std::string_view word, TokenSink& out) const { out.push(trie_.find(word)); }

 private:
  Trie trie_;
  TokenId unknown_ = kNoToken;
};

}  // namespace quire::model2vec
