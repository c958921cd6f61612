#include "store/records/table_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <numeric>
#include <system_error>
#include <utility>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "store/records/base64.hpp"
#include "store/records/columns.hpp"
#include "store/records/spelling.hpp"

namespace quire::records {
namespace {

constexpr std::array<std::string_view, 6> kStampMembers{"format",     "uuid",   "lsn",
                                                        "dimensions", "metric", "scalar"};
constexpr unsigned bit_of(Member member) {
  return 1U << static_cast<unsigned>(member);
}

/// Puts `values` into the order of `rows`.
template <class T>
void reorder(std::vector<T>& values, const std::vector<std::size_t>& rows) {
  std::vector<T> sorted;
  sorted.reserve(rows.size());
  for (const std::size_t row : rows) {
    sorted.push_back(values[row]);
  }
  values = std::move(sorted);
}

/// Numbers the values anew by their first row.
void renumber(GrowingColumn& column) {
  GrowingColumn sorted;
  std::vector<std::uint32_t> new_ids(column.values.size(), StringColumn::kAbsent);
  for (std::uint32_t& id : column.ids) {
    if (id == StringColumn::kAbsent) {
      continue;
    }
    if (new_ids[id] == StringColumn::kAbsent) {
      new_ids[id] = static_cast<std::uint32_t>(sorted.values.size());
      sorted.values.push_back(std::move(column.values[id]));
    }
    id = new_ids[id];
  }
  column.values = std::move(sorted.values);
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text.size() <= 100 ? text : "...");
  return out;
}

}  // namespace

TableReader::TableReader(std::string_view bytes, const std::function<Status()>& go_on)
    : bytes_(bytes), go_on_(go_on), json_(bytes) {
  for (GrowingColumn& column : columns_.strings) {
    interners_.emplace_back(column);
  }
}

Result<RecordTable> TableReader::read() {
  const Result<bool> checksummed = verify_checksum();
  const Status sound = read_all(checksummed.value_or(true));
  if (checksummed && sound) {
    return table();
  }
  Error error = checksummed ? sound.error() : checksummed.error();
  if (!checksummed && !sound) {
    error.message += "; " + sound.error().message;
  }
  return std::unexpected(error.while_doing("read metadata.json"));
}

Status TableReader::read_all(bool checksummed) {
  read_file();
  json_.finish();
  if (!json_.ok()) {
    return std::unexpected(error());
  }
  header_.bare = is_bare();
  QUIRE_TRY(check_file(checksummed));
  if (!own_.empty() && !std::ranges::is_sorted(columns_.keys)) {
    return fail(ErrorCode::store_serde, "keys that do not rise, in a file with own fields");
  }
  sort_rows();
  QUIRE_TRY(check_updated());
  return check_keys();
}

Result<RecordTable> TableReader::table() const {
  RecordTable table;
  table.bytes_ = bytes_;
  table.owned_ = std::make_shared<const std::string>(encode_columns(header_, columns_, own_));
  QUIRE_TRY(table.decode(*table.owned_));
  return table;
}

Result<bool> TableReader::verify_checksum() const {
  const std::optional<std::string_view> claimed = claimed_checksum(bytes_);
  if (!claimed.has_value()) {
    if (bytes_.starts_with("{\"format\":")) {
      return fail(ErrorCode::corrupt,
                  std::to_string(bytes_.size()) +
                      " bytes that do not end in a checksum: cut off or damaged");
    }
    return false;
  }
  const std::string found =
      base::to_hex(base::checksum(bytes_.substr(0, bytes_.size() - kClosingLineBytes)));
  if (found != *claimed) {
    return fail(ErrorCode::corrupt,
                "bytes 0 to " + std::to_string(bytes_.size() - kClosingLineBytes) +
                    " have XXH3-64 " + found + ", the last line says " + quoted(*claimed));
  }
  return true;
}

void TableReader::read_file() {
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    if (!seen_.emplace(name).second) {
      json_.fail("member " + quoted(name) + " is there twice");
      return;
    }
    read_file_member(name);
  }
}

void TableReader::read_file_member(std::string_view name) {
  FileHeader& header = header_;
  if (name == "format") {
    read_format();
  } else if (name == "uuid") {
    read_uuid();
  } else if (name == "lsn") {
    header.lsn = json_.u64();
  } else if (name == "dimensions") {
    read_dimensions();
  } else if (name == "metric") {
    read_metric();
  } else if (name == "scalar") {
    read_scalar();
  } else if (name == "next_key") {
    read_next_key();
  } else if (name == "fields" && format_ > 1) {
    read_fields();
  } else if (name == "updated" && format_ > 1) {
    read_updated();
  } else if (name == "attributes") {
    read_attributes();
  } else if (name == "chunks") {
    read_chunks();
  } else {
    json_.skip_value();
  }
}

