#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/checksum.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/record_table.hpp"

namespace {

using namespace quire;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::string written(const records::RecordTable& table) {
  std::string text;
  records::MetadataWriter writer([&](std::string_view bytes) -> Status {
    text += bytes;
    return {};
  });
  records::FileHeader header = table.header();
  if (header.bare) {
    header.uuid.bytes.fill('u');
  }
  require(writer.begin(header).has_value());
  for (std::size_t row = 0; row < table.size(); ++row) {
    require(writer.add(table.keys()[row], table.chunk(row)).has_value());
  }
  require(writer.finish().has_value());
  return text;
}

/// Whatever is read can be written, and what is written is read as the same.
void read_metadata(std::string_view text) {
  const Result<records::RecordTable> table = records::RecordTable::read(text);
  if (!table.has_value()) {
    require(!table.error().message.empty());
    return;
  }
  const std::string first = written(*table);
  const Result<records::RecordTable> again = records::RecordTable::read(first);
  require(again.has_value());
  require(written(*again) == first);
  for (std::size_t row = 0; row < table->size(); ++row) {
    require(table->chunk(row) == again->chunk(row));
    require(table->content(row) == again->content(row));
    require(table->row_of(table->keys()[row]) == row);
  }
}

/// The same text with a closing line that is right, which no mutation would find.
void read_closed_metadata(std::string_view text) {
  const std::size_t end = text.rfind("\"checksum\"");
  std::string closed(text.substr(0, end));
  closed += "\"checksum\":\"xxh3:" + base::to_hex(base::checksum(closed)) + "\"}\n";
  read_metadata(closed);
}

void read_chunk(std::string_view bytes) {
  if (const Result<ChunkMeta> meta = records::decode_chunk(bytes)) {
    std::string again;
    records::encode_chunk(*meta, again);
    require(again == bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_metadata(bytes);
  read_closed_metadata(bytes);
  read_chunk(bytes);
  return 0;
}
