#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "base/checksum.hpp"
#include "base/verified_bytes.hpp"
#include "store/checkpoint/cache_file.hpp"
#include "store/records/record_table.hpp"

namespace {

using namespace quire;

/// With the hash that belongs to it: else nothing behind the first check would ever be reached.
std::string rehashed(std::string_view input) {
  std::string bytes(input);
  if (bytes.size() >= sizeof(std::uint64_t)) {
    const std::size_t end = bytes.size() - sizeof(std::uint64_t);
    const std::uint64_t hash = base::checksum(std::string_view(bytes).substr(0, end));
    std::memcpy(bytes.data() + end, &hash, sizeof hash);
  }
  return bytes;
}

/// Asks for everything that a table over these columns has.
void read_all(std::string_view columns) {
  static const std::string text(4096, '{');
  const base::VerifiedBytes bytes("metadata.json", text);
  const auto table = records::RecordTable::over(columns, bytes);
  if (!table) {
    return;
  }
  for (std::size_t row = 0; row < table->size(); ++row) {
    table->chunk(row);
    table->extra(row, "note");
    for (const records::Member member :
         {records::Member::file_path, records::Member::symbol_name, records::Member::symbol_kind,
          records::Member::package_name, records::Member::language}) {
      table->strings(member).at(row);
    }
    if (table->row_of(table->keys()[row]) != row) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes = rehashed({reinterpret_cast<const char*>(data), size});
  if (const auto cache = checkpoint::read_cache(bytes)) {
    read_all(cache->columns);
  }
  read_all(bytes);
  return 0;
}
