#include "store/filters/evaluate.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/filters/naive_like.hpp"
#include "support/random_chunks.hpp"

namespace quire::filters {
namespace {

using Truth = std::optional<bool>;  ///< Nothing: unknown.

/// A table with the bytes that it refers to.
bool accepts_chunk(const Filter& filter, const ChunkMeta& meta) {
  std::string bytes;
  records::encode_chunk(meta, bytes);
  return CompiledFilter(filter).accepts(records::view_chunk(bytes).value(), 0);
}

class Table {
 public:
  explicit Table(const std::vector<ChunkMeta>& metas) : metas_(metas) {
    records::MetadataWriter writer([&](std::string_view bytes) -> Status {
      text_ += bytes;
      return {};
    });
    records::FileHeader header;
    header.uuid.bytes.fill('u');
    header.next_key = 2 * metas.size() + 1;
    EXPECT_TRUE(writer.begin(header).has_value());
    for (std::size_t row = 0; row < metas.size(); ++row) {
      EXPECT_TRUE(writer.add(2 * row + 1, metas[row]).has_value());
    }
    EXPECT_TRUE(writer.finish().has_value());
    table_ = records::RecordTable::read(text_).value();
  }
  ~Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::vector<std::size_t> select(const Filter& filter) const {
    std::vector<std::size_t> rows;
    filters::select(filter, table_).for_each([&](std::size_t row) { rows.push_back(row); });
    return rows;
  }
  std::vector<std::size_t> select(std::string_view text) const {
    return select(Filter::parse(text).value());
  }
  const std::vector<ChunkMeta>& metas() const { return metas_; }
  const records::RecordTable& records() const { return table_; }

