#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/schema.hpp>

/// What one commit changed, as the payload of a journal frame. Final values only, so that replaying
/// a record twice changes nothing more.
///
///     u32 dimensions (0: no inserts) | u32 inserts | u32 removals | u32 attribute changes
///     | u64 next key after it | u64 bytes of each vector
///     | u64 key of each insert | u64 key of each removal
///     | vectors, as stored, in the order of the inserts | zeros to a multiple of 8
///     | u32 length of each chunk | attribute changes: string name, u8 set, string value
///     | chunks (records::encode_chunk) | zeros to a multiple of 8
///
/// and, in a commit of format 2 that has any of this,
///
///     u32 own fields that are new; of each: string name, u8 type, u8 1: unique, 2: words
///       | u32 columns; of each: string name, u8 type
///     | u32 updates; of each: u64 key, u32 length of its chunk | their chunks
///     | zeros to a multiple of 8
///
/// Keys and vectors lie apart from text, so that a replay may leave the text where it is.
namespace quire::store {

struct RedoRecord {
  struct Insert {
    std::uint64_t key = 0;
    std::string_view vector;  ///< As stored.
    std::string_view chunk;   ///< records::encode_chunk.
  };
  struct Update {
    std::uint64_t key = 0;
    std::string_view chunk;  ///< What takes the place of its chunk: records::encode_chunk.
  };
  struct AttributeChange {
    std::string_view name;
    std::optional<std::string_view> value;  ///< Absent: erased.
  };

  std::uint32_t dimensions = 0;
  std::uint64_t next_key = 0;
  std::vector<Insert> inserts;
  std::vector<std::uint64_t> removals;
  std::vector<AttributeChange> attributes;
  std::vector<FieldSpec> fields;  ///< New ones.
  std::vector<Update> updates;

  bool empty() const {
    return inserts.empty() && removals.empty() && attributes.empty() && fields.empty() &&
           updates.empty();
  }
  /// The least format of a journal that may hold it.
  std::uint32_t file_format() const;
};

std::string encode(const RedoRecord& record);

/// Refers to `payload`. Every count and length is checked against it; error: `corrupt`.
Result<RedoRecord> decode_redo_record(std::string_view payload);

}  // namespace quire::store
