#include "embedding/model2vec/word_level.hpp"

#include "base/try.hpp"

namespace quire::model2vec {

Result<WordLevel> WordLevel::read(JsonValue model, const Vocabulary& vocabulary) {
  WordLevel read;
  QUIRE_TRY_ASSIGN(read.unknown_, unknown_token(model, "<unk>", vocabulary));
  read.trie_ = vocabulary.trie();
  return read;
}

}  // namespace quire::model2vec