void TableReader::read_format() {
  const std::size_t offset = json_.offset();
  const std::uint64_t format = json_.u64();
  if (format > kFormat) {
    refusal_ = Error{ErrorCode::incompatible, "found format " + std::to_string(format) +
                                                  ", this program reads up to " +
                                                  std::to_string(kFormat) + ": use a newer one"};
  }
  if (format == 0 || format > kFormat) {
    json_.fail_at(offset, "format " + std::to_string(format) + ": there is no such format");
  }
  format_ = format;
}

void TableReader::read_uuid() {
  const std::size_t offset = json_.offset();
  header_.uuid = base::parse_uuid(json_.string());
  if (header_.uuid.is_nil()) {
    json_.fail_at(offset, "a uuid that is not 32 lower-case hex digits, or only zeros");
  }
}

void TableReader::read_dimensions() {
  const std::size_t offset = json_.offset();
  const std::uint64_t dimensions = json_.u64();
  if (dimensions > kMaxDimensions) {
    json_.fail_at(offset, "dimensions " + std::to_string(dimensions) + " above " +
                              std::to_string(kMaxDimensions));
    return;
  }
  header_.format.dimensions = static_cast<std::uint32_t>(dimensions);
}

void TableReader::read_metric() {
  const std::size_t offset = json_.offset();
  const std::string_view text = json_.string();
  if (const std::optional<Metric> metric = metric_of(text)) {
    header_.format.metric = *metric;
  } else {
    json_.fail_at(offset, "unknown metric " + quoted(text));
  }
}

void TableReader::read_scalar() {
  const std::size_t offset = json_.offset();
  const std::string_view text = json_.string();
  if (const std::optional<Scalar> scalar = scalar_of(text)) {
    header_.format.scalar = *scalar;
  } else {
    json_.fail_at(offset, "unknown scalar " + quoted(text));
  }
}

void TableReader::read_next_key() {
  const std::size_t offset = json_.offset();
  header_.next_key = json_.u64();
  if (header_.next_key > kMaxChunkKey + 1) {
    json_.fail_at(offset, "next_key " + std::to_string(header_.next_key) + " above " +
                              std::to_string(kMaxChunkKey + 1));
  }
}

void TableReader::read_fields() {
  const std::size_t offset = json_.offset();
  if (seen_.contains("chunks")) {
    json_.fail_at(offset, "fields after the chunks that have them");
  }
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    const FieldSpec field = read_field(name);
    const Status valid = validate_field(field, header_.fields);
    if (json_.ok() && (!valid || find_field(header_.fields, field.name) != nullptr)) {
      json_.fail_at(offset, valid ? "field " + quoted(field.name) + " is there twice"
                                  : valid.error().message);
    }
    if (!json_.ok()) {
      return;
    }
    header_.fields.push_back(field);
    own_.emplace_back(field);
  }
}

FieldSpec TableReader::read_field(std::string_view name) {
  FieldSpec field;
  field.name = name;
  json_.open_object();
  for (bool first = true; json_.next_member(first, name);) {
    if (name == "type") {
      field.type = read_type();
    } else if (name == "unique") {
      field.unique = json_.boolean();
    } else if (name == "words") {
      field.words = json_.boolean();
    } else if (name == "columns") {
      field.columns = read_columns();
    } else {
      json_.fail("a field's unknown member " + quoted(name));
    }
  }
  return field;
}

std::vector<TableColumn> TableReader::read_columns() {
  std::vector<TableColumn> columns;
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    std::string column(name);
    columns.push_back({std::move(column), read_type()});
  }
  return columns;
}

FieldType TableReader::read_type() {
  const std::size_t offset = json_.offset();
  const std::string_view text = json_.string();
  const std::optional<FieldType> type = field_type_of(text);
  if (!type) {
    json_.fail_at(offset, "unknown type " + quoted(text));
  }
  return type.value_or(FieldType::string);
}

void TableReader::read_updated() {
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    const std::uint64_t key = read_key(name);
    header_.updated.emplace_back(key, json_.u64());
  }
}

void TableReader::read_attributes() {
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    const auto [place, is_new] = header_.attributes.try_emplace(std::string(name));
    if (!is_new) {
      json_.fail("attribute " + quoted(name) + " is there twice");
      return;
    }
    place->second = read_attribute();
  }
}

std::string TableReader::read_attribute() {
  return json_.next_is('{') ? read_base64() : std::string(json_.string());
}

