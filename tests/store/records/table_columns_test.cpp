#include "store/records/table_columns.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "base/verified_bytes.hpp"
#include "store/records/metadata_text.hpp"
#include "support/random_chunks.hpp"

namespace quire::records {
namespace {

Chunks random_chunks(std::uint32_t seed, std::size_t count) {
  support::RandomChunks random(seed);
  Chunks chunks;
  for (std::uint64_t key = 0; chunks.size() < count; key += 1 + random.below(3)) {
    chunks.emplace(key, random.next());
  }
  return chunks;
}

TEST(TableColumns, ATableOverThemIsTheSameTable) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Chunks chunks = random_chunks(seed, 1 + seed * 7);
    FileHeader header = a_header(10'000);
    header.attributes = {{"a", "1"}, {"b", std::string("\0\xFF", 2)}};
    const std::string text = written(header, chunks);
    const RecordTable read = RecordTable::read(text).value();
    const base::VerifiedBytes bytes("metadata.json", text);
    const RecordTable table = RecordTable::over(read.columns(), bytes).value();
    ASSERT_EQ(table.size(), chunks.size());
    EXPECT_EQ(table.header().uuid, header.uuid);
    EXPECT_EQ(table.header().lsn, header.lsn);
    EXPECT_EQ(table.header().next_key, header.next_key);
    EXPECT_EQ(table.header().format, header.format);
    EXPECT_EQ(table.header().attributes, header.attributes);
    for (const auto& [key, chunk] : chunks) {
      const std::size_t row = table.row_of(key).value();
      EXPECT_EQ(table.chunk(row), chunk);
      EXPECT_EQ(table.strings(Member::file_path).at(row), chunk.file_path);
      EXPECT_EQ(table.numbers(Member::end_line)[row], chunk.end_line);
    }
    EXPECT_EQ(table.columns(), read.columns());
  }
}

TEST(TableColumns, ChunksHaveWhatIsWantedOfThem) {
  const Chunks chunks = random_chunks(3, 40);
  const std::string text = written(a_header(10'000), chunks);
  const RecordTable table = RecordTable::read(text).value();
  for (std::size_t bits = 0; bits < kMemberSets; ++bits) {
    const MemberSet wanted = member_set(bits);
    const std::size_t row = bits % table.size();
    EXPECT_EQ(table.chunk(row, wanted), only(wanted, chunks.at(table.keys()[row]))) << bits;
  }
}

/// Whatever the bytes say, nothing outside of them is read: a table is refused, or can be asked
/// everything. (The address sanitizer watches.)
TEST(TableColumns, NoChangedByteReachesOutside) {
  const std::string text = written(a_header(100), random_chunks(5, 12));
  const RecordTable read = RecordTable::read(text).value();
  std::mt19937 random(9);
  std::size_t refused = 0;
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string columns(read.columns());
    const std::size_t at = random() % columns.size();
    columns[at] = static_cast<char>(random());
    if (i % 3 == 0) {
      columns.resize(random() % (columns.size() + 1));
    }
    const base::VerifiedBytes bytes("metadata.json", text);
    const auto table = RecordTable::over(columns, bytes);
    if (!table) {
      ++refused;
      continue;
    }
    ++accepted;
    for (std::size_t row = 0; row < table->size(); ++row) {
      table->chunk(row);
      table->strings(Member::symbol_name).at(row);
      ASSERT_EQ(table->row_of(table->keys()[row]), row);
    }
  }
  EXPECT_GT(refused, 5000U);
  EXPECT_GT(accepted, 1000U);
}

TEST(TableColumns, AnOffsetOfNoChunkIsDistrusted) {
  const std::string text = written(a_header(100), random_chunks(5, 12));
  const RecordTable read = RecordTable::read(text).value();
  FileHeader header;
  std::string columns(read.columns());
  const TableColumns decoded = decode_columns(columns, text.size(), header).value();
  const auto at = reinterpret_cast<const char*>(decoded.offsets.data()) - columns.data();
  const std::uint64_t wrong = decoded.offsets[0] + 1;
  std::memcpy(columns.data() + at, &wrong, sizeof wrong);
  const base::VerifiedBytes bytes("metadata.json", text);
  const RecordTable table = RecordTable::over(columns, bytes).value();
  table.chunk(1);
  EXPECT_TRUE(bytes.status());
  table.chunk(0);
  EXPECT_FALSE(bytes.status());
}

}  // namespace
}  // namespace quire::records
