#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quire::records {

/// A chunk in its journal bytes, to which it refers.
struct ChunkView {
  std::string_view file_path;
  std::int64_t chunk_id = 0;
  std::string_view content;
  std::optional<std::string_view> symbol_name;
  std::optional<std::string_view> symbol_kind;
  std::optional<std::string_view> package_name;
  std::string_view language;
  std::int64_t start_line = 0;
  std::int64_t end_line = 0;
  std::int64_t last_modified = 0;
  std::string_view extra_fields;  ///< From their number on.
  std::string_view own_fields;    ///< Likewise (own_values.hpp); empty: none.

  std::optional<std::string_view> extra(std::string_view name) const;
};

}  // namespace quire::records
