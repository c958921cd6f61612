#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

#include <quire/filter.hpp>

#include "base/try.hpp"
#include "store/filters/field.hpp"
#include "store/filters/filter_node.hpp"

namespace quire {
namespace {

using filters::FieldTarget;
using filters::Node;
using filters::NodePtr;
using filters::Operator;

Filter leaf(Operator op, std::string field, std::vector<Filter::Value> values, char escape = 0) {
  Node node;
  node.op = op;
  node.field = std::move(field);
  node.values = std::move(values);
  node.escape = escape;
  return Filter(std::make_shared<const Node>(std::move(node)));
}

Filter placed(std::string field, std::string_view text, filters::Place place) {
  return Filter(std::make_shared<const Node>(filters::like_of(std::move(field), text, place)));
}

Status check_leaf(const Node& node, const Schema& schema) {
  if (node.op == Operator::always) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const FieldTarget target, filters::target_of(node.field, schema));
  if (filters::is_like(node.op)) {
    QUIRE_TRY(filters::check_like_field(node.field, target.type));
    QUIRE_TRY(filters::check_escape(node.escape));
  }
  if (node.op == Operator::in && node.values.empty()) {
    return fail(ErrorCode::invalid_argument, "IN needs at least one value");
  }
  for (const Filter::Value& value : node.values) {
    QUIRE_TRY(filters::check_value(node.field, target.type, value));
  }
  return filters::is_like(node.op)
             ? filters::check_pattern(std::get<std::string>(node.values[0]), node.escape)
             : Status();
}

Status check_tree(const Node& node, const Schema& schema) {
  if (node.children.empty()) {
    return check_leaf(node, schema);
  }
  if (node.op == Operator::negate) {
    return check_tree(*node.children[0], schema);
  }
  for (const Node* part : filters::parts_of(node)) {
    QUIRE_TRY(check_tree(*part, schema));
  }
  return {};
}

}  // namespace

namespace filters {

NodePtr join(Operator op, const std::vector<NodePtr>& children) {
  Node node;
  node.op = op;
  for (const NodePtr& child : children) {
    if (child->depth > kMaxDepth || children.size() == 1) {
      return child;
    }
    node.depth = std::max(node.depth, child->depth + (child->op == op ? 0 : 1));
  }
  node.children = children;
  return std::make_shared<const Node>(std::move(node));
}

NodePtr negation(NodePtr child) {
  if (child->depth > kMaxDepth) {
    return child;
  }
  Node node;
  node.op = Operator::negate;
  node.depth = child->depth + 1;
  node.children.push_back(std::move(child));
  return std::make_shared<const Node>(std::move(node));
}

NodePtr constant(bool value) {
  Node node;
  node.op = Operator::always;
  const NodePtr always = std::make_shared<const Node>(std::move(node));
  return value ? always : negation(always);
}

Node like_of(std::string field, std::string_view text, Place place) {
  constexpr char kEscape = '\\';
  Node node;
  node.op = Operator::like;
  node.field = std::move(field);
  node.escape = text.find_first_of("%_") == std::string_view::npos ? '\0' : kEscape;
  std::string pattern = place == Place::front ? "" : "%";
  for (const char c : text) {
    const bool is_special = c == '%' || c == '_' || c == kEscape;
    pattern += node.escape != 0 && is_special ? std::string{kEscape, c} : std::string(1, c);
  }
  node.values.emplace_back(pattern + (place == Place::back ? "" : "%"));
  return node;
}

std::vector<const Node*> parts_of(const Node& group) {
  std::vector<const Node*> parts;
  std::vector<const Node*> rest{&group};
  while (!rest.empty()) {
    const Node* const node = rest.back();
    rest.pop_back();
    if (node->op != group.op) {
      parts.push_back(node);
      continue;
    }
    for (const NodePtr& child : std::views::reverse(node->children)) {
      rest.push_back(child.get());
    }
  }
  return parts;
}

namespace {

/// 5 and 5.0 are one value: which of the two a parsed text gives is the field's type to say.
bool same_value(const Filter::Value& a, const Filter::Value& b) {
  const auto* const whole = std::get_if<std::int64_t>(a.index() == 0 ? &a : &b);
  const auto* const real = std::get_if<double>(a.index() == 2 ? &a : &b);
  return whole && real ? static_cast<double>(*whole) == *real : a == b;
}

bool same_values(const std::vector<Filter::Value>& a, const std::vector<Filter::Value>& b) {
  return std::ranges::equal(a, b, same_value);
}

}  // namespace

bool equal(const Node& a, const Node& b) {
  if (a.op != b.op || a.field != b.field || !same_values(a.values, b.values) ||
      a.escape != b.escape) {
    return false;
  }
  if (a.op != Operator::all_of && a.op != Operator::any_of) {
    return std::ranges::equal(a.children, b.children,
                              [](const NodePtr& x, const NodePtr& y) { return equal(*x, *y); });
  }
  return std::ranges::equal(parts_of(a), parts_of(b),
                            [](const Node* x, const Node* y) { return equal(*x, *y); });
}

}  // namespace filters

