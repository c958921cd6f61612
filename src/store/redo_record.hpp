#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

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
/// Keys and vectors lie apart from text, so that a replay may leave the text where it is.
namespace quire::store {

struct RedoRecord {
  struct Insert {
    std::uint64_t key = 0;
    std::string_view vector;  ///< As stored.
    std::string_view chunk;   ///< records::encode_chunk.
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

  bool empty() const { return inserts.empty() && removals.empty() && attributes.empty(); }
};

std::string encode(const RedoRecord& record);

/// Refers to `payload`. Every count and length is checked against it; error: `corrupt`.
Result<RedoRecord> decode_redo_record(std::string_view payload);

}  // namespace quire::store
