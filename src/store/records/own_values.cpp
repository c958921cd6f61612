#include "store/records/own_values.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::records {
namespace {

enum class Kind : std::uint8_t { none, string, i64, f64, boolean, table };

std::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::invalid_argument, what);
}

std::string quoted(std::string_view name) {
  return '"' + std::string(name.substr(0, 100)) + '"';
}

// ---- What may be stored.

Status check_name(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  if (name.empty() || name.size() > kLongest) {
    return refuse("a field's name of " + std::to_string(name.size()) + " bytes: 1 to 100 may be");
  }
  if (const auto bad = base::invalid_utf8_offset(name)) {
    return refuse("a field's name: invalid UTF-8 at byte " + std::to_string(*bad));
  }
  const std::string lower = base::ascii_lower(name);
  if (name.contains('.') || lower == "key" || lower == "extra" || lower == "vector" ||
      member_of(lower)) {
    return refuse("field " + quoted(name) +
                  ": the name has a dot, or is one of the ten members, key, extra or vector");
  }
  return {};
}

Status check_columns(const FieldSpec& field) {
  if (field.type != FieldType::table) {
    return field.columns.empty()
               ? Status()
               : refuse("field " + quoted(field.name) + ": it has columns, and only a table may");
  }
  if (field.columns.empty() || field.columns.size() > kMaxColumns) {
    return refuse("table " + quoted(field.name) + ": it has " +
                  std::to_string(field.columns.size()) + " columns, 1 to " +
                  std::to_string(kMaxColumns) + " may be");
  }
  for (auto column = field.columns.begin(); column != field.columns.end(); ++column) {
    QUIRE_TRY(check_name(column->name));
    const auto same = std::ranges::find(field.columns, column->name, &TableColumn::name);
    if (column->type == FieldType::table || same != column) {
      return refuse("table " + quoted(field.name) + ": column " + quoted(column->name) +
                    (same != column ? " is there twice" : " is a table"));
    }
  }
  return {};
}

/// The kind of a value, as it is stored in a field of `type`; nothing if it can't be.
std::optional<Kind> kind_in(FieldType type, const TableValue& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    return Kind::none;
  }
  switch (type) {
    case FieldType::string:
      return std::holds_alternative<std::string>(value) ? std::optional(Kind::string)
                                                        : std::nullopt;
    case FieldType::i64:
      return std::holds_alternative<std::int64_t>(value) ? std::optional(Kind::i64) : std::nullopt;
    case FieldType::f64:
      return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value)
                 ? std::optional(Kind::f64)
                 : std::nullopt;
    case FieldType::boolean:
      return std::holds_alternative<bool>(value) ? std::optional(Kind::boolean) : std::nullopt;
    case FieldType::table:
      break;
  }
  return std::nullopt;
}

double as_double(const TableValue& value) {
  const auto* const whole = std::get_if<std::int64_t>(&value);
  const double number = whole ? static_cast<double>(*whole) : std::get<double>(value);
  return number == 0 ? 0.0 : number;
}

Status check_value(const std::string& where, FieldType type, const TableValue& value) {
  const std::optional<Kind> kind = kind_in(type, value);
  if (!kind) {
    return refuse(where + " is of type " + std::string(to_string(type)) +
                  ", and was given a value of another");
  }
  if (*kind == Kind::f64 && !std::isfinite(as_double(value))) {
    return refuse(where + ": a number that is not finite");
  }
  if (*kind == Kind::string) {
    if (const auto bad = base::invalid_utf8_offset(std::get<std::string>(value))) {
      return refuse(where + ": invalid UTF-8 at byte " + std::to_string(*bad));
    }
  }
  return {};
}

Status check_table(const FieldSpec& field, const std::vector<TableRow>& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string where = "table " + quoted(field.name) + " row " + std::to_string(row);
    if (rows[row].size() != field.columns.size()) {
      return refuse(where + " has " + std::to_string(rows[row].size()) + " values, the table " +
                    std::to_string(field.columns.size()) + " columns");
    }
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      QUIRE_TRY(check_value(where + " column " + quoted(field.columns[i].name),
                            field.columns[i].type, rows[row][i]));
    }
  }
  return {};
}

/// A value that is no table, as a table's would be.
TableValue scalar_of(const OwnField::Value& value) {
  return std::visit(
      [](const auto& held) -> TableValue {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::vector<TableRow>>) {
          return {};
        } else {
          return held;
        }
      },
      value);
}

Status check_own_field(const OwnField& own, const FieldSpec& field) {
  const auto* const rows = std::get_if<std::vector<TableRow>>(&own.value);
  if ((rows != nullptr) != (field.type == FieldType::table)) {
    return refuse("field " + quoted(field.name) + " is of type " +
                  std::string(to_string(field.type)) + ", and was given a value of another");
  }
  return rows != nullptr
             ? check_table(field, *rows)
             : check_value("field " + quoted(field.name), field.type, scalar_of(own.value));
}

// ---- Bytes.

