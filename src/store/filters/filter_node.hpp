#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/filter.hpp>

#include "store/records/record_table.hpp"

/// The tree behind Filter. Built by the parser and by the typed predicates, in one normal form, so
/// that equal conditions are equal trees: NOT IN is not(in), NOT LIKE is not(like), NOT BETWEEN is
/// not(between), IS NOT NULL is not(is_null), <> is compare(not_equal), FALSE is not(always).
namespace quire::filters {

enum class Operator : std::uint8_t {
  all_of,  ///< AND of its parts, two or more
  any_of,  ///< OR of its parts, two or more
  negate,  ///< NOT of one child
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,       ///< values
  like,     ///< values[0] is the pattern
  ilike,    ///< the same, ASCII letters folded
  between,  ///< values[0] and values[1]
  is_null,
  always,  ///< TRUE; of no field
};

inline bool is_like(Operator op) {
  return op == Operator::like || op == Operator::ilike;
}

}  // namespace quire::filters

namespace quire {

struct Filter::Node {
  filters::Operator op = filters::Operator::is_null;
  std::string field;  ///< As written: "language", "extra.signature".
  std::vector<Value> values;
  char escape = 0;  ///< Of like; 0: none.
  /// A group's children may be groups of its own kind, as many below each other as were joined one
  /// after another; filters::parts_of() sees through them. So each join is one node, whatever it
  /// joins, and what was joined is shared.
  std::vector<std::shared_ptr<const Node>> children;
  std::uint32_t depth = 1;  ///< Of the tree of parts; a leaf's is 1.

  Node() = default;
  Node(const Node&) = delete;
  Node(Node&&) = default;
  Node& operator=(const Node&) = delete;
  Node& operator=(Node&&) = default;
  /// Frees children one after another, however many lie below each other: never by recursion.
  ~Node();
};

}  // namespace quire

namespace quire::filters {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;

/// What a filter may be at most.
inline constexpr std::uint32_t kMaxDepth = 100;
inline constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

/// `children` joined by all_of or any_of. One child is itself.
///
/// A tree deeper than kMaxDepth is never put into a larger one but stands for it, being as invalid:
/// so no tree is deeper than kMaxDepth + 1, and whatever walks one by its parts may recurse.
NodePtr join(Operator op, const std::vector<NodePtr>& children);
/// Not `child`; the same holds for deep ones.
NodePtr negation(NodePtr child);
/// TRUE or FALSE.
NodePtr constant(bool value);
/// Where a text is looked for, and the LIKE that looks for it.
enum class Place : std::uint8_t { front, back, anywhere };
Node like_of(std::string field, std::string_view text, Place place);

/// What a group joins, in order; none of it is a group of the same operator.
std::vector<const Node*> parts_of(const Node& group);

/// `node` as text; see Filter::to_string().
std::string to_text(const Node& node);
/// A field as it is written in a filter.
std::string field_text(std::string_view field);
std::string value_text(const Filter::Value& value);
/// Whether `word`, in any case, is a word of the language: a field of that name is quoted.
bool is_reserved(std::string_view word);

bool equal(const Node& a, const Node& b);

}  // namespace quire::filters
