#include "store/records/table_columns.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/bytes.hpp"
#include "base/try.hpp"

namespace quire::records {
namespace {

constexpr std::size_t kAlignment = 8;

template <class T>
void put(base::ByteWriter& out, const std::vector<T>& numbers) {
  out.bytes({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
  out.pad_to(kAlignment);
}

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

void put(base::ByteWriter& out, const GrowingColumn& column) {
  std::vector<std::uint64_t> ends;
  ends.reserve(column.values.size());
  std::uint64_t end = 0;
  for (const std::string& value : column.values) {
    ends.push_back(end += value.size());
  }
  out.u64(ends.size());
  put(out, ends);
  put(out, column.ids);
  for (const std::string& value : column.values) {
    out.bytes(value);
  }
  out.pad_to(kAlignment);
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
  bool sound() const { return sound_ && in_.ok() && in_.remaining() == 0; }

 private:
  void skip_padding() { in_.bytes((kAlignment - in_.offset() % kAlignment) % kAlignment); }

  base::ByteReader in_;
  bool sound_ = true;
};

}  // namespace

std::string encode_columns(const FileHeader& header, const GrowingColumns& columns) {
  std::string encoded;
  base::ByteWriter out(encoded);
  out.u64(columns.keys.size());
  put(out, header);
  put(out, columns.keys);
  put(out, columns.offsets);
  for (const std::vector<std::int64_t>& column : columns.numbers) {
    put(out, column);
  }
  for (const GrowingColumn& column : columns.strings) {
    put(out, column);
  }
  return encoded;
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
