#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "base/checksum.hpp"
#include "base/files.hpp"
#include "store/store_lock.hpp"
#include "store/vectors/distance.hpp"
#include "support/chunks.hpp"
#include "support/temp_dir.hpp"
#include "support/usearch_index.hpp"

namespace quire {
namespace {

using support::make_vector;

/// A pair as the original design wrote it: a bare usearch file and a bare JSON object.
class ImportedPair : public testing::Test {
 protected:
  static constexpr std::uint32_t kDimensions = 8;

  void SetUp() override {
    std::filesystem::create_directories(folder_);
    write_index(20);
    write_metadata(20);
  }

  void write_index(std::uint64_t rows,
                   const VectorFormat& format = {kDimensions, Metric::cosine, Scalar::f32}) const {
    support::UsearchIndex index(format, {}, rows);
    for (std::uint64_t key = 0; key < rows; ++key) {
      std::string stored;
      ASSERT_TRUE(vectors::encode_vector(
          format, make_vector(kDimensions, static_cast<std::int64_t>(key)), stored));
      index.add(key, stored);
    }
    std::ofstream(folder_ / "index.usearch", std::ios::binary) << index.saved();
  }

  void write_metadata(int rows) const {
    std::ofstream out(folder_ / "metadata.json");
    out << "{\n  \"next_key\": 25,\n  \"chunks\": {";
    for (int key = 0; key < rows; ++key) {
      out << (key == 0 ? "\n" : ",\n") << "    \"" << key
          << R"(": {"file_path": "src/a.rs", "chunk_id": )" << key
          << R"(, "content": "fn f() {}", "symbol_name": null, "symbol_kind": null,)"
          << R"( "package_name": null, "language": "rust", "start_line": 1, "end_line": 2,)"
          << R"( "last_modified": 5})";
    }
    out << "\n  }\n}\n";
  }

  static std::string bytes_of(const std::filesystem::path& file) {
    std::stringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      out.push_back(entry.path().filename().string());
    }
    std::ranges::sort(out);
    return out;
  }

  support::TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "db";
};

TEST_F(ImportedPair, OpensAsAStoreAndOpeningWritesNothing) {
  const std::string index = bytes_of(folder_ / "index.usearch");
  {
    const VectorStore store = VectorStore::open(folder_).value();
    EXPECT_TRUE(store.info().imported);
    EXPECT_EQ(store.chunk_count(), 20U);
    EXPECT_EQ(store.info().next_key, 25U);
    const auto hits = store.search(make_vector(kDimensions, 7), 3);
    ASSERT_TRUE(hits);
    EXPECT_EQ((*hits)[0].key.value, 7U);
    EXPECT_EQ((*hits)[0].meta.language, "rust");
    EXPECT_EQ((*hits)[0].meta.symbol_name, std::nullopt);
  }
  EXPECT_EQ(bytes_of(folder_ / "index.usearch"), index);
  EXPECT_EQ(names(), (std::vector<std::string>{"index.usearch", "metadata.json"}));
}

TEST_F(ImportedPair, BecomesAStoreAtItsFirstWrite) {
  {
    VectorStore store = VectorStore::open(folder_).value();
    const auto commit = store.insert({support::make_row("new.go", 40)});
    ASSERT_TRUE(commit) << commit.error().message;
    EXPECT_EQ(commit->inserted[0].value, 25U);
    EXPECT_FALSE(store.info().imported);
    EXPECT_NE(store.info().uuid, "");
  }
  const VectorStore store = VectorStore::open(folder_).value();
  EXPECT_FALSE(store.info().imported);
  EXPECT_EQ(store.chunk_count(), 21U);
  EXPECT_EQ(store.search(make_vector(kDimensions, 7), 1).value()[0].key.value, 7U);
  EXPECT_EQ(names(), (std::vector<std::string>{"LOCK", "cache", "index.usearch",
                                               "journal-00000001.log", "metadata.json"}));
}

TEST_F(ImportedPair, WithKeysThatDisagreeIsReportedWithBothCounts) {
  write_metadata(19);
  const auto store = VectorStore::open(folder_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
  EXPECT_NE(store.error().message.find("20 vectors"), std::string::npos) << store.error().message;
  EXPECT_NE(store.error().message.find("19 chunks"), std::string::npos) << store.error().message;
}

TEST_F(ImportedPair, TornOrMissingFilesAreReported) {
  const std::string index = bytes_of(folder_ / "index.usearch");
  const std::string metadata = bytes_of(folder_ / "metadata.json");
  const auto write = [&](const char* name, std::string_view bytes) {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  };
  for (std::size_t size = 0; size < index.size(); size += 37) {
    write("index.usearch", std::string_view(index).substr(0, size));
    EXPECT_FALSE(VectorStore::open(folder_)) << size;
  }
  write("index.usearch", index);
  for (std::size_t size = 0; size + 4 < metadata.size(); size += 11) {
    write("metadata.json", std::string_view(metadata).substr(0, size));
    EXPECT_FALSE(VectorStore::open(folder_)) << size;
  }
  std::filesystem::remove(folder_ / "metadata.json");
  EXPECT_FALSE(VectorStore::open(folder_));
  write("metadata.json", metadata);
  EXPECT_TRUE(VectorStore::open(folder_));
  std::filesystem::remove(folder_ / "index.usearch");
  EXPECT_FALSE(VectorStore::open(folder_));
}

TEST_F(ImportedPair, KeepsTheNumbersOfItsFile) {
  for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
    for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
      if (metric != Metric::squared_l2 || scalar != Scalar::i8) {
        const VectorFormat format{kDimensions, metric, scalar};
        write_index(20, format);
        const VectorStore store = VectorStore::open(folder_).value();
        EXPECT_EQ(store.info().format, format);
        EXPECT_EQ(store.search(make_vector(kDimensions, 7), 1).value()[0].key.value, 7U);
      }
    }
  }
}

