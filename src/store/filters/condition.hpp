#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "store/filters/field.hpp"
#include "store/filters/filter_node.hpp"
#include "store/filters/like_pattern.hpp"

/// A filter (validated), ready to be asked often: its fields are known, its patterns parsed, its
/// lists sorted. Refers to the filter's nodes, which must outlive it.
namespace quire::filters {

/// SQL's three values.
enum class Truth : std::uint8_t { no, unknown, yes };

inline Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

inline Truth inverse(Truth truth) {
  return static_cast<Truth>(2 - static_cast<int>(truth));
}

/// What is asked of one field: by one node, or by several that together are one IN.
struct Leaf {
  Operator op = Operator::is_null;
  std::vector<const Filter::Value*> values;
  char escape = 0;
};

/// A leaf's condition on a string.
class StringCondition {
 public:
  explicit StringCondition(const Leaf& leaf);

  bool holds(std::string_view text) const;
  Truth truth(const std::optional<std::string_view>& text) const;
  bool asks_for_absence() const { return op_ == Operator::is_null; }

 private:
  Operator op_;
  std::vector<std::string_view> values_;  ///< Of IN sorted, each once.
  std::optional<LikePattern> pattern_;
};

/// The numbers from low to high, or all others.
class NumberRange {
 public:
  NumberRange() = default;
  NumberRange(std::int64_t low, std::int64_t high, bool outside = false) {
    // One comparison a number: those below `low` wrap around and are above the span.
    const bool is_empty = low > high;
    low_ = is_empty ? 0 : static_cast<std::uint64_t>(low);
    span_ = is_empty ? UINT64_MAX : static_cast<std::uint64_t>(high) - low_;
    outside_ = outside != is_empty;
  }

  bool contains(std::int64_t number) const {
    return (static_cast<std::uint64_t>(number) - low_ <= span_) != outside_;
  }

 private:
  std::uint64_t low_ = 0;
  std::uint64_t span_ = UINT64_MAX;
  bool outside_ = false;
};

/// A leaf's condition on a number: in a range, or with IN in a list. Numbers of every type are
/// compared as records::ordinal() has them.
class NumberCondition {
 public:
  NumberCondition(const Leaf& leaf, FieldType type);

  Truth truth(const std::optional<std::int64_t>& number) const;
  bool asks_for_absence() const { return asks_for_absence_; }

  bool is_list() const { return is_list_; }
  const NumberRange& range() const { return range_; }
  const std::vector<std::int64_t>& list() const { return list_; }  ///< Sorted, each once.
  bool in_list(std::int64_t number) const;
  bool holds(std::int64_t number) const {
    return is_list_ ? in_list(number) : range_.contains(number);
  }

 private:
  bool is_list_;
  bool asks_for_absence_;
  NumberRange range_;
  std::vector<std::int64_t> list_;
};

/// A tree of conditions. Within a group, all that ask one field to be one of some values are one
/// list: in an OR each = and IN, in an AND each != and NOT IN. So a chain of any length costs what
/// IN costs.
class Condition {
 public:
  /// `schema`: the store's own fields, of which the node's are.
  explicit Condition(const Node& node, const Schema& schema = {});

  Operator op() const { return op_; }
  /// Of all_of, any_of and negate; those that need rows' own bytes come last.
  const std::vector<Condition>& children() const { return children_; }
  /// Of a leaf, which has one of the two next, or asks whether a table has no rows.
  const FieldTarget& target() const { return target_; }
  const std::optional<NumberCondition>& number() const { return number_; }
  const std::optional<StringCondition>& text() const { return text_; }
  /// True if the answer needs each row's own bytes.
  bool reads_rows() const { return reads_rows_; }

 private:
  Condition() = default;
  /// Of `lists`, each a = or IN of one field, all their values in one IN.
  static Condition one_of(const std::vector<const Node*>& lists, const Schema& schema);
  static Condition none_of(const std::vector<const Node*>& lists, const Schema& schema);

  void become_group(const Node& group, const Schema& schema);
  void become_leaf(std::string_view field, const Leaf& leaf, const Schema& schema);
  void add(Condition&& child);

  Operator op_ = Operator::is_null;
  bool reads_rows_ = false;
  FieldTarget target_;
  std::optional<NumberCondition> number_;
  std::optional<StringCondition> text_;
  std::vector<Condition> children_;
};

}  // namespace quire::filters