 private:
  std::vector<ChunkMeta> metas_;
  std::string text_;
  records::RecordTable table_;
};

using Rows = std::vector<std::size_t>;

ChunkMeta chunk(std::string path, std::string language, std::int64_t line) {
  ChunkMeta meta;
  meta.file_path = std::move(path);
  meta.language = std::move(language);
  meta.start_line = line;
  return meta;
}

std::vector<ChunkMeta> four_chunks() {
  std::vector<ChunkMeta> metas{chunk("src/a.go", "go", 1), chunk("src/b.go", "go", 20),
                               chunk("doc/a.md", "markdown", 1), chunk("src/c.c", "c", -5)};
  metas[0].symbol_kind = "func";
  metas[1].symbol_kind = "method";
  metas[1].package_name = "";
  metas[3].symbol_kind = "func";
  metas[3].content = "int main() { return 0; }\n";
  metas[2].extra = {{"note", "x"}, {"a b", ""}};
  metas[3].extra = {{"note", "y"}};
  return metas;
}

TEST(Select, AnswersEachOperator) {
  const Table table(four_chunks());
  EXPECT_EQ(table.select(""), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("language = 'go'"), (Rows{0, 1}));
  EXPECT_EQ(table.select("language = 'Go'"), (Rows{}));
  EXPECT_EQ(table.select("language != 'go'"), (Rows{2, 3}));
  EXPECT_EQ(table.select("language < 'go'"), (Rows{3}));
  EXPECT_EQ(table.select("language >= 'go'"), (Rows{0, 1, 2}));
  EXPECT_EQ(table.select("language IN ('c', 'rust', 'markdown')"), (Rows{2, 3}));
  EXPECT_EQ(table.select("language NOT IN ('c', 'rust', 'markdown')"), (Rows{0, 1}));
  EXPECT_EQ(table.select("file_path LIKE 'src/%'"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("file_path NOT LIKE 'src/_.go'"), (Rows{2, 3}));
  EXPECT_EQ(table.select("file_path BETWEEN 'src/a' AND 'src/b.go'"), (Rows{0, 1}));
  EXPECT_EQ(table.select("file_path ILIKE 'SRC/%.Go'"), (Rows{0, 1}));
  EXPECT_EQ(table.select("file_path NOT ILIKE 'SRC/%.Go'"), (Rows{2, 3}));
  EXPECT_EQ(table.select("content ILIKE '%RETURN%'"), (Rows{3}));
  EXPECT_EQ(table.select("starts_with(file_path, 'src/')"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("ends_with(file_path, '.go')"), (Rows{0, 1}));
  EXPECT_EQ(table.select("contains(file_path, 'c/a')"), (Rows{0, 2}));
  EXPECT_EQ(table.select("contains(file_path, '_')"), (Rows{}));
  EXPECT_EQ(table.select("contains(symbol_kind, '')"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("TRUE"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("1 = 2"), (Rows{}));
  EXPECT_EQ(table.select("start_line < 1.5"), (Rows{0, 2, 3}));
  EXPECT_EQ(table.select("start_line > -5.5"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("start_line = 1.5"), (Rows{}));
  EXPECT_EQ(table.select("start_line IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 20)"), (Rows{0, 1, 2}));
  EXPECT_EQ(table.select("start_line = 1"), (Rows{0, 2}));
  EXPECT_EQ(table.select("start_line != 1"), (Rows{1, 3}));
  EXPECT_EQ(table.select("start_line < 1"), (Rows{3}));
  EXPECT_EQ(table.select("start_line <= 1"), (Rows{0, 2, 3}));
  EXPECT_EQ(table.select("start_line > 1"), (Rows{1}));
  EXPECT_EQ(table.select("start_line >= 1"), (Rows{0, 1, 2}));
  EXPECT_EQ(table.select("start_line BETWEEN -5 AND 1"), (Rows{0, 2, 3}));
  EXPECT_EQ(table.select("start_line BETWEEN 1 AND -5"), (Rows{}));
  EXPECT_EQ(table.select("start_line NOT BETWEEN 1 AND -5"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("start_line IN (20, -5, 7)"), (Rows{1, 3}));
  EXPECT_EQ(table.select("start_line IS NULL"), (Rows{}));
  EXPECT_EQ(table.select("start_line IS NOT NULL"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("content LIKE '%main%'"), (Rows{3}));
  EXPECT_EQ(table.select("content IS NULL"), (Rows{}));
  EXPECT_EQ(table.select("extra.note = 'x'"), (Rows{2}));
  EXPECT_EQ(table.select("extra.\"a b\" IS NOT NULL"), (Rows{2}));
  EXPECT_EQ(table.select("extra.content IS NULL"), (Rows{0, 1, 2, 3}));
}

TEST(Select, AbsentMembersAreNeitherTrueNorFalse) {
  const Table table(four_chunks());
  EXPECT_EQ(table.select("symbol_kind = 'func'"), (Rows{0, 3}));
  EXPECT_EQ(table.select("symbol_kind != 'func'"), (Rows{1}));
  EXPECT_EQ(table.select("NOT symbol_kind = 'func'"), (Rows{1}));
  EXPECT_EQ(table.select("symbol_kind NOT IN ('func')"), (Rows{1}));
  EXPECT_EQ(table.select("symbol_kind NOT LIKE 'f%'"), (Rows{1}));
  EXPECT_EQ(table.select("symbol_kind IS NULL"), (Rows{2}));
  EXPECT_EQ(table.select("symbol_kind IS NOT NULL"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("symbol_kind = 'func' OR NOT symbol_kind = 'func'"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("symbol_kind = 'func' OR language = 'markdown'"), (Rows{0, 2, 3}));
  EXPECT_EQ(table.select("NOT (symbol_kind = 'func' AND language = 'x')"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(table.select("NOT (symbol_kind = 'func' AND language = 'markdown')"), (Rows{0, 1, 3}));
  EXPECT_EQ(table.select("package_name = ''"), (Rows{1}));
  EXPECT_EQ(table.select("package_name IS NULL"), (Rows{0, 2, 3}));
  EXPECT_EQ(table.select("extra.note != 'x'"), (Rows{3}));
  EXPECT_EQ(table.select("NOT extra.note = 'x'"), (Rows{3}));
  EXPECT_EQ(table.select("extra.note IS NULL"), (Rows{0, 1}));
}

TEST(Select, ThePositionOfAnEmptyFilterInANegationHoldsNowhere) {
  const Table table(four_chunks());
  EXPECT_EQ(table.select(!Filter()), (Rows{}));
  EXPECT_EQ(table.select(!!Filter()), (Rows{0, 1, 2, 3}));
}

TEST(Select, OfAnEmptyTableIsEmpty) {
  const records::RecordTable table;
  for (const std::string_view text :
       {"", "language = 'go'", "NOT start_line = 1", "content = ''"}) {
    EXPECT_EQ(select(Filter::parse(text).value(), table).count(), 0U) << text;
  }
}

// A third opinion, written from the SQL standard's tables and sharing no code with the other two.

std::optional<Filter::Value> value_of(const ChunkMeta& meta, const std::string& name) {
  const std::map<std::string, std::optional<Filter::Value>> members{
      {"file_path", meta.file_path},     {"chunk_id", meta.chunk_id},
      {"content", meta.content},         {"symbol_name", meta.symbol_name},
      {"symbol_kind", meta.symbol_kind}, {"package_name", meta.package_name},
      {"language", meta.language},       {"start_line", meta.start_line},
      {"end_line", meta.end_line},       {"last_modified", meta.last_modified},
  };
  if (const auto member = members.find(name); member != members.end()) {
    return member->second;
  }
  for (const ExtraField& field : meta.extra) {
    if ("extra." + field.name == name) {
      return field.value;
    }
  }
  return std::nullopt;
}

bool naive_compare(const Node& node, const Filter::Value& value) {
  const auto is = [&](std::size_t i) { return value == node.values[i]; };
  const auto below = [&](std::size_t i) { return value < node.values[i]; };
  switch (node.op) {
    case Operator::equal:
      return is(0);
    case Operator::not_equal:
      return !is(0);
    case Operator::less:
      return below(0);
    case Operator::less_equal:
      return below(0) || is(0);
    case Operator::greater:
      return !below(0) && !is(0);
    case Operator::greater_equal:
      return !below(0);
    case Operator::between:
      return !below(0) && (below(1) || is(1));
    case Operator::in:
      return std::ranges::count(node.values, value) != 0;
    case Operator::ilike:
      return naive_ilike(std::get<std::string>(value), std::get<std::string>(node.values[0]),
                         node.escape);
    default:
      return naive_like(std::get<std::string>(value), std::get<std::string>(node.values[0]),
                        node.escape);
  }
}

Truth naive(const Node& node, const ChunkMeta& meta) {
  const bool is_and = node.op == Operator::all_of;
  if (is_and || node.op == Operator::any_of) {
    bool unknown = false;
    for (const Node* part : parts_of(node)) {
      const Truth truth = naive(*part, meta);
      if (truth == !is_and) {
        return truth;
      }
      unknown = unknown || !truth.has_value();
    }
    return unknown ? Truth() : Truth(is_and);
  }
  if (node.op == Operator::negate) {
    const Truth truth = naive(*node.children[0], meta);
    return truth.has_value() ? Truth(!*truth) : truth;
  }
  if (node.op == Operator::always) {
    return true;
  }
  const std::optional<Filter::Value> value = value_of(meta, node.field);
  if (node.op == Operator::is_null) {
    return !value.has_value();
  }
  return value.has_value() ? Truth(naive_compare(node, *value)) : Truth();
}

class RandomFilters {
 public:
  RandomFilters(std::uint32_t seed, const std::vector<ChunkMeta>& metas)
      : random_(seed), metas_(metas) {}

  Filter tree(int depth) {
    switch (depth == 0 ? random_.below(20) == 0 ? 5 : 0 : random_.below(7)) {
      case 1:
        return !tree(depth - 1);
      case 2:
        return tree(depth - 1) && tree(depth - 1);
      case 3:
        return tree(depth - 1) || tree(depth - 1) || tree(depth - 1);
      case 4:
        return tree(depth - 1) && !tree(depth - 1) && tree(depth - 1);
      case 5:
        return random_.below(2) == 0 ? !Filter() : !!Filter();
      case 6:
        return lists(depth);
      default:
        return leaf();
    }
  }

 private:
  /// Equalities and lists of one field, which the evaluator takes together, and something else
  /// between them.
  Filter lists(int depth) {
    const bool is_or = random_.below(2) == 0;
    const bool is_number = random_.below(2) == 0;
    const Field f(is_number               ? "start_line"
                  : random_.below(2) == 0 ? "symbol_kind"
                                          : "extra.signature");
    Filter out = tree(depth - 1);
    for (std::size_t i = random_.below(12); i != 0; --i) {
      const auto value = [&] {
        return is_number ? Filter::Value(random_.number()) : Filter::Value(random_.text());
      };
      const Filter list = random_.below(3) == 0 ? f.in({value(), value()}) : f == value();
      const Filter unlike = random_.below(2) == 0 ? !list : f != value();
      const Filter more = random_.below(8) == 0 ? tree(0) : is_or ? list : unlike;
      const Filter joined = is_or ? out || more : out && more;
      out = random_.below(2) == 0 ? joined : is_or ? more || out : more && out;
    }
    return out;
  }

  Filter leaf() {
    static const std::vector<std::string> strings{
        "file_path",    "content",  "symbol_name",     "symbol_kind",
        "package_name", "language", "extra.signature", "extra.with \"quotes\""};
    static const std::vector<std::string> numbers{"chunk_id", "start_line", "end_line",
                                                  "last_modified"};
    const bool is_number = random_.below(3) == 0;
    const std::vector<std::string>& names = is_number ? numbers : strings;
    const std::string name = names[random_.below(names.size())];
    const auto value = [&] {
      return is_number ? Filter::Value(random_.number()) : Filter::Value(pattern_piece(name));
    };
    const Field f(name);
    switch (random_.below(is_number ? 9 : 15)) {
      case 0:
        return f == value();
      case 1:
        return f != value();
      case 2:
        return f < value();
      case 3:
        return f <= value();
      case 4:
        return f > value();
      case 5:
        return f >= value();
      case 6:
        return f.in({value(), value(), value()});
      case 7:
        return f.between(value(), value());
      case 8:
        return f.is_null();
      case 9:
        return f.like(pattern_piece(name) + "%");
      case 10:
        return f.ilike("%" + pattern_piece(name) + "_%", 'B');
      case 11:
        return f.starts_with(pattern_piece(name));
      case 12:
        return f.ends_with(pattern_piece(name));
      case 13:
        return f.contains(pattern_piece(name));
      default:
        return f.like("%" + pattern_piece(name) + "_%", 'b');
    }
  }

  /// Often a string that the field has somewhere.
  std::string pattern_piece(const std::string& name) {
    if (random_.below(2) == 0 && !metas_.empty()) {
      const auto value = value_of(metas_[random_.below(metas_.size())], name);
      if (value.has_value()) {
        return std::get<std::string>(*value);
      }
    }
    return random_.text();
  }

  support::RandomChunks random_;
  const std::vector<ChunkMeta>& metas_;
};

TEST(Select, AgreesWithAcceptsAndWithANaiveEvaluator) {
  std::size_t accepted = 0;
  std::size_t asked = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    support::RandomChunks random(seed);
    std::vector<ChunkMeta> metas(random.below(150));
    std::ranges::generate(metas, [&] { return random.next(); });
    const Table table(metas);
    RandomFilters filters(seed, table.metas());
    for (int i = 0; i < 60; ++i) {
      const Filter filter = filters.tree(i % 5);
      ASSERT_TRUE(filter.validate().has_value()) << filter.validate().error().message;
      const Filter again = Filter::parse(filter.to_string()).value();
      ASSERT_TRUE(again == filter) << filter.to_string();
      const RowSet rows = select(filter, table.records());
      ASSERT_EQ(rows.rows(), metas.size());
      for (std::size_t row = 0; row < metas.size(); ++row) {
        const bool expected = naive(*filter.root(), metas[row]) == true;
        ASSERT_EQ(rows.contains(row), expected) << filter.to_string();
        ASSERT_EQ(accepts_chunk(again, metas[row]), expected) << filter.to_string();
        accepted += expected ? 1 : 0;
      }
      asked += metas.size();
    }
  }
  EXPECT_GT(accepted, asked / 10);
  EXPECT_LT(accepted, asked * 9 / 10);
}

TEST(RowSet, CountsAndVisitsItsMembers) {
  for (const std::size_t rows : {0U, 1U, 63U, 64U, 65U, 130U}) {
    EXPECT_EQ(RowSet(rows, false).count(), 0U);
    EXPECT_EQ(RowSet(rows, true).count(), rows);
    RowSet set(rows, false);
    Rows expected;
    for (std::size_t row = 0; row < rows; row += 3) {
      set.insert(row);
      expected.push_back(row);
    }
    Rows visited;
    set.for_each([&](std::size_t row) { visited.push_back(row); });
    EXPECT_EQ(visited, expected);
    EXPECT_EQ(set.count(), expected.size());
    for (std::size_t row = 0; row <= rows; ++row) {
      const auto next = std::ranges::lower_bound(expected, row);
      EXPECT_EQ(set.next(row), next == expected.end() ? rows : *next);
    }
    for (const std::size_t row : expected) {
      EXPECT_TRUE(set.contains(row));
      set.erase(row);
      EXPECT_FALSE(set.contains(row));
    }
    EXPECT_EQ(set.count(), 0U);
  }
}

}  // namespace
}  // namespace quire::filters
