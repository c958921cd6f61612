#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <quire/filter.hpp>

#include "store/filters/evaluate.hpp"
#include "store/records/record_table.hpp"

namespace {

using namespace quire;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

ChunkMeta chunk(std::string path, std::int64_t line) {
  ChunkMeta meta;
  meta.file_path = std::move(path);
  meta.content = "caf\xc3\xa9 100% a_b '\n";
  meta.language = "go";
  meta.start_line = line;
  return meta;
}

std::vector<ChunkMeta> chunks() {
  std::vector<ChunkMeta> metas{chunk("src/a.go", 1), chunk("src/b.go", -7), chunk("", INT64_MAX)};
  metas[0].symbol_name = "main";
  metas[1].package_name = "";
  metas[1].extra = {{"note", "x"}, {"a b", ""}};
  return metas;
}

/// A table of chunks(), with the bytes that it refers to.
struct Table {
  std::vector<ChunkMeta> metas = chunks();
  std::string text;
  records::RecordTable records;

  Table() {
    records::MetadataWriter writer([&](std::string_view bytes) -> Status {
      text += bytes;
      return {};
    });
    records::FileHeader header;
    header.uuid.bytes.fill('u');
    header.next_key = metas.size();
    require(writer.begin(header).has_value());
    for (std::size_t key = 0; key < metas.size(); ++key) {
      require(writer.add(key, metas[key]).has_value());
    }
    require(writer.finish().has_value());
    records = records::RecordTable::read(text).value();
  }
};

}  // namespace

/// Whatever is parsed is valid, means the same as its own text, and is answered alike for one chunk
/// and for a table.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Table table;
  const Result<Filter> filter =
      Filter::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!filter.has_value()) {
    require(filter.error().code == ErrorCode::invalid_argument);
    return 0;
  }
  require(filter->validate().has_value());
  const Result<Filter> again = Filter::parse(filter->to_string());
  require(again.has_value() && *again == *filter);
  require(again->to_string() == filter->to_string());
  const filters::RowSet rows = filters::select(*filter, table.records);
  const filters::CompiledFilter compiled(*filter);
  for (std::size_t row = 0; row < table.metas.size(); ++row) {
    std::string bytes;
    records::encode_chunk(table.metas[row], bytes);
    const auto chunk = records::view_chunk(bytes);
    require(chunk.has_value() &&
            rows.contains(row) == compiled.accepts(*chunk, table.records.keys()[row]));
  }
  return 0;
}
