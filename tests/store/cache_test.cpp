#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

// What a store answers with its cache, without it, and with one that is damaged or not its own.

namespace quire {
namespace {

using support::by_hand;
using support::expect;
using support::make_rows;
using support::make_vector;

constexpr std::size_t kDimensions = 8;
constexpr std::int64_t kRows = 3000;

std::string read(const std::filesystem::path& file) {
  std::stringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

class Cache : public testing::Test {
 protected:
  void SetUp() override {
    VectorStore store = open();
    for (std::int64_t first = 0; first < kRows; first += 10) {
      ASSERT_TRUE(
          store.insert(make_rows("src/" + std::to_string(first) + ".cpp", first, 10, kDimensions)));
    }
    WriteBatch batch;
    batch.set_attribute("root", "/x");
    ASSERT_TRUE(store.apply(batch));
    ASSERT_TRUE(store.checkpoint());
    lsn_ = store.lsn();
    ASSERT_TRUE(store.replace_file("src/50.cpp", make_rows("src/50.cpp", kRows, 3, kDimensions)));
    ASSERT_TRUE(store.close());
  }

  VectorStore open(const StoreOptions& options = by_hand()) const {
    auto store = VectorStore::open(folder_, options);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  std::filesystem::path cache() const {
    return folder_ / "cache" / ("checkpoint-" + std::to_string(lsn_));
  }

  void flip(const std::string& name, std::size_t byte) const {
    std::string bytes = read(folder_ / name);
    bytes[byte] = static_cast<char>(bytes[byte] ^ 16);
    write(folder_ / name, bytes);
  }

  /// Everything that can be asked, as text.
  static std::string answers(const VectorStore& store) {
    std::stringstream out;
    for (const char* filter : {"", "language = 'go'", "file_path LIKE 'src/1%'",
                               "extra.signature = 'f(7)'", "content LIKE 'line 2%'"}) {
      const Filter parsed = *filter == '\0' ? Filter() : Filter::parse(filter).value();
      for (const Neighbor& hit : expect(store.search(make_vector(kDimensions, 77), 20, parsed))) {
        out << hit.key.value << " " << hit.distance << " " << hit.meta.content << "\n";
      }
      for (const StoredChunk& row : expect(store.query(parsed, {}, SIZE_MAX))) {
        out << row.key.value << " " << row.meta.file_path << " " << row.meta.start_line << "\n";
      }
    }
    for (const StoredChunk& hit : expect(store.find_by_symbol("symbol_29", "class", 50))) {
      out << hit.key.value << " " << *hit.meta.symbol_name << "\n";
    }
    for (const FileSummary& file : expect(store.list_files({}))) {
      out << file.file_path << " " << file.chunks << "\n";
    }
    for (const auto& [name, value] : store.attributes("")) {
      out << name << "=" << value << "\n";
    }
    return out.str();
  }

  support::TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "db";
  std::uint64_t lsn_ = 0;
};

TEST_F(Cache, AnswersAreTheSameWithoutIt) {
  ASSERT_TRUE(std::filesystem::exists(cache()));
  const std::string with = answers(open());
  EXPECT_GT(with.size(), 10'000U);
  std::filesystem::remove_all(folder_ / "cache");
  EXPECT_EQ(answers(open()), with);
}

TEST_F(Cache, OneThatIsDamagedOrCutIsIgnored) {
  const std::string sound = read(cache());
  const std::string expected = answers(open());
  for (std::size_t i = 0; i < 40; ++i) {
    std::string bytes = sound;
    const std::size_t at = i * (sound.size() - 1) / 39;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write(cache(), bytes);
    ASSERT_EQ(answers(open()), expected) << at;
    write(cache(), sound.substr(0, at));
    ASSERT_EQ(answers(open()), expected) << at;
  }
}

TEST_F(Cache, OneOfAnotherStoreIsIgnored) {
  const std::string expected = answers(open());
  {
    VectorStore other = VectorStore::open(dir_.path() / "other", by_hand()).value();
    for (std::uint64_t i = 0; i < lsn_; ++i) {
      ASSERT_TRUE(other.insert(make_rows("other", 0, 1, kDimensions)));
    }
    ASSERT_TRUE(other.checkpoint());
    ASSERT_TRUE(other.close());
  }
  write(cache(), read(dir_.path() / "other" / "cache" / cache().filename()));
  EXPECT_EQ(answers(open()), expected);
}

TEST_F(Cache, OnlyTheLastCheckpointsIsKept) {
  VectorStore store = open();
  ASSERT_TRUE(store.checkpoint());
  EXPECT_FALSE(std::filesystem::exists(cache()));
  lsn_ = store.lsn();
  EXPECT_TRUE(std::filesystem::exists(cache()));
}

TEST_F(Cache, AMissingOneIsDueAndWrittenByTheNextCheckpoint) {
  {
    VectorStore store = open();
    ASSERT_TRUE(store.checkpoint());
    lsn_ = store.lsn();
    ASSERT_TRUE(store.close());
  }
  const std::string sound = read(cache());
  EXPECT_FALSE(open().checkpoint_due());
  std::filesystem::remove_all(folder_ / "cache");
  VectorStore store = open();
  EXPECT_TRUE(store.checkpoint_due());
  ASSERT_TRUE(store.checkpoint());
  EXPECT_FALSE(store.checkpoint_due());
  EXPECT_EQ(read(cache()), sound);
}

TEST_F(Cache, OneThatCannotBeWrittenIsAWarningOnly) {
  std::filesystem::remove(cache());
  std::filesystem::create_directory(cache());
  VectorStore store = open();
  ASSERT_TRUE(store.checkpoint());
  EXPECT_NE(store.info().warning.find("cache: "), std::string::npos) << store.info().warning;
  EXPECT_EQ(answers(open()), answers(store));
}

TEST_F(Cache, ALinkInItsPlaceIsMovedAsideAndNotFollowed) {
  const std::filesystem::path outside = folder_ / "outside";
  std::filesystem::create_directory(outside);
  write(outside / "checkpoint-1", "somebody's");
  std::filesystem::remove_all(folder_ / "cache");
  std::filesystem::create_directory_symlink(outside, folder_ / "cache");
  VectorStore store = open();
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(store.info().warning, "");
  EXPECT_EQ(read(outside / "checkpoint-1"), "somebody's");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside), {}), 1);
  EXPECT_FALSE(std::filesystem::is_symlink(folder_ / "cache"));
}

TEST_F(Cache, AFileInItsPlaceIsMovedAside) {
  std::filesystem::remove_all(folder_ / "cache");
  write(folder_ / "cache", "a file");
  VectorStore store = open();
  ASSERT_TRUE(store.checkpoint());
  EXPECT_EQ(store.info().warning, "");
  lsn_ = store.lsn();
  EXPECT_TRUE(std::filesystem::exists(cache()));
  EXPECT_EQ(read(folder_ / "cache.damaged"), "a file");
}

TEST_F(Cache, DamageIsMetWhereItIsReadAndStays) {
  const std::string text = read(folder_ / "metadata.json");
  const std::size_t at = text.find("line 1234");
  flip("metadata.json", at + 6);
  VectorStore store = open();
  EXPECT_TRUE(store.get({10}));
  EXPECT_TRUE(store.search(make_vector(kDimensions, 3), 1));
  const auto damaged = store.get({1234});
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::corrupt);
  EXPECT_NE(
      damaged.error().message.find("metadata.json at byte " + std::to_string(at / 4096 * 4096)),
      std::string::npos)
      << damaged.error().message;
  EXPECT_FALSE(store.get({10})) << "a damaged store answers nothing more";
  EXPECT_FALSE(store.query({}, {}, 5));
  EXPECT_FALSE(store.delete_where(Filter::parse("content LIKE '%1%'").value()));
}

TEST_F(Cache, VerifyReadsWhatNobodyAskedFor) {
  EXPECT_TRUE(open().verify());
  const std::string text = read(folder_ / "metadata.json");
  flip("metadata.json", text.find("line 1234") + 6);
  const VectorStore store = open();
  const Status verified = store.verify();
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::corrupt);
}

