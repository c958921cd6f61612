#include "embedding/model2vec/word_piece.hpp"

#include <string>

#include "base/try.hpp"
#include "embedding/model2vec/code_points.hpp"

namespace quire::model2vec {

Result<WordPiece> WordPiece::read(JsonValue model, const Vocabulary& vocabulary) {
  WordPiece read;
  QUIRE_TRY_ASSIGN(const std::string prefix,
                   string_member(model, "continuing_subword_prefix", "##"));
  QUIRE_TRY_ASSIGN(read.longest_word_, number_member(model, "max_input_chars_per_word", 100));
  QUIRE_TRY_ASSIGN(read.unknown_, unknown_token(model, "[UNK]", vocabulary));
  read.trie_ = vocabulary.trie();
  read.continuation_ = read.trie_.walk(Trie::kRoot, prefix);
  return read;
}

void WordPiece::tokenize(std::string_view word, TokenSink& out) const {
  if (count_code_points(word) > longest_word_) {
    return out.push(unknown_);
  }
  const std::size_t before = out.size();
  Trie::Node from = Trie::kRoot;
  while (!word.empty()) {
    const Trie::Match match = trie_.longest(from, word);
    if (match.size == 0) {
      out.truncate(before);
      return out.push(unknown_);
    }
    out.push(match.value);
    word.remove_prefix(match.size);
    from = continuation_;
  }
}

}  // namespace quire::model2vec
