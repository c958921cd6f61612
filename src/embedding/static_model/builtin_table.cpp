#include "embedding/static_model/builtin_table.hpp"

#include <string_view>

#include "base/assert.hpp"

extern "C" {
extern const char quire_builtin_table[];  // NOLINT(*-avoid-c-arrays): symbols of builtin_table.S.
extern const char quire_builtin_table_end[];  // NOLINT(*-avoid-c-arrays)
}

namespace quire::embedding {

WordTable builtin_table() {
  const std::string_view bytes(
      quire_builtin_table, static_cast<std::size_t>(quire_builtin_table_end - quire_builtin_table));
  const auto table = WordTable::open(bytes);
  QUIRE_ASSERT(table);
  return *table;
}

}  // namespace quire::embedding
