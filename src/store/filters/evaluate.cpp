#include "store/filters/evaluate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "store/filters/field.hpp"
#include "store/filters/like_pattern.hpp"

namespace quire::filters {
namespace {

using records::ChunkView;
using records::Member;
using records::RecordTable;
using records::StringColumn;

/// SQL's three values.
enum class Truth : std::uint8_t { no, unknown, yes };

Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

Truth inverse(Truth truth) {
  return static_cast<Truth>(2 - static_cast<int>(truth));
}

/// A leaf's condition on a string, ready to be asked often.
class StringCondition {
 public:
  explicit StringCondition(const Node& node) : op_(node.op) {
    for (const Filter::Value& value : node.values) {
      values_.push_back(std::get<std::string>(value));
    }
    if (op_ == Operator::in) {
      std::ranges::sort(values_);
    } else if (op_ == Operator::like) {
      pattern_.emplace(values_[0], node.escape);
    }
  }

  bool holds(std::string_view text) const {
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
        return pattern_.has_value() && pattern_->matches(text);
      case Operator::between:
        return values_[0] <= text && text <= values_[1];
      default:
        return false;  // is_null
    }
  }

  Truth truth(const std::optional<std::string_view>& text) const {
    if (op_ == Operator::is_null) {
      return truth_of(!text.has_value());
    }
    return text.has_value() ? truth_of(holds(*text)) : Truth::unknown;
  }

 private:
  Operator op_;
  std::vector<std::string_view> values_;
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

NumberRange range_of(const Node& node) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  const auto value = [&](std::size_t i) { return std::get<std::int64_t>(node.values[i]); };
  switch (node.op) {
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
      return {kLowest, kHighest, true};  // is_null: a number is never absent
  }
}

/// A leaf's condition on a number: in a range, or with IN in a list.
class NumberCondition {
 public:
  explicit NumberCondition(const Node& node) : is_list_(node.op == Operator::in) {
    if (!is_list_) {
      range_ = range_of(node);
      return;
    }
    for (const Filter::Value& value : node.values) {
      list_.push_back(std::get<std::int64_t>(value));
    }
    std::ranges::sort(list_);
  }

  bool is_list() const { return is_list_; }
  const NumberRange& range() const { return range_; }
  bool in_list(std::int64_t number) const { return std::ranges::binary_search(list_, number); }
  bool holds(std::int64_t number) const {
    return is_list_ ? in_list(number) : range_.contains(number);
  }

 private:
  bool is_list_;
  NumberRange range_;
  std::vector<std::int64_t> list_;
};

// One chunk.

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text.has_value() ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::optional<std::string_view> string_of(const ChunkView& chunk, const FieldTarget& target) {
  if (!target.member.has_value()) {
    return chunk.extra(target.extra);
  }
  switch (*target.member) {
    case Member::file_path:
      return chunk.file_path;
    case Member::content:
      return chunk.content;
    case Member::symbol_name:
      return chunk.symbol_name;
    case Member::symbol_kind:
      return chunk.symbol_kind;
    case Member::package_name:
      return chunk.package_name;
    default:
      return chunk.language;
  }
}

std::int64_t number_of(const ChunkView& chunk, Member member) {
  switch (member) {
    case Member::chunk_id:
      return chunk.chunk_id;
    case Member::start_line:
      return chunk.start_line;
    case Member::end_line:
      return chunk.end_line;
    default:
      return chunk.last_modified;
  }
}

// A table.

void intersect(RowSet& rows, const RowSet& others) {
  std::ranges::transform(rows.words(), others.words(), rows.words().begin(), std::bit_and());
}

void unite(RowSet& rows, const RowSet& others) {
  std::ranges::transform(rows.words(), others.words(), rows.words().begin(), std::bit_or());
}

void invert(RowSet& rows) {
  RowSet all(rows.rows(), true);
  std::ranges::transform(all.words(), rows.words(), rows.words().begin(), std::bit_xor());
}

/// Three-valued rows: yes where in both sets, unknown where only in `possible`, else no. AND and OR
/// then are those of each set by itself, and NOT changes places.
struct Verdicts {
  RowSet yes;
  RowSet possible;
};

Verdicts inverse(Verdicts verdicts) {
  invert(verdicts.yes);
  invert(verdicts.possible);
  return {std::move(verdicts.possible), std::move(verdicts.yes)};
}

/// Calls word_of(values + 64 w) for each whole word w, and test(value) for each value after those.
template <class T, class WordOf, class Test>
RowSet rows_by_words(std::span<const T> values, WordOf word_of, Test test) {
  RowSet out(values.size(), false);
  const std::size_t whole = values.size() / 64;
  for (std::size_t w = 0; w < whole; ++w) {
    out.words()[w] = word_of(values.data() + w * 64);
  }
  for (std::size_t row = whole * 64; row < values.size(); ++row) {
    if (test(values[row])) {
      out.insert(row);
    }
  }
  return out;
}

/// Bit i is test(from[i]). Unrolled: the bits go from register to register.
template <class T, class Test, std::size_t... I>
std::uint64_t eight_bits(const T* from, Test test, std::index_sequence<I...> /*0 to 7*/) {
  return ((std::uint64_t{test(from[I])} << I) | ...);
}

/// The places of `values` where test(value) is true.
template <class T, class Test>
RowSet rows_where(std::span<const T> values, Test test) {
  const auto word_of = [test](const T* from) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; i += 8) {
      word |= eight_bits(from + i, test, std::make_index_sequence<8>()) << i;
    }
    return word;
  };
  return rows_by_words(values, word_of, test);
}

