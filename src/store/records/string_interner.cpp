#include "store/records/string_interner.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/checksum.hpp"

namespace quire::records {

void StringInterner::append(std::string_view text) {
  // Rows come file by file: most often the string is the row's before.
  const std::vector<std::uint32_t>& ids = column_.ids;
  const bool same =
      !ids.empty() && ids.back() != StringColumn::kAbsent && column_.values[ids.back()] == text;
  column_.ids.push_back(same ? ids.back() : id_of(text));
}

std::uint32_t StringInterner::id_of(std::string_view text) {
  if (2 * column_.values.size() >= slots_.size()) {
    grow();
  }
  const std::uint64_t hash = base::checksum(text);
  Slot& slot = slot_of(text, hash);
  if (slot.id == StringColumn::kAbsent) {
    QUIRE_ASSERT(column_.values.size() < StringColumn::kAbsent);
    slot = {static_cast<std::uint32_t>(column_.values.size()),
            static_cast<std::uint32_t>(hash >> 32)};
    column_.values.emplace_back(text);
  }
  return slot.id;
}

StringInterner::Slot& StringInterner::slot_of(std::string_view text, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].id != StringColumn::kAbsent &&
         (slots_[at].hash != hash >> 32 || column_.values[slots_[at].id] != text)) {
    at = (at + 1) & mask;
  }
  return slots_[at];
}

void StringInterner::grow() {
  slots_.assign(std::max<std::size_t>(64, 4 * column_.values.size()), {});
  for (std::uint32_t id = 0; id < column_.values.size(); ++id) {
    const std::uint64_t hash = base::checksum(column_.values[id]);
    slot_of(column_.values[id], hash) = {id, static_cast<std::uint32_t>(hash >> 32)};
  }
}

}  // namespace quire::records