std::string TableReader::read_base64() {
  const std::size_t offset = json_.offset();
  json_.open_object();
  std::optional<std::string> bytes;
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    if (name != "base64" || bytes.has_value()) {
      json_.fail("an attribute that is not {\"base64\":\"...\"}");
      return {};
    }
    bytes = from_base64(json_.string());
    if (!bytes.has_value()) {
      json_.fail_at(offset, "an attribute that is not base64");
    }
  }
  if (!bytes.has_value()) {
    json_.fail_at(offset, "an attribute without \"base64\"");
  }
  return bytes.value_or("");
}

void TableReader::read_chunks() {
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    key_ = read_key(name);
    columns_.keys.push_back(key_);
    read_chunk();
    stop_if_asked();
  }
}

void TableReader::stop_if_asked() {
  constexpr std::size_t kRows = 1024;
  if (go_on_ == nullptr || columns_.keys.size() % kRows != 0) {
    return;
  }
  if (const Status wanted = go_on_(); !wanted) {
    refusal_ = wanted.error();
    json_.fail("the reading was ended");
  }
}

std::uint64_t TableReader::read_key(std::string_view name) {
  std::uint64_t key = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), key);
  const bool whole = error == std::errc() && stop == name.data() + name.size();
  if (!whole || (name[0] == '0' && name.size() > 1) || key > kMaxChunkKey) {
    json_.fail("a chunk's key that is not a number up to 2^53 - 1: " + quoted(name));
  }
  return key;
}

void TableReader::read_chunk() {
  present_ = 0;
  own_present_.assign(own_.size(), false);
  expected_ = 0;
  extra_names_.clear();
  decoded_.clear();
  json_.next_is('{');
  const std::size_t object = json_.offset();
  columns_.offsets.push_back(object);
  json_.open_object();
  std::string_view name;
  for (bool first = true; json_.next_member(first, name);) {
    if (!read_chunk_member(name) && !read_own(name)) {
      read_extra(name);
    }
  }
  check_extra_names(object);
  fill_optionals();
  fill_own();
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    if ((present_ >> i & 1) == 0) {
      json_.fail_at(object, "a chunk without " + quoted(to_string(static_cast<Member>(i))));
    }
  }
}

bool TableReader::read_chunk_member(std::string_view name) {
  const bool as_expected =
      expected_ < kMemberCount && name == to_string(static_cast<Member>(expected_));
  const std::optional<Member> member =
      as_expected ? std::optional(static_cast<Member>(expected_)) : member_of(name);
  if (!member.has_value()) {
    return false;
  }
  if ((present_ & bit_of(*member)) != 0) {
    json_.fail("member " + quoted(name) + " is there twice in one chunk");
    return true;
  }
  present_ |= bit_of(*member);
  expected_ = static_cast<std::size_t>(*member) + 1;
  read_member(*member);
  return true;
}

void TableReader::read_member(Member member) {
  const MemberRow& row = row_of(member);
  if (!row.in_column) {
    json_.skip_string();
  } else if (row.is_number()) {
    numbers(member).push_back(json_.i64());
  } else if (row.may_be_absent() && json_.null()) {
    interner(member).append_absent();
  } else {
    interner(member).append(json_.string());
  }
}

bool TableReader::read_own(std::string_view name) {
  const FieldSpec* const field = find_field(header_.fields, name);
  if (field == nullptr) {
    return false;
  }
  const auto number = static_cast<std::size_t>(field - header_.fields.data());
  if (own_present_[number]) {
    json_.fail("member " + quoted(name) + " is there twice in one chunk");
    return true;
  }
  own_present_[number] = true;
  if (field->type == FieldType::table) {
    read_table(own_[number], field->columns.size());
  } else {
    read_own_value(own_[number]);
  }
  return true;
}

void TableReader::read_own_value(OwnColumnBuilder& column) {
  if (json_.null()) {
    column.append_absent();
    return;
  }
  switch (column.type()) {
    case FieldType::string:
      return column.append(json_.string());
    case FieldType::i64:
      return column.append(json_.i64());
    case FieldType::f64:
      return column.append(ordinal(json_.f64()));
    default:
      return column.append(std::int64_t{json_.boolean() ? 1 : 0});
  }
}

void TableReader::read_table(OwnColumnBuilder& table, std::size_t columns) {
  json_.open_array();
  for (bool first_row = true; json_.next_element(first_row);) {
    json_.open_array();
    std::size_t column = 0;
    for (bool first = true; json_.next_element(first);) {
      if (column == columns) {
        json_.fail("a table's row with over " + std::to_string(columns) + " values");
        return;
      }
      read_own_value(table.column(column++));
    }
    if (json_.ok() && column != columns) {
      json_.fail("a table's row with " + std::to_string(column) + " of " + std::to_string(columns) +
                 " values");
    }
    if (!json_.ok()) {
      return;
    }
  }
  table.end_table();
}

