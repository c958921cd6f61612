#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <quire/result.hpp>

#include "embedding/model2vec/added_tokens.hpp"
#include "embedding/model2vec/json_members.hpp"
#include "embedding/model2vec/normalizer.hpp"
#include "embedding/model2vec/pre_tokenizer.hpp"
#include "embedding/model2vec/token_sink.hpp"
#include "embedding/model2vec/unigram.hpp"
#include "embedding/model2vec/vocabulary.hpp"
#include "embedding/model2vec/word_level.hpp"
#include "embedding/model2vec/word_piece.hpp"

namespace quire::model2vec {

/// A text to numbers of tokens, as a tokenizer.json of the library `tokenizers` says
/// (https://huggingface.co/docs/tokenizers). In this order: added tokens that are not normalized
/// are found, what is between them is normalized, added tokens that are normalized are found, what
/// is between them is cut into pieces, and the model cuts each piece into tokens.
///
/// post_processor, truncation, padding and decoder don't count. Const members may run at the same
/// time, each with a Scratch of its own.
class Tokenizer {
 public:
  /// Memory that is kept from text to text.
  struct Scratch {
    std::string text;
    std::string spare;
    Pieces pieces;
    Pieces spare_pieces;
    Unigram::Lattice lattice;
    std::vector<TokenId> ids;
  };

  /// Errors: `store_serde` for what is no tokenizer.json, `incompatible` with the name of the part
  /// that is not supported.
  static Result<Tokenizer> read(std::string_view json);

  /// One above the greatest number of a token.
  std::size_t size() const { return size_; }

  /// The first `limit` tokens of `text`, valid UTF-8, in scratch.ids: without those that are
  /// unknown, but with Unigram's, which has a vector for them.
  void encode(std::string_view text, std::size_t limit, Scratch& scratch) const;

  /// How long a token is in code points: the median of all.
  std::size_t median_length() const { return median_length_; }

 private:
  using Model = std::variant<WordPiece, WordLevel, Unigram>;

  static Result<Vocabulary> read_vocabulary(JsonValue model);
  static Result<Model> read_model(JsonValue model, const Vocabulary& vocabulary);
  Status read_added_tokens(JsonValue tokens, Vocabulary& vocabulary);
  Status read_added_token(JsonValue token, Vocabulary& vocabulary);

  void encode_rest(std::string_view text,
                   std::size_t limit,
                   Scratch& scratch,
                   TokenSink& out) const;
  void encode_pieces(std::string_view text,
                     std::size_t limit,
                     Scratch& scratch,
                     TokenSink& out) const;
  TokenId dropped() const;

  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  Model model_;
  AddedTokens raw_tokens_;
  AddedTokens normalized_tokens_;
  std::size_t size_ = 0;
  std::size_t median_length_ = 0;
};

}  // namespace quire::model2vec
