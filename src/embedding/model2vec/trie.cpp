#include "embedding/model2vec/trie.hpp"

#include <utility>

#include "base/assert.hpp"

namespace quire::model2vec {
namespace {

/// The edge without its child.
std::uint64_t edge_of(Trie::Node node, char byte) {
  return std::uint64_t{node} << 32 | std::uint64_t{static_cast<unsigned char>(byte)} << 24;
}

}  // namespace

std::uint32_t Trie::insert(std::string_view key, std::uint32_t value) {
  Node node = kRoot;
  for (const char byte : key) {
    const Node next = child(node, byte);
    node = next == kNowhere ? add_child(node, byte) : next;
  }
  return std::exchange(values_[node], value);
}

Trie::Node Trie::child(Node node, char byte) const {
  if (node == kNowhere) {
    return kNowhere;
  }
  const std::uint64_t slot = slots_[slot_of(edge_of(node, byte))];
  return slot == 0 ? kNowhere : static_cast<Node>(slot & kChildBits);
}

Trie::Node Trie::walk(Node from, std::string_view path) const {
  for (const char byte : path) {
    from = child(from, byte);
  }
  return from;
}

Trie::Match Trie::longest(Node from, std::string_view text) const {
  Match best;
  for (std::size_t i = 0; i < text.size(); ++i) {
    from = child(from, text[i]);
    if (from == kNowhere) {
      break;
    }
    if (values_[from] != kNoValue) {
      best = {i + 1, values_[from]};
    }
  }
  return best;
}

/// Where `edge` is, or the free slot where it would be.
std::size_t Trie::slot_of(std::uint64_t edge) const {
  const std::size_t mask = slots_.size() - 1;
  // Fibonacci hashing (Knuth, volume 3, section 6.4).
  std::size_t at = static_cast<std::size_t>((edge * 0x9E3779B97F4A7C15) >> 32) & mask;
  while (slots_[at] != 0 && (slots_[at] & ~kChildBits) != edge) {
    at = (at + 1) & mask;
  }
  return at;
}

Trie::Node Trie::add_child(Node node, char byte) {
  if (values_.size() * 2 > slots_.size()) {
    grow();
  }
  const auto added = static_cast<Node>(values_.size());
  QUIRE_ASSERT(added <= kChildBits);
  values_.push_back(kNoValue);
  const std::uint64_t edge = edge_of(node, byte);
  slots_[slot_of(edge)] = edge | added;
  return added;
}

void Trie::grow() {
  const std::vector<std::uint64_t> old =
      std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
  for (const std::uint64_t slot : old) {
    if (slot != 0) {
      slots_[slot_of(slot & ~kChildBits)] = slot;
    }
  }
}

}  // namespace quire::model2vec
