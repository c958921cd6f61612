#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/records/record_table.hpp"
#include "store/records/table_columns.hpp"

namespace quire::records {

/// Fills a column, finding each distinct string by one hash lookup.
class StringInterner {
 public:
  explicit StringInterner(GrowingColumn& column) : column_(column) {}

  void append(std::string_view text);
  void append_absent() { column_.ids.push_back(StringColumn::kAbsent); }

 private:
  /// Open addressing.
  struct Slot {
    std::uint32_t id = StringColumn::kAbsent;  ///< Of an empty slot.
    std::uint32_t hash = 0;                    ///< Its upper half: spares looking at most strings.
  };

  std::uint32_t id_of(std::string_view text);
  /// The slot of `text`, or the empty one where it belongs.
  Slot& slot_of(std::string_view text, std::uint64_t hash);
  void grow();

  GrowingColumn& column_;
  std::vector<Slot> slots_;
};

}  // namespace quire::records
