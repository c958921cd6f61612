#include "store/records/table_columns.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "store/records/own_columns.hpp"
#include "store/records/own_values.hpp"

namespace quire::records {
namespace {

constexpr std::size_t kAlignment = 8;

void put(base::ByteWriter& out, const FileHeader& header) {
  out.bytes(header.uuid.view());
  out.u64(header.lsn);
  out.u64(header.next_key);
  out.u32(header.format.dimensions);
  out.u8(std::to_underlying(header.format.metric));
  out.u8(std::to_underlying(header.format.scalar));
  out.u8(header.bare ? 1 : 0);
  out.pad_to(kAlignment);
  out.u64(header.attributes.size());
  for (const auto& [name, value] : header.attributes) {
    out.string(name);
    out.string(value);
  }
  out.pad_to(kAlignment);
}

void put_fields(base::ByteWriter& out, const FileHeader& header) {
  out.u64(header.fields.size());
  for (const FieldSpec& field : header.fields) {
    out.string(field.name);
    out.u8(std::to_underlying(field.type));
    out.u8(static_cast<std::uint8_t>((field.unique ? 1 : 0) + (field.words ? 2 : 0)));
    out.u32(static_cast<std::uint32_t>(field.columns.size()));
    for (const TableColumn& column : field.columns) {
      out.string(column.name);
      out.u8(std::to_underlying(column.type));
    }
  }
  out.pad_to(kAlignment);
  out.u64(header.updated.size());
  for (const auto& [key, lsn] : header.updated) {
    out.u64(key);
    out.u64(lsn);
  }
}

/// Takes columns off their bytes; what they say of themselves is checked by decode_columns().
class ColumnsReader {
 public:
  explicit ColumnsReader(std::string_view encoded) : in_(encoded) {}

  void header(FileHeader& header) {
    header.uuid = base::uuid_from_bytes(in_.bytes(header.uuid.bytes.size()));
    header.lsn = in_.u64();
    header.next_key = in_.u64();
    header.format.dimensions = in_.u32();
    header.format.metric = static_cast<Metric>(in_.u8());
    header.format.scalar = static_cast<Scalar>(in_.u8());
    header.bare = in_.u8() != 0;
    skip_padding();
    for (std::uint64_t left = in_.u64(); left != 0 && in_.ok(); --left) {
      const std::string_view name = in_.string();
      header.attributes.emplace_hint(header.attributes.end(), name, in_.string());
    }
    skip_padding();
  }

  void fields(FileHeader& header) {
    for (std::uint64_t left = in_.u64(); left != 0 && in_.ok(); --left) {
      FieldSpec field;
      field.name = in_.string();
      field.type = type();
      const std::uint8_t flags = in_.u8();
      field.unique = (flags & 1) != 0;
      field.words = (flags & 2) != 0;
      for (std::uint32_t columns = in_.u32(); columns != 0 && in_.ok(); --columns) {
        std::string name(in_.string());
        field.columns.push_back({std::move(name), type()});
      }
      sound_ = sound_ && validate_field(field, header.fields).has_value() &&
               find_field(header.fields, field.name) == nullptr;
      header.fields.push_back(std::move(field));
    }
    skip_padding();
    for (std::uint64_t left = in_.u64(); left != 0 && in_.ok(); --left) {
      const std::uint64_t key = in_.u64();
      header.updated.emplace_back(key, in_.u64());
    }
  }

  OwnColumn own(FieldType type, const std::vector<TableColumn>& columns, std::uint64_t rows) {
    OwnColumn out;
    out.type = type;
    out.size = in_.u64();
    sound_ = sound_ && out.size == rows;
    if (type == FieldType::string) {
      out.strings = strings(out.size);
    } else if (type != FieldType::table) {
      out.numbers.ordinals = numbers<std::int64_t>(out.size);
      out.numbers.present = numbers<std::uint64_t>(out.size / 64 + (out.size % 64 != 0 ? 1 : 0));
    } else {
      out.ends = numbers<std::uint64_t>(out.size);
      sound_ = sound_ && std::ranges::is_sorted(out.ends);
      for (const TableColumn& column : columns) {
        out.columns.push_back(own(column.type, {}, out.ends.empty() ? 0 : out.ends.back()));
      }
    }
    return out;
  }

