#include "store/vectors/usearch_file.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "store/vectors/distance.hpp"
#include "store/vectors/hnsw_graph.hpp"
#include "support/random_vectors.hpp"
#include "support/usearch_index.hpp"

namespace quire::vectors {
namespace {

constexpr std::uint32_t kDimensions = 5;
constexpr VectorFormat kFormat{kDimensions, Metric::cosine, Scalar::bf16};

/// A small file with 60 rows, 3 of them removed, and more than one level.
std::string small_file(const VectorFormat& format = kFormat) {
  support::RandomVectors random(format.dimensions, 5);
  support::UsearchIndex index(format, {.connectivity = 3, .expansion_add = 16}, 60);
  for (std::uint64_t key = 0; key < 60; ++key) {
    std::string stored;
    EXPECT_TRUE(encode_vector(format, random.next(), stored).has_value());
    index.add(100 - key, stored);
  }
  for (const std::uint64_t key : {100U, 70U, 41U}) {
    index.remove(key);
  }
  return index.saved();
}

std::size_t head_of(const std::string& file) {
  return file.find("usearch");
}

std::size_t graph_of(const std::string& file) {
  return head_of(file) + 64;
}

template <class T>
std::string with(std::string file, std::size_t offset, T value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
  return file;
}

/// Walks whatever the graph's reader takes: for a sanitizer to see.
void search(std::string_view content) {
  if (const auto graph = HnswGraph::open(content)) {
    const std::string query(sizeof(float) * kMaxDimensions, '\1');
    const std::vector<std::uint64_t> all(graph->slots() / 64 + 1, UINT64_MAX >> 4U);
    WalkCounts counts;
    EXPECT_LE(graph->search(query.data(), 20, counts).size(), 20U);
    EXPECT_LE(graph->search_matching(query.data(), 20, all, 60, counts).size(), 20U);
  }
}

Error error_of(const std::string& file) {
  const auto result = UsearchFile::read(file);
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? Error{} : result.error();
}

TEST(UsearchFile, ReadsWhatTheIndexWrote) {
  const std::string bytes = small_file();
  const auto file = UsearchFile::read(bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->dimensions(), kDimensions);
  EXPECT_EQ(file->metric(), Metric::cosine);
  EXPECT_EQ(file->scalar(), FileScalar::bf16);
  EXPECT_EQ(file->version(), "2.26.2");
  EXPECT_EQ(file->slots(), 60U);
  ASSERT_EQ(file->entries().size(), 57U);
  support::RandomVectors random(kDimensions, 5);
  std::vector<std::string> expected(60);
  for (std::string& stored : expected) {
    ASSERT_TRUE(encode_vector(kFormat, random.next(), stored).has_value());
  }
  std::uint64_t previous = 0;
  for (const UsearchFile::Entry& entry : file->entries()) {
    EXPECT_LT(previous, entry.key);
    previous = entry.key;
    const std::string& stored = expected[100 - entry.key];
    EXPECT_EQ(std::string_view(file->vector(entry.slot), stored.size()), stored);
    std::vector<float> numbers(kDimensions);
    decode_vector(kFormat, stored.data(), numbers);
    EXPECT_EQ(file->numbers(entry.slot), numbers);
  }
}

TEST(UsearchFile, ReadsEveryFormatThatAnIndexWrites) {
  const VectorFormat formats[] = {{7, Metric::squared_l2, Scalar::f32},
                                  {9, Metric::inner_product, Scalar::i8}};
  const FileScalar scalars[] = {FileScalar::f32, FileScalar::i8};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string bytes = small_file(formats[i]);
    const auto file = UsearchFile::read(bytes);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_EQ(file->metric(), formats[i].metric);
    EXPECT_EQ(file->scalar(), scalars[i]);
    EXPECT_EQ(file->numbers(0).size(), formats[i].dimensions);
  }
}

TEST(UsearchFile, RefusesEveryTruncation) {
  const std::string bytes = small_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of exactly this size, for a sanitizer to see a byte too far.
    const std::vector<char> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto file = UsearchFile::read({part.data(), part.size()});
    ASSERT_FALSE(file.has_value()) << size;
    EXPECT_EQ(file.error().code, ErrorCode::store_index) << file.error().message;
    EXPECT_NE(file.error().message.find("byte "), std::string::npos) << file.error().message;
  }
}