/// The rows whose id is in [low, high]. Flags first, then bits: the compiler makes vectors of that.
RowSet rows_with_ids(const StringColumn& column, std::uint32_t low, std::uint32_t high) {
  const auto test = [low, span = high - low](std::uint32_t id) { return id - low <= span; };
  const auto word_of = [test](const std::uint32_t* from) {
    std::array<std::uint8_t, 64> flags{};
    for (std::size_t i = 0; i < 64; ++i) {
      flags[i] = test(from[i]);
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; i += 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, &flags[i], sizeof eight);
      // Byte k's bit goes to bit 56 + k; no two products meet, so nothing carries.
      word |= (eight * 0x0102040810204080 >> 56) << i;
    }
    return word;
  };
  return rows_by_words(column.ids, word_of, test);
}

Verdicts number_verdicts(const Node& node, std::span<const std::int64_t> numbers) {
  const NumberCondition condition(node);
  const RowSet yes =
      condition.is_list()
          ? rows_where(numbers, [&](auto number) { return condition.in_list(number); })
          : rows_where(numbers, [condition = condition.range()](std::int64_t number) {
              return condition.contains(number);
            });
  return {yes, yes};
}

/// The rows whose string the condition holds for, having asked once for each distinct string.
RowSet rows_that_hold(const StringCondition& condition, const StringColumn& column) {
  // By id plus 1: kAbsent wraps around to 0.
  const std::size_t size = column.values.size() + 1;
  const auto holds = std::make_unique<bool[]>(size);
  bool* const begin = holds.get();
  bool* const end = begin + size;
  for (std::size_t id = 0; id < column.values.size(); ++id) {
    begin[id + 1] = condition.holds(column.values[id]);
  }
  bool* const first = std::find(begin, end, true);
  bool* const run_end = std::find(first, end, false);
  if (first == end) {
    return {column.ids.size(), false};
  }
  if (std::find(run_end, end, true) == end) {
    return rows_with_ids(column, static_cast<std::uint32_t>(first - begin - 1),
                         static_cast<std::uint32_t>(run_end - begin - 2));
  }
  return rows_where(column.ids, [begin](std::uint32_t id) { return begin[id + 1]; });
}

bool may_be_absent(Member member) {
  return member != Member::file_path && member != Member::language;
}

Verdicts column_verdicts(const Node& node, Member member, const StringColumn& column) {
  RowSet absent = may_be_absent(member)
                      ? rows_with_ids(column, StringColumn::kAbsent, StringColumn::kAbsent)
                      : RowSet(column.ids.size(), false);
  if (node.op == Operator::is_null) {
    return {absent, absent};
  }
  RowSet yes = rows_that_hold(StringCondition(node), column);
  unite(absent, yes);
  return {std::move(yes), std::move(absent)};
}

/// Asks for each row of `wanted`; read(row) is its string.
template <class Read>
Verdicts read_verdicts(const Node& node, const RowSet& wanted, Read read) {
  const StringCondition condition(node);
  Verdicts out{RowSet(wanted.rows(), false), RowSet(wanted.rows(), false)};
  wanted.for_each([&](std::size_t row) {
    const std::optional<std::string> text = read(row);
    const Truth truth = condition.truth(view(text));
    if (truth == Truth::yes) {
      out.yes.insert(row);
    }
    if (truth != Truth::no) {
      out.possible.insert(row);
    }
  });
  return out;
}

/// True if the answer needs each row's own bytes.
bool reads_rows(const Node& node) {
  if (!node.children.empty()) {
    return std::ranges::any_of(node.children,
                               [](const NodePtr& child) { return reads_rows(*child); });
  }
  const FieldTarget target = known_target(node.field);
  return !target.member.has_value() || *target.member == Member::content;
}

class Selection {
 public:
  explicit Selection(const RecordTable& table) : table_(table) {}

  /// Right for the rows of `wanted`, anything for the others.
  Verdicts verdicts(const Node& node, const RowSet& wanted) const {
    switch (node.op) {
      case Operator::all_of:
        return all_of(node, wanted);
      case Operator::any_of:
        return any_of(node, wanted);
      case Operator::negate:
        return inverse(verdicts(*node.children[0], wanted));
      default:
        return leaf(node, wanted);
    }
  }