  template <class T>
  std::span<const T> numbers(std::uint64_t count) {
    // What is too many to be there fails, whatever the product would wrap around to.
    const std::string_view raw =
        in_.bytes(count > in_.remaining() ? UINT64_MAX : count * sizeof(T));
    skip_padding();
    return {reinterpret_cast<const T*>(raw.data()), in_.ok() ? count : 0};
  }

  StringColumn strings(std::uint64_t rows) {
    const auto ends = numbers<std::uint64_t>(in_.u64());
    StringColumn column;
    column.ids = numbers<std::uint32_t>(rows);
    const std::string_view text = in_.bytes(ends.empty() ? 0 : ends.back());
    skip_padding();
    column.values = {ends, text};
    const auto fits = [&](std::uint32_t id) {
      return id < ends.size() || id == StringColumn::kAbsent;
    };
    sound_ = sound_ && in_.ok() && std::ranges::is_sorted(ends) &&
             std::ranges::count_if(column.ids, fits) == std::ssize(column.ids);
    return column;
  }

  std::uint64_t number() { return in_.u64(); }
  bool at_end() const { return in_.remaining() == 0; }
  FieldType type() {
    const std::uint8_t type = in_.u8();
    const bool is_known = type <= std::to_underlying(FieldType::table);
    sound_ = sound_ && is_known;
    return is_known ? static_cast<FieldType>(type) : FieldType::string;
  }
  bool sound() const { return sound_ && in_.ok() && in_.remaining() == 0; }

 private:
  void skip_padding() { in_.bytes((kAlignment - in_.offset() % kAlignment) % kAlignment); }

  base::ByteReader in_;
  bool sound_ = true;
};

}  // namespace

void put_column(base::ByteWriter& out, const GrowingColumn& column) {
  std::vector<std::uint64_t> ends;
  ends.reserve(column.values.size());
  std::uint64_t end = 0;
  for (const std::string& value : column.values) {
    ends.push_back(end += value.size());
  }
  out.u64(ends.size());
  put_numbers(out, ends);
  put_numbers(out, column.ids);
  for (const std::string& value : column.values) {
    out.bytes(value);
  }
  out.pad_to(kAlignment);
}

std::string encode_columns(const FileHeader& header,
                           const GrowingColumns& columns,
                           const std::vector<OwnColumnBuilder>& own) {
  std::string encoded;
  base::ByteWriter out(encoded);
  out.u64(columns.keys.size());
  put(out, header);
  put_numbers(out, columns.keys);
  put_numbers(out, columns.offsets);
  for (const std::vector<std::int64_t>& column : columns.numbers) {
    put_numbers(out, column);
  }
  for (const GrowingColumn& column : columns.strings) {
    put_column(out, column);
  }
  if (header.file_format() != 1) {
    put_fields(out, header);
  }
  for (const OwnColumnBuilder& column : own) {
    column.encode(out);
  }
  return encoded;
}

std::string encode_columns(const FileHeader& header, const GrowingColumns& columns) {
  return encode_columns(header, columns, {});
}

Result<TableColumns> decode_columns(std::string_view encoded,
                                    std::size_t text_size,
                                    FileHeader& header) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(encoded.data()) % kAlignment == 0;
  ColumnsReader in(aligned ? encoded : std::string_view());
  TableColumns columns;
  const std::uint64_t rows = in.number();
  in.header(header);
  columns.keys = in.numbers<std::uint64_t>(rows);
  columns.offsets = in.numbers<std::uint64_t>(rows);
  for (auto& column : columns.numbers) {
    column = in.numbers<std::int64_t>(rows);
  }
  for (StringColumn& column : columns.strings) {
    column = in.strings(rows);
  }
  if (!in.at_end()) {
    in.fields(header);
  }
  for (const FieldSpec& field : header.fields) {
    columns.own.push_back(in.own(field.type, field.columns, rows));
  }
  const auto in_text = [text_size](std::uint64_t offset) { return offset < text_size; };
  const bool rising =
      std::ranges::adjacent_find(columns.keys, std::greater_equal()) == columns.keys.end();
  if (!in.sound() || !rising || !std::ranges::all_of(columns.offsets, in_text)) {
    return fail(ErrorCode::corrupt,
                "columns of " + std::to_string(encoded.size()) + " bytes that are not a table's");
  }
  return columns;
}

}  // namespace quire::records
