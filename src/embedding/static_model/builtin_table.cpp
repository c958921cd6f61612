#include "embedding/static_model/builtin_table.hpp"

#include <string_view>

#include "base/assert.hpp"

extern "C" {
extern const char kQuireBuiltinTable[];     // NOLINT(*-avoid-c-arrays): symbols of builtin_table.S.
extern const char kQuireBuiltinTableEnd[];  // NOLINT(*-avoid-c-arrays)
}

namespace quire::embedding {

WordTable builtin_table() {
  const std::string_view bytes(
      kQuireBuiltinTable, static_cast<std::size_t>(kQuireBuiltinTableEnd - kQuireBuiltinTable));
  const auto table = WordTable::open(bytes);
  QUIRE_ASSERT(table);
  return *table;
}

}  // namespace quire::embedding
