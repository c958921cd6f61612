#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace quire::model2vec {

/// Byte strings with a number each, walked byte by byte from any node. Edges lie in one hash table.
class Trie {
 public:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kNowhere = UINT32_MAX;
  static constexpr std::uint32_t kNoValue = UINT32_MAX;
  /// Of all keys together.
  static constexpr std::size_t kMaxBytes = (std::size_t{1} << 24) - 1;

  /// The number of `key` becomes `value`; returns what it was, or kNoValue.
  std::uint32_t insert(std::string_view key, std::uint32_t value);

  /// Where an edge leads, or kNowhere; from kNowhere too.
  Node child(Node node, char byte) const;
  /// Along all of `path`.
  Node walk(Node from, std::string_view path) const;
  /// Of the key that ends at `node`, or kNoValue; of kNowhere too.
  std::uint32_t value(Node node) const { return node == kNowhere ? kNoValue : values_[node]; }
  std::uint32_t find(std::string_view key) const { return value(walk(kRoot, key)); }

  struct Match {
    std::size_t size = 0;  ///< 0: none.
    std::uint32_t value = kNoValue;
  };
  /// The longest beginning of `text` that leads from `from` to a key's end.
  Match longest(Node from, std::string_view text) const;

 private:
  // A slot holds node << 32 | byte << 24 | child; 0 is free, since no edge leads to the root.
  static constexpr std::uint64_t kChildBits = 0xFFFFFF;

  std::size_t slot_of(std::uint64_t edge) const;
  Node add_child(Node node, char byte);
  void grow();

  std::vector<std::uint32_t> values_ = {kNoValue};  ///< By node.
  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(64);
};

}  // namespace quire::model2vec
