#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "embedding/model2vec/trie.hpp"

namespace quire::model2vec {

using TokenId = std::uint32_t;
/// Stands for what has no number: never kept.
constexpr TokenId kNoToken = Trie::kNoValue;

/// The numbers of a text's tokens, without those of what is unknown.
class TokenSink {
 public:
  /// Leaves out `dropped`.
  TokenSink(std::vector<TokenId>& ids, TokenId dropped) : ids_(ids), dropped_(dropped) {}

  void push(TokenId id) {
    if (id != dropped_ && id != kNoToken) {
      ids_.push_back(id);
    }
  }
  std::size_t size() const { return ids_.size(); }
  void truncate(std::size_t size) { ids_.resize(size); }

 private:
  std::vector<TokenId>& ids_;
  TokenId dropped_;
};

}  // namespace quire::model2vec
