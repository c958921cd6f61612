#include "store/filters/condition.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "store/records/own_values.hpp"

namespace quire::filters {
namespace {

template <class T>
void sort_each_once(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

void append_values(const Node& node, Leaf& leaf) {
  for (const Filter::Value& value : node.values) {
    leaf.values.push_back(&value);
  }
}

/// A value that may be compared with a field of `type`.
std::int64_t ordinal_in(FieldType type, const Filter::Value& value) {
  if (const auto* const truth = std::get_if<bool>(&value)) {
    return *truth ? 1 : 0;
  }
  const auto* const whole = std::get_if<std::int64_t>(&value);
  if (type == FieldType::f64) {
    return records::ordinal(whole ? static_cast<double>(*whole) : std::get<double>(value));
  }
  return whole ? *whole : static_cast<std::int64_t>(std::get<double>(value));
}

NumberRange range_of(const Leaf& leaf, FieldType type) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  const auto value = [&](std::size_t i) { return ordinal_in(type, *leaf.values[i]); };
  switch (leaf.op) {
    case Operator::equal:
      return {value(0), value(0)};
    case Operator::not_equal:
      return {value(0), value(0), true};
    case Operator::less:
      return {value(0), kHighest, true};
    case Operator::less_equal:
      return {kLowest, value(0)};
    case Operator::greater:
      return {kLowest, value(0), true};
    case Operator::greater_equal:
      return {value(0), kHighest};
    case Operator::between:
      return {value(0), value(1)};
    default:
      return {kLowest, kHighest, true};  // is_null: no number is absent
  }
}

bool is_list(const Node& node) {
  return node.op == Operator::equal || node.op == Operator::in;
}

/// The list of values that `part` of an OR asks its field to be in, or `part` of an AND not to be
/// in; null if it asks something else.
const Node* list_in(Operator group, const Node& part) {
  if (group == Operator::any_of) {
    return is_list(part) ? &part : nullptr;
  }
  if (part.op == Operator::not_equal) {
    return is_table_column(part.field) ? nullptr : &part;
  }
  const bool is_negated_list = part.op == Operator::negate && is_list(*part.children[0]);
  return is_negated_list ? part.children[0].get() : nullptr;
}

/// The parts of a group, sorted: lists by field in the order in which the fields come, and the
/// rest. A list that is alone in its field stays with the rest: a = is cheaper than an IN.
struct Parts {
  std::vector<std::vector<const Node*>> lists;
  std::vector<const Node*> others;
};

Parts sorted_parts(const Node& group) {
  struct Part {
    const Node* node;
    const Node* list;
  };
  std::vector<Part> parts;
  std::unordered_map<std::string_view, std::vector<const Node*>> lists;
  for (const Node* part : parts_of(group)) {
    const Node* const list = list_in(group.op, *part);
    parts.push_back({part, list});
    if (list != nullptr) {
      lists[list->field].push_back(list);
    }
  }
  Parts out;
  for (const Part& part : parts) {
    std::vector<const Node*>* const mates = part.list ? &lists[part.list->field] : nullptr;
    if (mates == nullptr || mates->size() == 1) {
      out.others.push_back(part.node);
    } else if (!mates->empty()) {
      out.lists.push_back(std::exchange(*mates, {}));
    }
  }
  return out;
}

}  // namespace

StringCondition::StringCondition(const Leaf& leaf) : op_(leaf.op) {
  for (const Filter::Value* value : leaf.values) {
    values_.push_back(std::get<std::string>(*value));
  }
  if (op_ == Operator::in) {
    sort_each_once(values_);
  } else if (is_like(op_)) {
    pattern_.emplace(values_[0], leaf.escape,
                     op_ == Operator::like ? LetterCase::exact : LetterCase::folded);
  }
}

bool StringCondition::holds(std::string_view text) const {
  switch (op_) {
    case Operator::equal:
      return text == values_[0];
    case Operator::not_equal:
      return text != values_[0];
    case Operator::less:
      return text < values_[0];
    case Operator::less_equal:
      return text <= values_[0];
    case Operator::greater:
      return text > values_[0];
    case Operator::greater_equal:
      return text >= values_[0];
    case Operator::in:
      return std::ranges::binary_search(values_, text);
    case Operator::like:
    case Operator::ilike:
      return pattern_.has_value() && pattern_->matches(text);
    case Operator::between:
      return values_[0] <= text && text <= values_[1];
    default:
      return false;  // is_null
  }
}

Truth StringCondition::truth(const std::optional<std::string_view>& text) const {
  if (asks_for_absence()) {
    return truth_of(!text.has_value());
  }
  return text.has_value() ? truth_of(holds(*text)) : Truth::unknown;
}

NumberCondition::NumberCondition(const Leaf& leaf, FieldType type)
    : is_list_(leaf.op == Operator::in), asks_for_absence_(leaf.op == Operator::is_null) {
  if (!is_list_) {
    range_ = range_of(leaf, type);
    return;
  }
  for (const Filter::Value* value : leaf.values) {
    list_.push_back(ordinal_in(type, *value));
  }
  sort_each_once(list_);
}

Truth NumberCondition::truth(const std::optional<std::int64_t>& number) const {
  if (asks_for_absence_) {
    return truth_of(!number.has_value());
  }
  return number ? truth_of(holds(*number)) : Truth::unknown;
}

bool NumberCondition::in_list(std::int64_t number) const {
  return std::ranges::binary_search(list_, number);
}

Condition::Condition(const Node& node, const Schema& schema) : op_(node.op) {
  if (op_ == Operator::all_of || op_ == Operator::any_of) {
    become_group(node, schema);
  } else if (op_ == Operator::negate) {
    add(Condition(*node.children[0], schema));
  } else if (op_ != Operator::always) {
    Leaf leaf{op_, {}, node.escape};
    append_values(node, leaf);
    become_leaf(node.field, leaf, schema);
  }
}

Condition Condition::one_of(const std::vector<const Node*>& lists, const Schema& schema) {
  Condition out;
  out.op_ = Operator::in;
  Leaf leaf{out.op_, {}, 0};
  for (const Node* list : lists) {
    append_values(*list, leaf);
  }
  out.become_leaf(lists[0]->field, leaf, schema);
  return out;
}

Condition Condition::none_of(const std::vector<const Node*>& lists, const Schema& schema) {
  Condition out;
  out.op_ = Operator::negate;
  out.add(one_of(lists, schema));
  return out;
}

void Condition::become_group(const Node& group, const Schema& schema) {
  const Parts parts = sorted_parts(group);
  for (const std::vector<const Node*>& lists : parts.lists) {
    add(op_ == Operator::any_of ? one_of(lists, schema) : none_of(lists, schema));
  }
  for (const Node* part : parts.others) {
    add(Condition(*part, schema));
  }
  std::ranges::stable_partition(children_, [](const Condition& c) { return !c.reads_rows(); });
}

void Condition::become_leaf(std::string_view field, const Leaf& leaf, const Schema& schema) {
  target_ = known_target(field, schema);
  if (target_.type == FieldType::string) {
    text_.emplace(leaf);
  } else if (target_.type != FieldType::table) {
    number_.emplace(leaf, target_.type);
  }
  reads_rows_ = target_.member == records::Member::content || !target_.extra.empty();
}

void Condition::add(Condition&& child) {
  reads_rows_ = reads_rows_ || child.reads_rows_;
  children_.push_back(std::move(child));
}

}  // namespace quire::filters
