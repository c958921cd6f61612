#include "store/records/record_table.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "store/records/columns.hpp"
#include "store/records/for_each_member.hpp"
#include "store/records/json_reader.hpp"
#include "store/records/own_values.hpp"
#include "store/records/table_columns.hpp"
#include "store/records/table_reader.hpp"

namespace quire::records {
namespace {

/// Calls visit(name, reader) at each member's value of the object that `text` begins with, which it
/// must pass, until it returns true. False: there is no such object.
template <class Visit>
bool visit_members(std::string_view text, Visit visit) {
  JsonReader json(text);
  json.open_object();
  std::string_view name;
  for (bool first = true; json.next_member(first, name);) {
    if (visit(name, json)) {
      break;
    }
  }
  return json.ok();
}

/// The string member or extra field `name` of the object that `text` begins with.
std::optional<std::string> member_string(std::string_view text, std::string_view name) {
  std::optional<std::string> value;
  visit_members(text, [&](std::string_view member, JsonReader& json) {
    if (member == name) {
      json.string(value.emplace());
      return true;
    }
    json.skip_value();
    return false;
  });
  return value;
}

void read_into(JsonReader& json, std::string& text) {
  json.string(text);
}

void read_into(JsonReader& json, std::optional<std::string>& text) {
  if (!json.null()) {
    json.string(text.emplace());
  }
}

void read_into(JsonReader& json, std::int64_t& number) {
  number = json.i64();
}

void read_member(JsonReader& json, Member member, ChunkMeta& meta) {
  std::visit([&](auto place) { read_into(json, meta.*place); }, row_of(member).meta);
}

}  // namespace

RecordTable::RecordTable() : columns_(std::make_shared<TableColumns>()) {}

Result<RecordTable> RecordTable::read(std::string_view bytes,
                                      const std::function<Status()>& go_on) {
  return TableReader(bytes, go_on).read();
}

Result<RecordTable> RecordTable::over(std::string_view columns, const base::VerifiedBytes& bytes) {
  RecordTable table;
  table.bytes_ = bytes.view();
  table.verified_ = &bytes;
  QUIRE_TRY(table.decode(columns));
  return table;
}

Status RecordTable::decode(std::string_view columns) {
  QUIRE_TRY_ASSIGN(const TableColumns decoded, decode_columns(columns, bytes_.size(), header_));
  columns_ = std::make_shared<TableColumns>(decoded);
  encoded_ = columns;
  return {};
}

std::span<const std::uint64_t> RecordTable::keys() const {
  return columns_->keys;
}

std::optional<std::size_t> RecordTable::row_of(std::uint64_t key) const {
  const std::span<const std::uint64_t> keys = this->keys();
  if (keys.empty() || key < keys.front() || key > keys.back()) {
    return std::nullopt;
  }
  // Keys rise by one at the least: that leaves few rows, where few keys are missing just one.
  const std::uint64_t last = keys.size() - 1;
  const std::uint64_t high = std::min(last, key - keys.front());
  const std::uint64_t low = last - std::min(last, keys.back() - key);
  const auto found = std::lower_bound(keys.begin() + static_cast<std::ptrdiff_t>(low),
                                      keys.begin() + static_cast<std::ptrdiff_t>(high), key);
  return *found == key ? std::optional(static_cast<std::size_t>(found - keys.begin()))
                       : std::nullopt;
}

const StringColumn& RecordTable::strings(Member member) const {
  return columns_->strings[index_of(member, ColumnKind::string)];
}

std::span<const OwnColumn> RecordTable::own() const {
  return columns_->own;
}

std::span<const std::int64_t> RecordTable::numbers(Member member) const {
  return columns_->numbers[index_of(member, ColumnKind::number)];
}

// Each loop asks for what the next one reads, so that the rows wait for memory together.

void StringColumn::prefetch(std::span<const std::size_t> rows) const {
  for (const std::size_t row : rows) {
    __builtin_prefetch(&ids[row]);
  }
  for (const std::size_t row : rows) {
    if (ids[row] != kAbsent) {
      values.prefetch_place(ids[row]);
    }
  }
  for (const std::size_t row : rows) {
    __builtin_prefetch(at(row).value_or("").data());
  }
}

void RecordTable::prefetch(std::span<const std::size_t> rows, const MemberSet& wanted) const {
  if (wanted.needs_text()) {
    prefetch_texts(rows);
  } else {
    prefetch_columns(rows, wanted);
  }
}

void RecordTable::prefetch_columns(std::span<const std::size_t> rows,
                                   const MemberSet& wanted) const {
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    if (!wanted.contains(static_cast<Member>(i))) {
      continue;
    }
    if (kColumns[i].kind == ColumnKind::string) {
      columns_->strings[kColumns[i].index].prefetch(rows);
      continue;
    }
    for (const std::size_t row : rows) {
      __builtin_prefetch(&columns_->numbers[kColumns[i].index][row]);
    }
  }
}

void RecordTable::prefetch_texts(std::span<const std::size_t> rows) const {
  for (const std::size_t row : rows) {
    __builtin_prefetch(&columns_->offsets[row]);
  }
  for (const std::size_t row : rows) {
    prefetch_text(row);
  }
}

