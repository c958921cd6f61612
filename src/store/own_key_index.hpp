#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/records/own_values.hpp"
#include "store/revision.hpp"

namespace quire::store {

/// Which rows ever had a value in one own field, a string or i64: what a row has in a view is the
/// caller's to look at. Refers to the strings that it was given. For the writer alone.
class OwnKeyIndex {
 public:
  /// How far the journal's rows and revisions were added.
  std::size_t delta_rows = 0;
  std::size_t revisions = 0;
  bool has_image = false;

  void add(const records::ValueView& value, RowRef row);
  const std::vector<RowRef>& rows_of(const records::ValueView& value) const;

 private:
  std::unordered_map<std::string_view, std::vector<RowRef>> strings_;
  std::unordered_map<std::int64_t, std::vector<RowRef>> numbers_;
};

}  // namespace quire::store
