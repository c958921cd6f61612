#include "store/redo_record.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "store/records/chunk_codec.hpp"

namespace quire::store {
namespace {

constexpr std::size_t kAlignment = 8;

std::size_t vector_bytes(const RedoRecord& record) {
  return record.inserts.empty() ? 0 : record.inserts.front().vector.size();
}

void skip_padding(base::ByteReader& in) {
  in.bytes((kAlignment - in.offset() % kAlignment) % kAlignment);
}

void put_field(base::ByteWriter& writer, const FieldSpec& field) {
  writer.string(field.name);
  writer.u8(std::to_underlying(field.type));
  writer.u8(static_cast<std::uint8_t>((field.unique ? 1 : 0) + (field.words ? 2 : 0)));
  writer.u32(static_cast<std::uint32_t>(field.columns.size()));
  for (const TableColumn& column : field.columns) {
    writer.string(column.name);
    writer.u8(std::to_underlying(column.type));
  }
}

FieldSpec take_field(base::ByteReader& in) {
  FieldSpec field;
  field.name = in.string();
  field.type = static_cast<FieldType>(in.u8());
  const std::uint8_t flags = in.u8();
  field.unique = (flags & 1) != 0;
  field.words = (flags & 2) != 0;
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    std::string name(in.string());
    field.columns.push_back({std::move(name), static_cast<FieldType>(in.u8())});
  }
  return field;
}

bool has_known_types(const FieldSpec& field) {
  return field.type <= FieldType::table &&
         std::ranges::all_of(field.columns, [](const TableColumn& column) {
           return column.type < FieldType::table;
         });
}

/// What format 2 has behind a commit of format 1.
void put_extension(base::ByteWriter& writer, const RedoRecord& record) {
  writer.u32(static_cast<std::uint32_t>(record.fields.size()));
  for (const FieldSpec& field : record.fields) {
    put_field(writer, field);
  }
  writer.u32(static_cast<std::uint32_t>(record.updates.size()));
  for (const RedoRecord::Update& update : record.updates) {
    writer.u64(update.key);
    writer.u32(static_cast<std::uint32_t>(update.chunk.size()));
  }
  for (const RedoRecord::Update& update : record.updates) {
    writer.bytes(update.chunk);
  }
  writer.pad_to(kAlignment);
}

/// False where a field is of no type that there is.
bool take_extension(base::ByteReader& in, RedoRecord& record) {
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    record.fields.push_back(take_field(in));
  }
  std::vector<std::uint32_t> lengths;
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    record.updates.push_back({in.u64(), {}});
    lengths.push_back(in.u32());
  }
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    record.updates[i].chunk = in.bytes(lengths[i]);
  }
  skip_padding(in);
  const bool is_empty = record.fields.empty() && record.updates.empty();
  return !is_empty && std::ranges::all_of(record.fields, has_known_types);
}

}  // namespace

std::uint32_t RedoRecord::file_format() const {
  const bool is_second =
      !fields.empty() || !updates.empty() ||
      std::ranges::any_of(inserts, records::has_own_fields, &RedoRecord::Insert::chunk);
  return is_second ? 2 : 1;
}

std::string encode(const RedoRecord& record) {
  std::string out;
  base::ByteWriter writer(out);
  writer.u32(record.dimensions);
  writer.u32(static_cast<std::uint32_t>(record.inserts.size()));
  writer.u32(static_cast<std::uint32_t>(record.removals.size()));
  writer.u32(static_cast<std::uint32_t>(record.attributes.size()));
  writer.u64(record.next_key);
  writer.u64(vector_bytes(record));
  for (const RedoRecord::Insert& insert : record.inserts) {
    writer.u64(insert.key);
  }
  for (const std::uint64_t key : record.removals) {
    writer.u64(key);
  }
  for (const RedoRecord::Insert& insert : record.inserts) {
    writer.bytes(insert.vector);
  }
  writer.pad_to(kAlignment);
  for (const RedoRecord::Insert& insert : record.inserts) {
    writer.u32(static_cast<std::uint32_t>(insert.chunk.size()));
  }
  for (const RedoRecord::AttributeChange& change : record.attributes) {
    writer.string(change.name);
    writer.u8(change.value ? 1 : 0);
    writer.string(change.value.value_or(std::string_view{}));
  }
  for (const RedoRecord::Insert& insert : record.inserts) {
    writer.bytes(insert.chunk);
  }
  writer.pad_to(kAlignment);
  if (!record.fields.empty() || !record.updates.empty()) {
    put_extension(writer, record);
  }
  return out;
}

Result<RedoRecord> decode_redo_record(std::string_view payload) {
  base::ByteReader in(payload);
  RedoRecord record;
  record.dimensions = in.u32();
  const std::uint32_t insert_count = in.u32();
  const std::uint32_t removal_count = in.u32();
  const std::uint32_t attribute_count = in.u32();
  record.next_key = in.u64();
  const std::uint64_t bytes_per_vector = in.u64();
  // Each insert and removal takes 8 bytes at the least: no count is believed beyond that.
  if (!in.ok() || std::uint64_t{insert_count} + removal_count > in.remaining() / 8 ||
      attribute_count > in.remaining()) {
    return fail(ErrorCode::corrupt, "a commit record declares more than it holds");
  }
  record.inserts.resize(insert_count);
  for (RedoRecord::Insert& insert : record.inserts) {
    insert.key = in.u64();
  }
  record.removals.resize(removal_count);
  for (std::uint64_t& key : record.removals) {
    key = in.u64();
  }
  for (RedoRecord::Insert& insert : record.inserts) {
    insert.vector = in.bytes(bytes_per_vector);
  }
  skip_padding(in);
  std::vector<std::uint32_t> lengths(insert_count);
  for (std::uint32_t& length : lengths) {
    length = in.u32();
  }
  for (std::uint32_t i = 0; i < attribute_count && in.ok(); ++i) {
    RedoRecord::AttributeChange change{in.string(), std::nullopt};
    const bool set = in.u8() != 0;
    const std::string_view value = in.string();
    if (set) {
      change.value = value;
    }
    record.attributes.push_back(change);
  }
  for (std::size_t i = 0; i < record.inserts.size(); ++i) {
    record.inserts[i].chunk = in.bytes(lengths[i]);
  }
  skip_padding(in);
  const bool sound = in.remaining() == 0 || take_extension(in, record);
  if (!in.ok() || !sound || in.remaining() != 0) {
    return fail(ErrorCode::corrupt,
                "a commit record does not parse at its byte " + std::to_string(in.offset()));
  }
  return record;
}

}  // namespace quire::store