void RecordTable::prefetch_text(std::size_t row) const {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 2048;
  const std::size_t begin = columns_->offsets[row];
  const std::size_t end = row + 1 < size() ? columns_->offsets[row + 1] : bytes_.size();
  for (std::size_t at = begin; at < std::min(std::max(begin, end), begin + kMost); at += kLine) {
    __builtin_prefetch(bytes_.data() + at);
  }
}

std::string_view RecordTable::text(std::size_t row) const {
  const std::span<const std::uint64_t> offsets = columns_->offsets;
  const std::uint64_t begin = offsets[row];
  // The next object begins after this one's end, unless a bare file has them in another order.
  const bool next_is_after = row + 1 < offsets.size() && offsets[row + 1] > begin;
  const std::uint64_t end = next_is_after ? offsets[row + 1] : bytes_.size();
  const std::string_view text = bytes_.substr(begin, end - begin);
  const char* const fetched = verified_ == nullptr ? text.data() : verified_->fetch(text);
  return fetched == nullptr ? std::string_view() : std::string_view(fetched, text.size());
}

ChunkMeta RecordTable::chunk(std::size_t row, const MemberSet& wanted) const {
  return wanted.needs_text() ? chunk_of_text(row, wanted) : chunk_of_columns(row, wanted);
}

ChunkMeta RecordTable::chunk_of_columns(std::size_t row, const MemberSet& wanted) const {
  ChunkMeta meta;
  for_each_member([&](auto index) {
    constexpr auto kMember = static_cast<Member>(index());
    constexpr const MetaPlace& kPlace = kMembers[index()].meta;
    constexpr Column kColumn = kColumns[index()];
    if (!wanted.contains(kMember)) {
      return;
    }
    if constexpr (kColumn.kind == ColumnKind::number) {
      meta.*std::get<2>(kPlace) = columns_->numbers[kColumn.index][row];
    } else if constexpr (kColumn.kind == ColumnKind::string && kPlace.index() == 0) {
      meta.*std::get<0>(kPlace) = columns_->strings[kColumn.index].at(row).value_or("");
    } else if constexpr (kColumn.kind == ColumnKind::string) {
      meta.*std::get<1>(kPlace) = columns_->strings[kColumn.index].at(row);
    }
  });
  add_own_fields(row, wanted, meta);
  return meta;
}

namespace {

TableValue value_at(const OwnColumn& column, std::size_t row) {
  if (column.type == FieldType::string) {
    const auto text = column.strings.at(row);
    return text ? TableValue(std::string(*text)) : TableValue();
  }
  const auto number = column.numbers.at(row);
  if (!number) {
    return {};
  }
  if (column.type == FieldType::f64) {
    return real_of(*number);
  }
  return column.type == FieldType::boolean ? TableValue(*number != 0) : TableValue(*number);
}

std::vector<TableRow> rows_at(const OwnColumn& table, std::size_t chunk) {
  std::vector<TableRow> rows;
  for (std::size_t row = table.begin_of(chunk); row < table.ends[chunk]; ++row) {
    TableRow& out = rows.emplace_back();
    for (const OwnColumn& column : table.columns) {
      out.push_back(value_at(column, row));
    }
  }
  return rows;
}

}  // namespace

/// Own fields are in columns whole: the file's text is never needed for them.
void RecordTable::add_own_fields(std::size_t row, const MemberSet& wanted, ChunkMeta& meta) const {
  for (std::size_t i = 0; i < own().size(); ++i) {
    if (!wanted.contains_own(i)) {
      continue;
    }
    const OwnColumn& column = own()[i];
    const std::string& name = header_.fields[i].name;
    if (column.type == FieldType::table) {
      if (column.begin_of(row) != column.ends[row]) {
        meta.fields.push_back({name, rows_at(column, row)});
      }
      continue;
    }
    std::visit(
        [&](auto&& value) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
            meta.fields.push_back({name, std::forward<decltype(value)>(value)});
          }
        },
        value_at(column, row));
  }
}

ChunkMeta RecordTable::chunk_of_text(std::size_t row, const MemberSet& wanted) const {
  ChunkMeta meta;
  const std::string_view text = this->text(row);
  const bool read = visit_members(text, [&](std::string_view name, JsonReader& json) {
    const std::optional<Member> member = member_of(name);
    const bool is_own = !member && find_field(header_.fields, name) != nullptr;
    if (is_own || (member ? !wanted.contains(*member) : !wanted.contains_extra())) {
      json.skip_value();
    } else if (member) {
      read_member(json, *member, meta);
    } else {
      ExtraField& field = meta.extra.emplace_back();
      field.name = name;
      json.string(field.value);
    }
    return false;
  });
  if (!read && verified_ != nullptr) {
    verified_->distrust(bytes_.substr(columns_->offsets[row], 1));
  }
  add_own_fields(row, wanted, meta);
  return meta;
}

std::string RecordTable::content(std::size_t row) const {
  return member_string(text(row), to_string(Member::content)).value_or("");
}

std::optional<std::string> RecordTable::extra(std::size_t row, std::string_view name) const {
  const bool is_taken = member_of(name) || find_field(header_.fields, name) != nullptr;
  return is_taken ? std::nullopt : member_string(text(row), name);
}

}  // namespace quire::records
