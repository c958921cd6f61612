#include "embedding/model2vec/unigram.hpp"

#include <algorithm>
#include <string>

#include "base/try.hpp"
#include "embedding/model2vec/code_points.hpp"

namespace quire::model2vec {
namespace {

/// What an unknown character's score is below the lowest.
constexpr double kUnknownPenalty = 10;

/// Takes the way to `node` over a token that begins at `begin`, if it is the first or better.
void offer(Unigram::Lattice::Node& node, double score, std::size_t begin, TokenId id) {
  if (node.begin == SIZE_MAX || score > node.score) {
    node = {score, begin, id};
  }
}

/// Of a token's entry, which is checked.
double last_number(JsonValue entry) {
  double last = 0;
  for (const JsonMember& each : entry.members()) {
    last = each.value.number().value_or(last);
  }
  return last;
}

}  // namespace

Result<Unigram> Unigram::read(JsonValue model, const Vocabulary& vocabulary) {
  Unigram read;
  QUIRE_TRY_ASSIGN(const bool byte_fallback, bool_member(model, "byte_fallback", false));
  if (byte_fallback) {
    return unsupported("model \"Unigram\" with byte_fallback", "models without");
  }
  for (const JsonMember& entry : model.member("vocab").members()) {
    read.scores_.push_back(last_number(entry.value));
  }
  QUIRE_TRY_ASSIGN(const std::uint64_t unknown, number_member(model, "unk_id", kNoToken));
  if (unknown != kNoToken && unknown >= read.scores_.size()) {
    return fail(ErrorCode::store_serde, "unk_id " + std::to_string(unknown) + " of " +
                                            std::to_string(read.scores_.size()) + " tokens");
  }
  read.unknown_ = static_cast<TokenId>(unknown);
  read.unknown_score_ =
      (read.scores_.empty() ? 0 : std::ranges::min(read.scores_)) - kUnknownPenalty;
  read.trie_ = vocabulary.trie();
  return read;
}

void Unigram::tokenize(std::string_view text, Lattice& lattice, TokenSink& out) const {
  lattice.nodes.assign(text.size() + 1, {});
  for (std::size_t at = 0; at < text.size(); at += sequence_length(text[at])) {
    extend(text, at, lattice.nodes);
  }
  follow(text, lattice, out);
}

/// Over every token that begins at `begin`, and over one unknown character where none is as short.
void Unigram::extend(std::string_view text,
                     std::size_t begin,
                     std::vector<Lattice::Node>& nodes) const {
  const double before = nodes[begin].score;
  const std::size_t character_end = begin + sequence_length(text[begin]);
  bool known = false;
  Trie::Node node = Trie::kRoot;
  for (std::size_t end = begin + 1; end <= text.size(); ++end) {
    node = trie_.child(node, text[end - 1]);
    if (node == Trie::kNowhere) {
      break;
    }
    if (const TokenId id = trie_.value(node); id != kNoToken) {
      offer(nodes[end], before + scores_[id], begin, id);
      known = known || end == character_end;
    }
  }
  if (!known) {
    offer(nodes[character_end], before + unknown_score_, begin, unknown_);
  }
}

/// Neighbours that are unknown become one token.
void Unigram::follow(std::string_view text, Lattice& lattice, TokenSink& out) const {
  lattice.path.clear();
  for (std::size_t end = text.size(); end > 0; end = lattice.nodes[end].begin) {
    lattice.path.push_back(end);
  }
  std::size_t known_end = 0;
  for (auto end = lattice.path.rbegin(); end != lattice.path.rend(); ++end) {
    const Lattice::Node& node = lattice.nodes[*end];
    if (node.id == unknown_) {
      continue;
    }
    push_unknown(text.substr(known_end, node.begin - known_end), out);
    out.push(node.id);
    known_end = *end;
  }
  push_unknown(text.substr(known_end), out);
}

void Unigram::push_unknown(std::string_view text, TokenSink& out) const {
  if (!text.empty()) {
    const TokenId id = trie_.find(text);
    out.push(id == kNoToken ? unknown_ : id);
  }
}

}  // namespace quire::model2vec