 private:
  /// Those that read rows last, when fewer rows are left to read.
  static std::vector<NodePtr> cheapest_first(const std::vector<NodePtr>& children) {
    std::vector<NodePtr> sorted;
    std::ranges::copy_if(children, std::back_inserter(sorted),
                         [](const NodePtr& child) { return !reads_rows(*child); });
    std::ranges::copy_if(children, std::back_inserter(sorted),
                         [](const NodePtr& child) { return reads_rows(*child); });
    return sorted;
  }

  Verdicts all_of(const Node& node, RowSet wanted) const {
    Verdicts out{wanted, wanted};
    for (const NodePtr& child : cheapest_first(node.children)) {
      const Verdicts more = verdicts(*child, wanted);
      intersect(out.yes, more.yes);
      intersect(out.possible, more.possible);
      wanted = out.possible;
    }
    return out;
  }

  Verdicts any_of(const Node& node, RowSet wanted) const {
    Verdicts out{RowSet(wanted.rows(), false), RowSet(wanted.rows(), false)};
    for (const NodePtr& child : cheapest_first(node.children)) {
      const Verdicts more = verdicts(*child, wanted);
      unite(out.yes, more.yes);
      unite(out.possible, more.possible);
      RowSet undecided = out.yes;
      invert(undecided);
      intersect(wanted, undecided);
    }
    return out;
  }

  Verdicts leaf(const Node& node, const RowSet& wanted) const {
    const FieldTarget target = known_target(node.field);
    if (!target.member.has_value()) {
      return read_verdicts(node, wanted,
                           [&](std::size_t row) { return table_.extra(row, target.extra); });
    }
    if (*target.member == Member::content) {
      return read_verdicts(node, wanted,
                           [&](std::size_t row) { return std::optional(table_.content(row)); });
    }
    return target.type == FieldType::number
               ? number_verdicts(node, table_.numbers(*target.member))
               : column_verdicts(node, *target.member, table_.strings(*target.member));
  }

  const RecordTable& table_;
};

}  // namespace

RowSet::RowSet(std::size_t rows, bool value)
    : rows_(rows), words_((rows + 63) / 64, value ? ~std::uint64_t{0} : 0) {
  if (value && rows % 64 != 0) {
    words_.back() = (std::uint64_t{1} << rows % 64) - 1;
  }
}

std::size_t RowSet::count() const {
  std::size_t members = 0;
  for (const std::uint64_t word : words_) {
    members += static_cast<std::size_t>(std::popcount(word));
  }
  return members;
}

std::size_t RowSet::next(std::size_t row) const {
  if (row >= rows_) {
    return rows_;
  }
  std::size_t w = row / 64;
  std::uint64_t bits = words_[w] & ~std::uint64_t{0} << row % 64;
  while (bits == 0 && ++w < words_.size()) {
    bits = words_[w];
  }
  return bits == 0 ? rows_ : w * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

struct CompiledFilter::Condition {
  explicit Condition(const Node& node) : op(node.op) {
    if (!node.children.empty()) {
      for (const NodePtr& child : node.children) {
        children.emplace_back(*child);
      }
      return;
    }
    target = known_target(node.field);
    if (target.member.has_value() && target.type == FieldType::number) {
      number.emplace(node);
    } else {
      text.emplace(node);
    }
  }

  Truth truth(const ChunkView& chunk) const {
    switch (op) {
      case Operator::all_of: {
        Truth truth = Truth::yes;
        for (auto child = children.begin(); child != children.end() && truth != Truth::no;
             ++child) {
          truth = std::min(truth, child->truth(chunk));
        }
        return truth;
      }
      case Operator::any_of: {
        Truth truth = Truth::no;
        for (auto child = children.begin(); child != children.end() && truth != Truth::yes;
             ++child) {
          truth = std::max(truth, child->truth(chunk));
        }
        return truth;
      }
      case Operator::negate:
        return inverse(children.front().truth(chunk));
      default:
        return number.has_value() ? truth_of(number->holds(number_of(chunk, *target.member)))
                                  : text->truth(string_of(chunk, target));
    }
  }

  Operator op;
  FieldTarget target;  ///< Of a leaf, which has one of the next two.
  std::optional<NumberCondition> number;
  std::optional<StringCondition> text;
  std::vector<Condition> children;
};

CompiledFilter::CompiledFilter(Filter filter)
    : filter_(std::move(filter)),
      root_(filter_.empty() ? nullptr : std::make_shared<const Condition>(*filter_.root())) {}

bool CompiledFilter::accepts(const ChunkView& chunk) const {
  return root_ == nullptr || root_->truth(chunk) == Truth::yes;
}

RowSet select(const Filter& filter, const RecordTable& table) {
  const RowSet all(table.size(), true);
  return filter.empty() ? all : Selection(table).verdicts(*filter.root(), all).yes;
}

}  // namespace quire::filters