void TableReader::fill_own() {
  for (std::size_t i = 0; i < own_.size() && json_.ok(); ++i) {
    if (!own_present_[i]) {
      own_[i].append_absent();
    }
  }
}

void TableReader::read_extra(std::string_view name) {
  if (name.empty()) {
    json_.fail("an extra field without a name");
    return;
  }
  const bool in_file = name.data() >= bytes_.data() && name.data() < bytes_.data() + bytes_.size();
  extra_names_.push_back(in_file ? name : std::string_view(decoded_.emplace_back(name)));
  json_.skip_string();
}

void TableReader::check_extra_names(std::size_t object) {
  std::ranges::sort(extra_names_);
  if (const auto twice = std::ranges::adjacent_find(extra_names_); twice != extra_names_.end()) {
    json_.fail_at(object, "a chunk with two members " + quoted(*twice));
  }
}

void TableReader::fill_optionals() {
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    const auto member = static_cast<Member>(i);
    if (kMembers[i].may_be_absent() && (present_ & bit_of(member)) == 0) {
      interner(member).append_absent();
      present_ |= bit_of(member);
    }
  }
}

void TableReader::sort_rows() {
  std::vector<std::uint64_t>& keys = columns_.keys;
  if (std::ranges::is_sorted(keys)) {
    return;
  }
  std::vector<std::size_t> rows(keys.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::ranges::sort(rows, {}, [&](std::size_t row) { return keys[row]; });
  for (GrowingColumn& column : columns_.strings) {
    reorder(column.ids, rows);
    renumber(column);
  }
  for (std::vector<std::int64_t>& column : columns_.numbers) {
    reorder(column, rows);
  }
  reorder(columns_.offsets, rows);
  reorder(keys, rows);
}

bool TableReader::is_bare() const {
  return std::ranges::none_of(kStampMembers, [&](auto name) { return seen_.contains(name); }) &&
         !seen_.contains("attributes") && !seen_.contains("checksum");
}

Status TableReader::check_keys() const {
  const std::vector<std::uint64_t>& keys = columns_.keys;
  if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end()) {
    const auto second = static_cast<std::size_t>(twice - keys.begin()) + 1;
    return fail(ErrorCode::store_serde, "byte " + std::to_string(columns_.offsets[second]) +
                                            ": key " + std::to_string(*twice) + " is there twice");
  }
  if (!keys.empty() && keys.back() >= header_.next_key) {
    return fail(ErrorCode::corrupt, "byte " + std::to_string(columns_.offsets.back()) + ": key " +
                                        std::to_string(keys.back()) +
                                        " is not below next_key, which is " +
                                        std::to_string(header_.next_key));
  }
  return {};
}

Status TableReader::check_updated() const {
  const auto& updated = header_.updated;
  const auto is_known = [&](const auto& entry) {
    return entry.second <= header_.lsn && std::ranges::binary_search(columns_.keys, entry.first);
  };
  const bool rising =
      std::ranges::adjacent_find(updated, std::ranges::greater_equal(),
                                 [](const auto& entry) { return entry.first; }) == updated.end();
  return rising && std::ranges::all_of(updated, is_known)
             ? Status()
             : fail(ErrorCode::store_serde,
                    "updates of chunks that are not there, or out of order");
}

Status TableReader::check_file(bool checksummed) const {
  const auto missing = [&](std::string_view name) { return !seen_.contains(name); };
  for (const std::string_view name : {"next_key", "chunks"}) {
    if (missing(name)) {
      return fail(ErrorCode::store_serde, "no member " + quoted(name));
    }
  }
  if (header_.bare) {
    return {};
  }
  if (!checksummed) {
    return fail(ErrorCode::corrupt, "it has members of a store, but no checksum at its end");
  }
  for (const std::string_view name : kStampMembers) {
    if (missing(name)) {
      return fail(ErrorCode::store_serde, "no member " + quoted(name));
    }
  }
  return {};
}

Error TableReader::error() const {
  if (refusal_.has_value()) {
    return *refusal_;
  }
  const std::string where = "byte " + std::to_string(json_.problem_offset());
  return {ErrorCode::store_serde, where + ": " + json_.problem()};
}

StringInterner& TableReader::interner(Member member) {
  return interners_[index_of(member, ColumnKind::string)];
}

std::vector<std::int64_t>& TableReader::numbers(Member member) {
  return columns_.numbers[index_of(member, ColumnKind::number)];
}

}  // namespace quire::records
