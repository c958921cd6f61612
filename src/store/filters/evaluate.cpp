#include "store/filters/evaluate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "store/filters/condition.hpp"
#include "store/records/own_values.hpp"

namespace quire::filters {
namespace {

using records::ChunkView;
using records::Member;
using records::number_of;
using records::NumberColumn;
using records::ordinal_of;
using records::own_value;
using records::own_values;
using records::OwnColumn;
using records::RecordTable;
using records::row_of;
using records::StringColumn;
using records::text_of;
using records::ValueView;

// One chunk.

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text.has_value() ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::optional<std::string_view> string_in(const ValueView& value) {
  const auto* const text = std::get_if<std::string_view>(&value);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<std::string_view> string_of(const ChunkView& chunk, const FieldTarget& target) {
  if (target.own) {
    return string_in(own_value(chunk.own_fields, *target.own));
  }
  return target.member ? text_of(chunk, row_of(*target.member)) : chunk.extra(target.extra);
}

/// A chunk and the key that it has in its store.
struct KeyedChunk {
  const ChunkView& chunk;
  std::uint64_t key;
};

Truth number_truth(const Condition& condition, const KeyedChunk& row) {
  const FieldTarget& target = condition.target();
  const NumberCondition& number = *condition.number();
  if (target.own) {
    return number.truth(ordinal_of(own_value(row.chunk.own_fields, *target.own)));
  }
  // These are never absent.
  return truth_of(number.holds(target.is_key ? static_cast<std::int64_t>(row.key)
                                             : number_of(row.chunk, row_of(*target.member))));
}

Truth answer(const Condition& condition, const KeyedChunk& row);

/// The least or the greatest answer of a group's children, as AND or OR has it; those behind one
/// that decides are not asked.
Truth group_answer(const Condition& group, const KeyedChunk& row) {
  const bool is_and = group.op() == Operator::all_of;
  const Truth decisive = truth_of(!is_and);
  Truth truth = inverse(decisive);
  for (auto child = group.children().begin(); child != group.children().end() && truth != decisive;
       ++child) {
    const Truth more = answer(*child, row);
    truth = is_and ? std::min(truth, more) : std::max(truth, more);
  }
  return truth;
}

/// What is true of one row of a table is true of its chunk.
Truth any_row(const Condition& condition, const std::vector<ValueView>& values) {
  Truth truth = Truth::no;
  for (const ValueView& value : values) {
    truth = std::max(truth, condition.number() ? condition.number()->truth(ordinal_of(value))
                                               : condition.text()->truth(string_in(value)));
  }
  return truth;
}

Truth answer(const Condition& condition, const KeyedChunk& row) {
  switch (condition.op()) {
    case Operator::all_of:
    case Operator::any_of:
      return group_answer(condition, row);
    case Operator::negate:
      return inverse(answer(condition.children().front(), row));
    case Operator::always:
      return Truth::yes;
    default:
      break;
  }
  const FieldTarget& target = condition.target();
  if (target.column) {
    return any_row(condition, own_values(row.chunk.own_fields, *target.own, *target.column));
  }
  if (target.type == FieldType::table) {
    return truth_of(own_values(row.chunk.own_fields, *target.own, 0).empty());
  }
  return condition.number().has_value() ? number_truth(condition, row)
                                        : condition.text()->truth(string_of(row.chunk, target));
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

RowSet rows_in_range(std::span<const std::int64_t> numbers, const NumberRange& range) {
  return rows_where(numbers, [range](std::int64_t number) { return range.contains(number); });
}

/// A pass for each number of a short list is cheaper than a look-up for each row.
RowSet rows_in_list(std::span<const std::int64_t> numbers, const NumberCondition& condition) {
  constexpr std::size_t kShort = 8;
  if (condition.list().size() > kShort) {
    return rows_where(numbers, [&](std::int64_t number) { return condition.in_list(number); });
  }
  RowSet out(numbers.size(), false);
  for (const std::int64_t number : condition.list()) {
    unite(out, rows_in_range(numbers, {number, number}));
  }
  return out;
}

Verdicts number_verdicts(const NumberCondition& condition, std::span<const std::int64_t> numbers) {
  const RowSet yes = condition.is_list() ? rows_in_list(numbers, condition)
                                         : rows_in_range(numbers, condition.range());
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

/// What is said of a column: `holds` of its values, nothing of those that are `absent`.
Verdicts with_absent(RowSet holds, RowSet absent) {
  unite(absent, holds);
  return {std::move(holds), std::move(absent)};
}

Verdicts string_verdicts(const StringCondition& condition,
                         const StringColumn& column,
                         bool may_be_absent) {
  RowSet absent = may_be_absent
                      ? rows_with_ids(column, StringColumn::kAbsent, StringColumn::kAbsent)
                      : RowSet(column.ids.size(), false);
  return condition.asks_for_absence()
             ? Verdicts{absent, absent}
             : with_absent(rows_that_hold(condition, column), std::move(absent));
}

Verdicts optional_number_verdicts(const NumberCondition& condition, const NumberColumn& column) {
  RowSet absent(column.ordinals.size(), false);
  std::ranges::copy(column.present, absent.words().begin());
  invert(absent);
  if (condition.asks_for_absence()) {
    return {absent, absent};
  }
  RowSet holds = number_verdicts(condition, column.ordinals).yes;
  RowSet present = absent;
  invert(present);
  intersect(holds, present);
  return with_absent(std::move(holds), std::move(absent));
}

Verdicts own_verdicts(const Condition& condition, const OwnColumn& column) {
  return condition.number() ? optional_number_verdicts(*condition.number(), column.numbers)
                            : string_verdicts(*condition.text(), column.strings, true);
}

/// Of a table's rows those of its chunks: true of a chunk is what is true of one of its rows.
RowSet chunks_with(const RowSet& rows, const OwnColumn& table) {
  RowSet out(table.size, false);
  std::size_t chunk = 0;
  rows.for_each([&](std::size_t row) {
    while (table.ends[chunk] <= row) {
      ++chunk;
    }
    out.insert(chunk);
  });
  return out;
}

Verdicts table_verdicts(const Condition& condition, const OwnColumn& table) {
  if (condition.target().column) {
    const Verdicts rows = own_verdicts(condition, table.columns[*condition.target().column]);
    return {chunks_with(rows.yes, table), chunks_with(rows.possible, table)};
  }
  RowSet empty(table.size, false);
  for (std::size_t chunk = 0; chunk < table.size; ++chunk) {
    if (table.begin_of(chunk) == table.ends[chunk]) {
      empty.insert(chunk);
    }
  }
  return {empty, empty};
}

/// Of a field that was added after the table was written.
Verdicts absent_verdicts(const Condition& condition, std::size_t rows) {
  const bool is_table = condition.target().column || condition.target().type == FieldType::table;
  const bool asks_for_absence = condition.number() ? condition.number()->asks_for_absence()
                                : condition.text() ? condition.text()->asks_for_absence()
                                                   : true;
  const bool yes = asks_for_absence && !condition.target().column;
  return {RowSet(rows, yes), RowSet(rows, yes || !is_table)};
}

/// Asks for each row of `wanted`; read(row) is its string.
template <class Read>
Verdicts read_verdicts(const StringCondition& condition, const RowSet& wanted, Read read) {
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

class Selection {
 public:
  explicit Selection(const RecordTable& table) : table_(table) {}

  /// Right for the rows of `wanted`, anything for the others.
  Verdicts verdicts(const Condition& condition, const RowSet& wanted) const {
    switch (condition.op()) {
      case Operator::all_of:
        return all_of(condition, wanted);
      case Operator::any_of:
        return any_of(condition, wanted);
      case Operator::negate:
        return inverse(verdicts(condition.children().front(), wanted));
      case Operator::always:
        return {wanted, wanted};
      default:
        return leaf(condition, wanted);
    }
  }

 private:
  Verdicts all_of(const Condition& condition, RowSet wanted) const {
    Verdicts out{wanted, wanted};
    for (const Condition& child : condition.children()) {
      const Verdicts more = verdicts(child, wanted);
      intersect(out.yes, more.yes);
      intersect(out.possible, more.possible);
      wanted = out.possible;
    }
    return out;
  }

  Verdicts any_of(const Condition& condition, RowSet wanted) const {
    Verdicts out{RowSet(wanted.rows(), false), RowSet(wanted.rows(), false)};
    for (const Condition& child : condition.children()) {
      const Verdicts more = verdicts(child, wanted);
      unite(out.yes, more.yes);
      unite(out.possible, more.possible);
      RowSet undecided = out.yes;
      invert(undecided);
      intersect(wanted, undecided);
    }
    return out;
  }

  Verdicts leaf(const Condition& condition, const RowSet& wanted) const {
    const FieldTarget& target = condition.target();
    if (target.own) {
      return own_field(condition, *target.own);
    }
    if (condition.number().has_value()) {
      return number_verdicts(*condition.number(),
                             target.is_key ? keys() : table_.numbers(*target.member));
    }
    const StringCondition& text = *condition.text();
    if (!target.member.has_value()) {
      return read_verdicts(text, wanted,
                           [&](std::size_t row) { return table_.extra(row, target.extra); });
    }
    if (*target.member == Member::content) {
      return read_verdicts(text, wanted,
                           [&](std::size_t row) { return std::optional(table_.content(row)); });
    }
    return string_verdicts(text, table_.strings(*target.member),
                           row_of(*target.member).may_be_absent());
  }

  Verdicts own_field(const Condition& condition, std::size_t field) const {
    if (field >= table_.own().size()) {
      return absent_verdicts(condition, table_.size());
    }
    const OwnColumn& column = table_.own()[field];
    return column.type == FieldType::table ? table_verdicts(condition, column)
                                           : own_verdicts(condition, column);
  }

  /// As numbers: keys are below 2^53.
  std::span<const std::int64_t> keys() const {
    const std::span<const std::uint64_t> keys = table_.keys();
    return {reinterpret_cast<const std::int64_t*>(keys.data()), keys.size()};
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

CompiledFilter::CompiledFilter(Filter filter, const Schema& schema)
    : filter_(std::move(filter)),
      root_(filter_.empty() ? nullptr
                            : std::make_shared<const Condition>(*filter_.root(), schema)) {}

bool CompiledFilter::accepts(const ChunkView& chunk, std::uint64_t key) const {
  return root_ == nullptr || answer(*root_, {chunk, key}) == Truth::yes;
}

RowSet select(const Filter& filter, const RecordTable& table, const Schema& schema) {
  const RowSet all(table.size(), true);
  return filter.empty() ? all
                        : Selection(table).verdicts(Condition(*filter.root(), schema), all).yes;
}

}  // namespace quire::filters