TEST(UsearchFile, RefusesBytesBehindTheLastNode) {
  EXPECT_NE(error_of(small_file() + "x").message.find("follow"), std::string::npos);
}

// There is no checksum in the format, so a flipped bit may well give another usable file. What is
// promised is that reading it, and searching what was accepted, touches no byte outside.
TEST(UsearchFile, EveryFlippedBitIsRefusedOrGivesAFileThatIsSafeToSearch) {
  const std::string bytes = small_file();
  std::vector<char> flipped(bytes.begin(), bytes.end());
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const char mask = static_cast<char>(1U << (bit % 8));
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ mask);
    const std::string_view content(flipped.data(), flipped.size());
    if (const auto file = UsearchFile::read(content); file.has_value()) {
      ++accepted;
      for (const UsearchFile::Entry& entry : file->entries()) {
        EXPECT_EQ(file->numbers(entry.slot).size(), file->dimensions());
      }
      search(content);
    }
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ mask);
  }
  EXPECT_LT(accepted, bytes.size() * 8);
}

TEST(UsearchFile, SeveralDamagedBytesAreSafeToo) {
  const std::string bytes = small_file();
  std::mt19937 random(1);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<char> damaged(bytes.begin(), bytes.end());
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      const std::size_t from = random() % 2 == 0 ? head_of(bytes) : 0;
      damaged[from + random() % (bytes.size() - from)] = static_cast<char>(random());
    }
    const std::string_view content(damaged.data(), damaged.size());
    if (UsearchFile::read(content).has_value()) {
      search(content);
    }
  }
}

TEST(UsearchFile, RefusesSizesThatWouldOverflow) {
  const std::string bytes = small_file();
  EXPECT_EQ(error_of(with(bytes, 0, UINT32_MAX)).code, ErrorCode::store_index);
  EXPECT_EQ(error_of(with(with(bytes, 0, UINT32_MAX), 4, UINT32_MAX)).code, ErrorCode::store_index);
  for (const std::size_t field : {0U, 8U, 16U, 24U, 32U}) {
    for (const std::uint64_t value : {UINT64_MAX, UINT64_MAX / 4, std::uint64_t{1} << 62U}) {
      EXPECT_EQ(error_of(with(bytes, graph_of(bytes) + field, value)).code, ErrorCode::store_index);
    }
  }
}

TEST(UsearchFile, RefusesAnEntryThatIsNoSlotOrNotAtTheTop) {
  const std::string bytes = small_file();
  EXPECT_NE(error_of(with(bytes, graph_of(bytes) + 32, std::uint64_t{60})).message.find("entry"),
            std::string::npos);
  EXPECT_NE(error_of(with(bytes, graph_of(bytes) + 24, std::uint64_t{30})).message.find("entry"),
            std::string::npos);
}

TEST(UsearchFile, RefusesNeighboursThatAreNotThere) {
  const std::string bytes = small_file();
  const std::size_t first_list = graph_of(bytes) + 40 + 60 * 2 + 10;
  EXPECT_NE(error_of(with(bytes, first_list + 4, std::uint32_t{60})).message.find("neighbour 60"),
            std::string::npos);
  EXPECT_NE(error_of(with(bytes, first_list, std::uint32_t{7})).message.find("7 neighbours"),
            std::string::npos);
}