void put(base::ByteWriter& to, FieldType type, const TableValue& value) {
  const Kind kind = kind_in(type, value).value_or(Kind::none);
  to.u8(std::to_underlying(kind));
  switch (kind) {
    case Kind::string:
      return to.string(std::get<std::string>(value));
    case Kind::i64:
      return to.i64(std::get<std::int64_t>(value));
    case Kind::f64:
      return to.u64(std::bit_cast<std::uint64_t>(as_double(value)));
    case Kind::boolean:
      return to.u8(std::get<bool>(value) ? 1 : 0);
    default:
      return;
  }
}

void put(base::ByteWriter& to, const FieldSpec& field, const OwnField::Value& value) {
  const auto* const rows = std::get_if<std::vector<TableRow>>(&value);
  if (rows == nullptr) {
    return put(to, field.type, scalar_of(value));
  }
  to.u8(std::to_underlying(Kind::table));
  to.u32(static_cast<std::uint32_t>(rows->size()));
  for (const TableRow& row : *rows) {
    to.u32(static_cast<std::uint32_t>(row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      put(to, field.columns[i].type, row[i]);
    }
  }
}

/// A value that is no table; nothing where the bytes are none.
std::optional<ValueView> take_value(base::ByteReader& from, Kind kind) {
  switch (kind) {
    case Kind::none:
      return ValueView();
    case Kind::string:
      return from.string();
    case Kind::i64:
      return from.i64();
    case Kind::f64:
      return std::bit_cast<double>(from.u64());
    case Kind::boolean:
      return from.u8() != 0;
    default:
      return std::nullopt;
  }
}

/// Calls visit(row, column, value) for each value of the table that begins at `from`. False where
/// the bytes are none.
template <class Visit>
bool take_table(base::ByteReader& from, Visit visit) {
  const std::uint32_t rows = from.u32();
  for (std::uint32_t row = 0; row < rows && from.ok(); ++row) {
    const std::uint32_t columns = from.u32();
    for (std::uint32_t column = 0; column < columns && from.ok(); ++column) {
      const auto value = take_value(from, static_cast<Kind>(from.u8()));
      if (!value) {
        return false;
      }
      visit(row, column, *value);
    }
  }
  return from.ok();
}

/// Calls visit(field, kind, reader) at each value, which it must take.
template <class Visit>
bool take_fields(std::string_view bytes, Visit visit) {
  base::ByteReader from(bytes);
  bool sound = true;
  std::uint64_t least = 0;
  for (std::uint32_t left = from.u32(); left != 0 && from.ok() && sound; --left) {
    const std::uint32_t field = from.u32();
    sound = field >= least;
    least = std::uint64_t{field} + 1;
    const auto kind = static_cast<Kind>(from.u8());
    sound = sound && visit(field, kind, from);
  }
  return sound && from.ok() && from.remaining() == 0;
}

bool skip_value(Kind kind, base::ByteReader& from) {
  return kind == Kind::table
             ? take_table(from, [](std::uint32_t, std::uint32_t, const ValueView&) {})
             : take_value(from, kind).has_value();
}

TableValue owned(const ValueView& value) {
  return std::visit(
      [](const auto& held) -> TableValue {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string_view>) {
          return std::string(held);
        } else {
          return held;
        }
      },
      value);
}

/// Nothing where the bytes are no table of `columns`.
std::optional<std::vector<TableRow>> owned_table(base::ByteReader& from, std::size_t columns) {
  std::vector<TableRow> rows;
  const bool sound =
      take_table(from, [&](std::uint32_t row, std::uint32_t, const ValueView& value) {
        if (row >= rows.size()) {
          rows.resize(row + std::size_t{1});
        }
        rows[row].push_back(owned(value));
      });
  const bool whole = std::ranges::all_of(rows, [&](auto& row) { return row.size() == columns; });
  return sound && whole ? std::optional(std::move(rows)) : std::nullopt;
}

/// Nothing where the bytes are no value of `field`, or none.
std::optional<OwnField::Value> owned_value(base::ByteReader& from,
                                           Kind kind,
                                           const FieldSpec& field) {
  if (kind == Kind::table) {
    return owned_table(from, field.columns.size());
  }
  const auto value = take_value(from, kind);
  if (!value || std::holds_alternative<std::monostate>(*value)) {
    return std::nullopt;
  }
  return std::visit(
      [](auto&& held) -> std::optional<OwnField::Value> {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return std::nullopt;
        } else {
          return OwnField::Value(std::forward<decltype(held)>(held));
        }
      },
      owned(*value));
}

}  // namespace

std::optional<std::int64_t> ordinal_of(const ValueView& value) {
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
    return *whole;
  }
  if (const auto* const real = std::get_if<double>(&value)) {
    return ordinal(*real);
  }
  const auto* const truth = std::get_if<bool>(&value);
  return truth ? std::optional<std::int64_t>(*truth ? 1 : 0) : std::nullopt;
}