Filter::Node::~Node() {
  // The first node that goes frees all below it; those hand it their children.
  thread_local std::vector<NodePtr>* freed = nullptr;
  const bool is_first = freed == nullptr;
  std::vector<NodePtr> here;
  std::vector<NodePtr>& rest = is_first ? here : *freed;
  for (NodePtr& child : children) {
    if (child != nullptr && !child->children.empty()) {
      rest.push_back(std::move(child));
    }
  }
  if (!is_first || rest.empty()) {
    return;
  }
  freed = &here;
  while (!here.empty()) {
    const NodePtr last = std::move(here.back());
    here.pop_back();
  }
  freed = nullptr;
}

std::string Filter::to_string() const {
  return empty() ? "" : filters::to_text(*root_);
}

Status Filter::validate(const Schema& fields) const {
  if (empty()) {
    return {};
  }
  if (root_->depth > filters::kMaxDepth) {
    return fail(ErrorCode::invalid_argument, "filter: nested deeper than 100");
  }
  if (const Status valid = check_tree(*root_, fields); !valid.has_value()) {
    return std::unexpected(valid.error().while_doing("filter"));
  }
  return {};
}

bool operator==(const Filter& a, const Filter& b) {
  return a.root_ == b.root_ || (!a.empty() && !b.empty() && filters::equal(*a.root_, *b.root_));
}

Filter operator&&(const Filter& a, const Filter& b) {
  if (a.empty() || b.empty()) {
    return a.empty() ? b : a;
  }
  return Filter(filters::join(Operator::all_of, {a.root_, b.root_}));
}

Filter operator||(const Filter& a, const Filter& b) {
  if (a.empty() || b.empty()) {
    return {};
  }
  return Filter(filters::join(Operator::any_of, {a.root_, b.root_}));
}

Filter operator!(const Filter& a) {
  return Filter(a.empty() ? filters::constant(false) : filters::negation(a.root_));
}

Filter Field::operator==(Filter::Value value) const {
  return leaf(Operator::equal, name_, {std::move(value)});
}

Filter Field::operator!=(Filter::Value value) const {
  return leaf(Operator::not_equal, name_, {std::move(value)});
}

Filter Field::operator<(Filter::Value value) const {
  return leaf(Operator::less, name_, {std::move(value)});
}

Filter Field::operator<=(Filter::Value value) const {
  return leaf(Operator::less_equal, name_, {std::move(value)});
}

Filter Field::operator>(Filter::Value value) const {
  return leaf(Operator::greater, name_, {std::move(value)});
}

Filter Field::operator>=(Filter::Value value) const {
  return leaf(Operator::greater_equal, name_, {std::move(value)});
}

Filter Field::in(std::vector<Filter::Value> values) const {
  return leaf(Operator::in, name_, std::move(values));
}

Filter Field::not_in(std::vector<Filter::Value> values) const {
  return !in(std::move(values));
}

Filter Field::between(Filter::Value low, Filter::Value high) const {
  return leaf(Operator::between, name_, {std::move(low), std::move(high)});
}

Filter Field::like(std::string pattern, char escape) const {
  return leaf(Operator::like, name_, {std::move(pattern)}, escape);
}

Filter Field::not_like(std::string pattern, char escape) const {
  return !like(std::move(pattern), escape);
}

Filter Field::ilike(std::string pattern, char escape) const {
  return leaf(Operator::ilike, name_, {std::move(pattern)}, escape);
}

Filter Field::not_ilike(std::string pattern, char escape) const {
  return !ilike(std::move(pattern), escape);
}

Filter Field::starts_with(std::string_view text) const {
  return placed(name_, text, filters::Place::front);
}

Filter Field::ends_with(std::string_view text) const {
  return placed(name_, text, filters::Place::back);
}

Filter Field::contains(std::string_view text) const {
  return placed(name_, text, filters::Place::anywhere);
}

Filter Field::is_null() const {
  return leaf(Operator::is_null, name_, {});
}

Filter Field::is_not_null() const {
  return !is_null();
}

}  // namespace quire