TEST(UsearchFile, RefusesAKeyThatIsThereTwice) {
  const std::string bytes = small_file();
  const std::size_t first_node = graph_of(bytes) + 40 + 60 * 2;
  // Slot 0 was key 100 and is removed; key 99 lives in slot 1.
  const std::string twice = with(bytes, first_node, std::uint64_t{99});
  EXPECT_NE(error_of(twice).message.find("key 99 is there twice"), std::string::npos)
      << error_of(twice).message;
}

TEST(UsearchFile, RefusesAHeadThatCountsWrong) {
  const std::string bytes = small_file();
  EXPECT_NE(error_of(with(bytes, head_of(bytes) + 17, std::uint64_t{58})).message.find("counts"),
            std::string::npos);
}

TEST(UsearchFile, RefusesWhatNoStoreCouldHold) {
  const std::string bytes = small_file();
  const std::size_t head = head_of(bytes);
  const auto refuses = [&](std::size_t offset, auto value, std::string_view word) {
    const Error error = error_of(with(bytes, head + offset, value));
    EXPECT_EQ(error.code, ErrorCode::incompatible) << error.message;
    EXPECT_NE(error.message.find(word), std::string::npos) << error.message;
  };
  refuses(7, std::uint16_t{3}, "major version: found 3, expected 2");
  refuses(13, 'b', "metric");
  refuses(14, std::uint8_t{1}, "type code 1");
  refuses(15, std::uint8_t{15}, "keys");
  refuses(16, std::uint8_t{14}, "slots");
  refuses(33, std::uint64_t{0}, "0 dimensions");
  refuses(33, std::uint64_t{1} << 40U, "dimensions");
  refuses(41, std::uint8_t{1}, "several vectors");
}

TEST(UsearchFile, RefusesForeignBytes) {
  EXPECT_EQ(error_of("").code, ErrorCode::store_index);
  EXPECT_EQ(error_of("{\"chunks\":{}}").code, ErrorCode::store_index);
  EXPECT_EQ(error_of(std::string(1000, '\0')).code, ErrorCode::store_index);
  EXPECT_EQ(error_of(std::string(1000, '\xff')).code, ErrorCode::store_index);
}

TEST(UsearchFile, ConvertsNumbersThatAStoreNeverWrites) {
  // One row of one dimension, f16 1.5, without neighbours, by hand.
  std::string file;
  const auto put = [&](auto value) {
    file.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const auto one_row = [&](std::uint8_t code, auto number) {
    file.clear();
    put(std::uint32_t{1});
    put(static_cast<std::uint32_t>(sizeof number));
    put(number);
    file += "usearch";
    for (const int version : {2, 12, 0}) {
      put(static_cast<std::uint16_t>(version));
    }
    for (const std::uint8_t kind : {std::uint8_t{'e'}, code, std::uint8_t{14}, std::uint8_t{15}}) {
      put(kind);
    }
    for (const std::uint64_t value : {1U, 0U, 1U}) {
      put(value);
    }
    file.append(64 - 41, '\0');
    for (const std::uint64_t value : {1U, 2U, 4U, 0U, 0U}) {
      put(value);
    }
    put(std::int16_t{0});
    put(std::uint64_t{77});
    put(std::int16_t{0});
    file.append(4 + 4 * 4, '\0');
    const auto read = UsearchFile::read(file);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->entries()[0].key, 77U);
    return read->numbers(0)[0];
  };
  EXPECT_EQ(one_row(12, std::uint16_t{0x3e00}), 1.5F);
  EXPECT_EQ(one_row(12, std::uint16_t{0xc000}), -2.0F);
  EXPECT_EQ(one_row(12, std::uint16_t{0x0001}), 0x1p-24F);
  EXPECT_EQ(one_row(10, -2.25), -2.25F);
  EXPECT_EQ(one_row(11, 0.1F), 0.1F);
  EXPECT_EQ(one_row(4, std::uint16_t{0x3fc0}), 1.5F);
}

}  // namespace
}  // namespace quire::vectors