TEST_F(Cache, ADamagedVectorIsNeverCompared) {
  flip("index.usearch", 8 + 1234 * 2 * kDimensions);
  const VectorStore store = open();
  EXPECT_FALSE(store.search(make_vector(kDimensions, 3), 1, {}, {.exact = true}));
  EXPECT_FALSE(store.vector({1234}));
}

TEST_F(Cache, ADamagedGraphIsNeverBelieved) {
  const std::size_t size = std::filesystem::file_size(folder_ / "index.usearch");
  for (std::size_t at = size - 64 - 1; at > size / 2; at -= 4096) {
    flip("index.usearch", at);
    const VectorStore store = open();
    for (std::int64_t number = 0; number < kRows; number += 10) {
      const auto hits = store.search(make_vector(kDimensions, number), 1, {}, {.expansion = 16});
      if (!hits) {
        EXPECT_EQ(hits.error().code, ErrorCode::corrupt);
        break;
      }
    }
    flip("index.usearch", at);
  }
}

TEST_F(Cache, AMergeVerifiesEverythingFirst) {
  const std::string text = read(folder_ / "metadata.json");
  flip("metadata.json", text.find("line 1234") + 6);
  VectorStore store = open();
  const Status made = store.checkpoint();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::corrupt);
  EXPECT_EQ(VectorStore::open(folder_, by_hand())->lsn(), lsn_ + 1);
}

}  // namespace
}  // namespace quire