TEST_F(ImportedPair, AVectorThatNoStoreTakesIsNamedByItsKey) {
  std::string index = bytes_of(folder_ / "index.usearch");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::size_t of_key_3 =
      8 + 3 * kDimensions * sizeof(float);  // Slots are as they were added.
  std::memcpy(index.data() + of_key_3, &nan, sizeof nan);
  dir_.write("db/index.usearch", index);
  const auto store = VectorStore::open(folder_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
  EXPECT_NE(store.error().message.find("vector of key 3: "), std::string::npos)
      << store.error().message;
}

TEST_F(ImportedPair, AJournalBesideItIsNobodys) {
  dir_.write("db/journal-00000001.log", "");
  const auto store = VectorStore::open(folder_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
  EXPECT_NE(store.error().message.find("journal-00000001.log lies beside a pair without footers"),
            std::string::npos)
      << store.error().message;
}

TEST_F(ImportedPair, IsNotConvertedWhileAReaderOpensIt) {
  const auto files = base::posix_file_system();
  const std::string index = bytes_of(folder_ / "index.usearch");
  dir_.write("db/LOCK", "");
  VectorStore store = VectorStore::open(folder_).value();
  {
    const auto reader = store::SharedSwapLock::acquire(*files, folder_.string());
    ASSERT_TRUE(reader);
    const auto refused = store.insert({support::make_row("new.go", 40)});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_NE(refused.error().message.find("a reader is opening it"), std::string::npos);
    EXPECT_EQ(bytes_of(folder_ / "index.usearch"), index);
  }
  EXPECT_TRUE(store.insert({support::make_row("new.go", 40)}));
  EXPECT_EQ(VectorStore::open(folder_).value().chunk_count(), 21U);
}

TEST_F(ImportedPair, HalfConvertedPairsOpenLikeWholeOnes) {
  std::filesystem::create_directories(dir_.path() / "converted");
  for (const char* name : {"index.usearch", "metadata.json"}) {
    std::filesystem::copy(folder_ / name, dir_.path() / "converted" / name);
  }
  {
    VectorStore store = VectorStore::open(dir_.path() / "converted").value();
    ASSERT_TRUE(store.insert({support::make_row("new.go", 40)}));
  }
  for (const char* name : {"index.usearch", "metadata.json"}) {
    const std::filesystem::path mixed = dir_.path() / (std::string("mixed-") + name);
    std::filesystem::create_directories(mixed);
    for (const char* file : {"index.usearch", "metadata.json"}) {
      std::filesystem::copy(
          (file == std::string(name) ? dir_.path() / "converted" : folder_) / file, mixed / file);
      std::filesystem::copy(folder_ / file, mixed / (std::string(file) + ".orig"));
    }
    auto store = VectorStore::open(mixed);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ(store->chunk_count(), 20U);
    EXPECT_EQ(store->search(make_vector(kDimensions, 3), 1).value()[0].key.value, 3U);
    ASSERT_TRUE(store->insert({support::make_row("new.go", 41)}));
    EXPECT_EQ(VectorStore::open(mixed).value().chunk_count(), 21U);
  }
}

TEST_F(ImportedPair, AStoreWhoseIndexLostItsFooterIsNoImport) {
  {
    VectorStore store = VectorStore::open(folder_).value();
    ASSERT_TRUE(store.insert({support::make_row("new.go", 40)}));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".log") {
      std::filesystem::remove(entry.path());
    }
  }
  ASSERT_TRUE(VectorStore::open(folder_));
  const std::filesystem::path index = folder_ / "index.usearch";
  std::filesystem::resize_file(index, std::filesystem::file_size(index) - 64);
  const auto store = VectorStore::open(folder_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
}

TEST(ForeignFiles, ASwappedInFileOfAnotherStoreIsReported) {
  const support::TempDir dir;
  for (const char* name : {"one", "two"}) {
    VectorStore store = VectorStore::open(dir.path() / name).value();
    ASSERT_TRUE(store.insert(support::make_rows("a", 0, 5)));
    ASSERT_TRUE(store.checkpoint());
    ASSERT_TRUE(store.insert(support::make_rows("b", 5, 1)));
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir.path() / "two")) {
    const std::string name = entry.path().filename().string();
    if (name == "LOCK" || name == "cache") {
      continue;
    }
    std::filesystem::remove_all(dir.path() / "mix");
    std::filesystem::copy(dir.path() / "one", dir.path() / "mix",
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(entry.path(), dir.path() / "mix" / name,
                          std::filesystem::copy_options::overwrite_existing);
    const auto store = VectorStore::open(dir.path() / "mix");
    ASSERT_FALSE(store) << name;
    EXPECT_EQ(store.error().code, ErrorCode::corrupt) << store.error().message;
  }
}

TEST(ForeignFiles, AnotherFormatInMetadataThanInTheIndexIsReported) {
  const support::TempDir dir;
  const std::filesystem::path folder = dir.path() / "db";
  {
    VectorStore store = VectorStore::open(folder).value();
    ASSERT_TRUE(store.insert(support::make_rows("a", 0, 5)));
    ASSERT_TRUE(store.checkpoint());
  }
  std::filesystem::remove_all(folder / "cache");
  std::stringstream text;
  text << std::ifstream(folder / "metadata.json", std::ios::binary).rdbuf();
  std::string body = text.str();
  body.resize(body.find("\"checksum\""));
  const std::size_t at = body.find("\"bf16\"");
  ASSERT_NE(at, std::string::npos);
  body.replace(at, 6, "\"f32\"");
  dir.write("db/metadata.json",
            body + "\"checksum\":\"xxh3:" + base::to_hex(base::checksum(body)) + "\"}\n");
  const auto store = VectorStore::open(folder);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::corrupt);
  EXPECT_NE(store.error().message.find("index.usearch: holds vectors of 8 dimensions (bf16), "
                                       "metadata.json declares 8 (f32)"),
            std::string::npos)
      << store.error().message;
}

TEST(ForeignFiles, ANewerFormatIsRefusedWithBothNumbers) {
  const support::TempDir dir;
  std::filesystem::create_directories(dir.path() / "db");
  const std::string body =
      R"({"format":3,"uuid":"00112233445566778899aabbccddeeff","lsn":1,"next_key":0,"chunks":{},)";
  std::ofstream(dir.path() / "db" / "metadata.json")
      << body << R"("checksum":"xxh3:)" << base::to_hex(base::checksum(body)) << "\"}\n";
  const auto store = VectorStore::open(dir.path() / "db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::incompatible) << store.error().message;
  EXPECT_NE(store.error().message.find('3'), std::string::npos);
}

}  // namespace
}  // namespace quire
