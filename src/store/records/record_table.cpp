#include "store/records/record_table.hpp"

#include <algorithm>

#include "store/records/columns.hpp"
#include "store/records/json_reader.hpp"
#include "store/records/table_reader.hpp"

namespace quire::records {
namespace {

/// Calls visit(name, reader) at each member's value, which it must pass, until it returns true.
template <class Visit>
void visit_members(std::string_view bytes, std::size_t offset, Visit visit) {
  JsonReader json(bytes, offset);
  json.open_object();
  std::string_view name;
  for (bool first = true; json.next_member(first, name);) {
    if (visit(name, json)) {
      return;
    }
  }
}

/// The string member or extra field `name` of the object at `offset`.
std::optional<std::string> member_string(std::string_view bytes,
                                         std::size_t offset,
                                         std::string_view name) {
  std::optional<std::string> value;
  visit_members(bytes, offset, [&](std::string_view member, JsonReader& json) {
    if (member == name) {
      json.string(value.emplace());
      return true;
    }
    json.skip_value();
    return false;
  });
  return value;
}

std::optional<std::string> copy(std::optional<std::string_view> text) {
  return text.has_value() ? std::optional(std::string(*text)) : std::nullopt;
}

}  // namespace

Result<RecordTable> RecordTable::read(std::string_view bytes) {
  return TableReader(bytes).read();
}

std::optional<std::size_t> RecordTable::row_of(std::uint64_t key) const {
  const auto found = std::ranges::lower_bound(keys_, key);
  return found == keys_.end() || *found != key
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(found - keys_.begin()));
}

const StringColumn& RecordTable::strings(Member member) const {
  return strings_[index_of(member, ColumnKind::string)];
}

const std::vector<std::int64_t>& RecordTable::numbers(Member member) const {
  return numbers_[index_of(member, ColumnKind::number)];
}

void RecordTable::prefetch_columns(std::size_t row) const {
  __builtin_prefetch(&offsets_[row]);
  for (const StringColumn& column : strings_) {
    __builtin_prefetch(&column.ids[row]);
  }
  for (const std::vector<std::int64_t>& column : numbers_) {
    __builtin_prefetch(&column[row]);
  }
}

void RecordTable::prefetch_text(std::size_t row) const {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 2048;
  const std::size_t begin = offsets_[row];
  const std::size_t end = row + 1 < size() ? offsets_[row + 1] : bytes_.size();
  for (std::size_t at = begin; at < std::min(std::max(begin, end), begin + kMost); at += kLine) {
    __builtin_prefetch(bytes_.data() + at);
  }
  for (const StringColumn& column : strings_) {
    if (column.ids[row] != StringColumn::kAbsent) {
      __builtin_prefetch(&column.values[column.ids[row]]);
    }
  }
}

ChunkMeta RecordTable::chunk(std::size_t row) const {
  ChunkMeta meta;
  meta.file_path = strings(Member::file_path).at(row).value_or("");
  meta.chunk_id = numbers(Member::chunk_id)[row];
  meta.symbol_name = copy(strings(Member::symbol_name).at(row));
  meta.symbol_kind = copy(strings(Member::symbol_kind).at(row));
  meta.package_name = copy(strings(Member::package_name).at(row));
  meta.language = strings(Member::language).at(row).value_or("");
  meta.start_line = numbers(Member::start_line)[row];
  meta.end_line = numbers(Member::end_line)[row];
  meta.last_modified = numbers(Member::last_modified)[row];
  visit_members(bytes_, offsets_[row], [&](std::string_view name, JsonReader& json) {
    const std::optional<Member> member = member_of(name);
    if (member == Member::content) {
      json.string(meta.content);
    } else if (member.has_value()) {
      json.skip_value();
    } else {
      ExtraField& field = meta.extra.emplace_back();
      field.name = name;
      json.string(field.value);
    }
    return false;
  });
  return meta;
}

std::string RecordTable::content(std::size_t row) const {
  return member_string(bytes_, offsets_[row], to_string(Member::content)).value_or("");
}

std::optional<std::string> RecordTable::extra(std::size_t row, std::string_view name) const {
  return member_of(name).has_value() ? std::nullopt : member_string(bytes_, offsets_[row], name);
}

}  // namespace quire::records
