#pragma once

#include <cstddef>
#include <string_view>

#include <quire/result.hpp>

#include "embedding/model2vec/json_members.hpp"
#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/trie.hpp"
#include "embedding/model2vec/vocabulary.hpp"

namespace quire::model2vec {

/// Cuts a word into the longest tokens from its beginning on; those that go on with a word are
/// spelled with a prefix (Wu et al. 2016, "Google's neural machine translation system").
class WordPiece {
 public:
  /// `model` is tokenizer.json's; its tokens are in `vocabulary`. Errors: `store_serde`.
  static Result<WordPiece> read(JsonValue model, const Vocabulary& vocabulary);

  TokenId unknown() const { return unknown_; }
  void tokenize(std::string_view word, TokenSink& out) const;

 private:
  Trie trie_;
  Trie::Node continuation_ = Trie::kRoot;
  TokenId unknown_ = kNoToken;
  std::size_t longest_word_ = 0;  ///< In code points; a longer one is unknown.
};

}  // namespace quire::model2vec
