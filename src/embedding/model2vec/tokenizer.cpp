#include "embedding/model2vec/tokenizer.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/try.hpp"

namespace quire::model2vec {
namespace {

constexpr std::string_view kSupportedModels = "WordPiece, Unigram and WordLevel";

Status add_entry(JsonValue entry, std::size_t place, Vocabulary& vocabulary) {
  const JsonValue::Range members = entry.members();
  if (!entry.is_array() || entry.size() != 2) {
    return fail(ErrorCode::store_serde, "vocab[" + std::to_string(place) + "] is no pair");
  }
  const std::optional<std::string_view> token = (*members.begin()).value.string();
  const std::optional<double> score = (*++members.begin()).value.number();
  if (!token || !score) {
    return fail(ErrorCode::store_serde,
                "vocab[" + std::to_string(place) + "] is not a token with its score");
  }
  return vocabulary.add(*token, place);
}

/// Unigram's list of tokens with scores; a token's number is its place.
Status add_list(JsonValue list, Vocabulary& vocabulary) {
  std::size_t place = 0;
  for (const JsonMember& each : list.members()) {
    QUIRE_TRY(add_entry(each.value, place++, vocabulary));
  }
  return {};
}

Status add_members(JsonValue object, Vocabulary& vocabulary) {
  for (const JsonMember& each : object.members()) {
    const std::optional<std::uint64_t> id = each.value.count();
    if (!id) {
      return fail(ErrorCode::store_serde,
                  "the token \"" + std::string(each.name) + "\" has no number");
    }
    QUIRE_TRY(vocabulary.add(each.name, *id));
  }
  return {};
}

}  // namespace

Result<Tokenizer> Tokenizer::read(std::string_view json) {
  QUIRE_TRY_ASSIGN(const base::JsonDocument document, base::JsonDocument::parse(json));
  const JsonValue root = document.root();
  const JsonValue model = root.member("model");
  Tokenizer tokenizer;
  QUIRE_TRY_ASSIGN(tokenizer.normalizer_, Normalizer::read(root.member("normalizer")));
  QUIRE_TRY_ASSIGN(tokenizer.pre_tokenizer_, PreTokenizer::read(root.member("pre_tokenizer")));
  QUIRE_TRY_ASSIGN(Vocabulary vocabulary, read_vocabulary(model));
  QUIRE_TRY_ASSIGN(tokenizer.model_, read_model(model, vocabulary));
  QUIRE_TRY(tokenizer.read_added_tokens(root.member("added_tokens"), vocabulary));
  tokenizer.size_ = vocabulary.size();
  tokenizer.median_length_ = vocabulary.median_length();
  return tokenizer;
}

Result<Vocabulary> Tokenizer::read_vocabulary(JsonValue model) {
  const std::string type = type_of(model);
  const bool is_list = type == "Unigram";
  if (!is_list && type != "WordPiece" && type != "WordLevel") {
    return unsupported("model \"" + type + "\"", kSupportedModels);
  }
  const JsonValue vocab = model.member("vocab");
  if (!(is_list ? vocab.is_array() : vocab.is_object())) {
    return fail(ErrorCode::store_serde, "model \"" + type + "\" without a vocab");
  }
  Vocabulary vocabulary;
  QUIRE_TRY(is_list ? add_list(vocab, vocabulary) : add_members(vocab, vocabulary));
  return vocabulary;
}

Result<Tokenizer::Model> Tokenizer::read_model(JsonValue model, const Vocabulary& vocabulary) {
  const std::string type = type_of(model);
  if (type == "WordPiece") {
    QUIRE_TRY_ASSIGN(WordPiece read, WordPiece::read(model, vocabulary));
    return Model(std::move(read));
  }
  if (type == "WordLevel") {
    QUIRE_TRY_ASSIGN(WordLevel read, WordLevel::read(model, vocabulary));
    return Model(std::move(read));
  }
  QUIRE_TRY_ASSIGN(Unigram read, Unigram::read(model, vocabulary));
  return Model(std::move(read));
}

/// Special ones come first, so that of two at one place they count.
Status Tokenizer::read_added_tokens(JsonValue tokens, Vocabulary& vocabulary) {
  if (!tokens.is_null() && !tokens.is_array()) {
    return fail(ErrorCode::store_serde, "\"added_tokens\" is not a list");
  }
  for (const bool special : {true, false}) {
    for (const JsonMember& each : tokens.members()) {
      QUIRE_TRY_ASSIGN(const bool is_special, bool_member(each.value, "special", false));
      if (is_special == special) {
        QUIRE_TRY(read_added_token(each.value, vocabulary));
      }
    }
  }
  return {};
}

Status Tokenizer::read_added_token(JsonValue token, Vocabulary& vocabulary) {
  QUIRE_TRY_ASSIGN(std::string content, string_member(token, "content", ""));
  QUIRE_TRY_ASSIGN(const std::uint64_t id, number_member(token, "id", kNoToken));
  QUIRE_TRY_ASSIGN(const bool single_word, bool_member(token, "single_word", false));
  QUIRE_TRY_ASSIGN(const bool left_space, bool_member(token, "lstrip", false));
  QUIRE_TRY_ASSIGN(const bool right_space, bool_member(token, "rstrip", false));
  QUIRE_TRY_ASSIGN(const bool normalized, bool_member(token, "normalized", true));
  const TokenId known = vocabulary.find(content);
  if (known != kNoToken && known != id) {
    return fail(ErrorCode::store_serde, "added token \"" + content + "\" is number " +
                                            std::to_string(id) + ", in the vocabulary " +
                                            std::to_string(known));
  }
  QUIRE_TRY(vocabulary.add(content, id));
  if (normalized) {
    std::string spare;
    normalizer_.run(content, spare);
  }
  AddedTokens& tokens = normalized ? normalized_tokens_ : raw_tokens_;
  return tokens.add(content, {static_cast<TokenId>(id), single_word, left_space, right_space});
}

void Tokenizer::encode(std::string_view text, std::size_t limit, Scratch& scratch) const {
  scratch.ids.clear();
  TokenSink out(scratch.ids, dropped());
  raw_tokens_.split(
      text, [&](TokenId id) { out.push(id); },
      [&](std::string_view rest) { encode_rest(rest, limit, scratch, out); });
  scratch.ids.resize(std::min(scratch.ids.size(), limit));
}

void Tokenizer::encode_rest(std::string_view text,
                            std::size_t limit,
                            Scratch& scratch,
                            TokenSink& out) const {
  if (out.size() >= limit) {
    return;
  }
  scratch.text = text;
  normalizer_.run(scratch.text, scratch.spare);
  normalized_tokens_.split(
      scratch.text, [&](TokenId id) { out.push(id); },
      [&](std::string_view rest) { encode_pieces(rest, limit, scratch, out); });
}

void Tokenizer::encode_pieces(std::string_view text,
                              std::size_t limit,
                              Scratch& scratch,
                              TokenSink& out) const {
  pre_tokenizer_.run(text, scratch.pieces, scratch.spare_pieces);
  for (const Pieces::Range range : scratch.pieces.ranges) {
    if (out.size() >= limit) {
      return;
    }
    const std::string_view piece = scratch.pieces.view(range);
    if (const auto* const unigram = std::get_if<Unigram>(&model_)) {
      unigram->tokenize(piece, scratch.lattice, out);
    } else if (const auto* const word_piece = std::get_if<WordPiece>(&model_)) {
      word_piece->tokenize(piece, out);
    } else {
      std::get<WordLevel>(model_).tokenize(piece, out);
    }
  }
}

TokenId Tokenizer::dropped() const {
  if (const auto* const word_piece = std::get_if<WordPiece>(&model_)) {
    return word_piece->unknown();
  }
  const auto* const word_level = std::get_if<WordLevel>(&model_);
  return word_level == nullptr ? kNoToken : word_level->unknown();
}

}  // namespace quire::model2vec
