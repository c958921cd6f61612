#include "store/own_key_index.hpp"

#include <variant>

namespace quire::store {

void OwnKeyIndex::add(const records::ValueView& value, RowRef row) {
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    strings_[*text].push_back(row);
  } else if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    numbers_[*number].push_back(row);
  }
}

const std::vector<RowRef>& OwnKeyIndex::rows_of(const records::ValueView& value) const {
  static const std::vector<RowRef> none;
  const auto rows_in = [](const auto& map, const auto& key) -> const std::vector<RowRef>& {
    const auto found = map.find(key);
    return found == map.end() ? none : found->second;
  };
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    return rows_in(strings_, *text);
  }
  const auto* const number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? rows_in(numbers_, *number) : none;
}

}  // namespace quire::store