Status validate_field(const FieldSpec& field, const Schema& schema) {
  QUIRE_TRY(check_name(field.name));
  QUIRE_TRY(check_columns(field));
  const bool can_be_unique = field.type == FieldType::string || field.type == FieldType::i64;
  if ((field.unique && !can_be_unique) || (field.words && field.type != FieldType::string)) {
    return refuse("field " + quoted(field.name) + " of type " + std::string(to_string(field.type)) +
                  " can't be " + (field.unique ? "unique" : "searched by words"));
  }
  if (const FieldSpec* const same = find_field(schema, field.name)) {
    return *same == field ? Status()
                          : refuse("field " + quoted(field.name) +
                                   " is there already, of another type or kind");
  }
  if (schema.size() >= kMaxFields) {
    return refuse("field " + quoted(field.name) + ": the store has " + std::to_string(kMaxFields) +
                  " fields, the most that may be");
  }
  return {};
}

Status validate_own(const ChunkMeta& meta, const Schema& schema) {
  for (auto own = meta.fields.begin(); own != meta.fields.end(); ++own) {
    const FieldSpec* const field = find_field(schema, own->name);
    if (field == nullptr) {
      return refuse("the store has no field " + quoted(own->name) +
                    ": add it by WriteBatch::add_field()");
    }
    if (std::ranges::find(meta.fields, own->name, &OwnField::name) != own) {
      return refuse("field " + quoted(own->name) + " is there twice");
    }
    QUIRE_TRY(check_own_field(*own, *field));
  }
  for (const ExtraField& extra : meta.extra) {
    if (find_field(schema, extra.name) != nullptr) {
      return refuse("extra field " + quoted(extra.name) + ": the store has a field of that name");
    }
  }
  return {};
}

std::size_t own_string_bytes(const std::vector<OwnField>& fields) {
  const auto bytes_of = [](const auto& value) {
    const auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? std::size_t{8} : text->size();
  };
  std::size_t bytes = 0;
  for (const OwnField& field : fields) {
    bytes += bytes_of(field.value);
    if (const auto* const rows = std::get_if<std::vector<TableRow>>(&field.value)) {
      for (const TableRow& row : *rows) {
        bytes = std::transform_reduce(row.begin(), row.end(), bytes, std::plus(), bytes_of);
      }
    }
  }
  return bytes;
}

void encode_own(const std::vector<OwnField>& fields, const Schema& schema, std::string& out) {
  std::vector<std::pair<std::size_t, const OwnField*>> by_number;
  by_number.reserve(fields.size());
  for (const OwnField& own : fields) {
    by_number.emplace_back(find_field(schema, own.name) - schema.data(), &own);
  }
  std::ranges::sort(by_number);
  base::ByteWriter to(out);
  to.u32(static_cast<std::uint32_t>(by_number.size()));
  for (const auto& [number, own] : by_number) {
    to.u32(static_cast<std::uint32_t>(number));
    put(to, schema[number], own->value);
  }
}

bool check_own(std::string_view bytes) {
  return take_fields(bytes, [](std::uint32_t, Kind kind, base::ByteReader& from) {
    return skip_value(kind, from);
  });
}

ValueView own_value(std::string_view bytes, std::size_t field) {
  ValueView found;
  if (!bytes.empty()) {
    take_fields(bytes, [&](std::uint32_t number, Kind kind, base::ByteReader& from) {
      if (number != field || kind == Kind::table) {
        return skip_value(kind, from);
      }
      found = take_value(from, kind).value_or(ValueView());
      return true;
    });
  }
  return found;
}

std::vector<ValueView> own_values(std::string_view bytes, std::size_t field, std::size_t column) {
  std::vector<ValueView> found;
  if (!bytes.empty()) {
    take_fields(bytes, [&](std::uint32_t number, Kind kind, base::ByteReader& from) {
      if (number != field || kind != Kind::table) {
        return skip_value(kind, from);
      }
      return take_table(from, [&](std::uint32_t, std::uint32_t at, const ValueView& value) {
        if (at == column) {
          found.push_back(value);
        }
      });
    });
  }
  return found;
}

Result<std::vector<OwnField>> decode_own(std::string_view bytes,
                                         const Schema& schema,
                                         const MemberSet& wanted) {
  std::vector<OwnField> out;
  if (bytes.empty()) {
    return out;
  }
  const bool sound =
      take_fields(bytes, [&](std::uint32_t number, Kind kind, base::ByteReader& from) {
        if (number >= schema.size()) {
          return false;
        }
        if (!wanted.contains_own(number)) {
          return skip_value(kind, from);
        }
        auto value = owned_value(from, kind, schema[number]);
        if (!value) {
          return false;
        }
        out.push_back({schema[number].name, std::move(*value)});
        return check_own_field(out.back(), schema[number]).has_value();
      });
  return sound ? Result<std::vector<OwnField>>(std::move(out))
               : fail(ErrorCode::corrupt, "own fields that are not of the store's schema");
}

}  // namespace quire::records

namespace quire {

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::string:
      return "string";
    case FieldType::i64:
      return "i64";
    case FieldType::f64:
      return "f64";
    case FieldType::boolean:
      return "boolean";
    case FieldType::table:
      break;
  }
  return "table";
}

const FieldSpec* find_field(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::find(schema, name, &FieldSpec::name);
  return found == schema.end() ? nullptr : &*found;
}

}  // namespace quire
