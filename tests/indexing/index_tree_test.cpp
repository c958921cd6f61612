#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/indexer.hpp>

#include "indexing/file_pipeline.hpp"
#include "source/known_file.hpp"
#include "support/temp_tree.hpp"

namespace quire {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

/// The hashing embedder, counting; and failing on a text with `poison` in it.
class CountingEmbedder : public Embedder {
 public:
  explicit CountingEmbedder(std::uint32_t dimensions = 32)
      : inner_(make_hashing_embedder(dimensions)) {}

  EmbedderIdentity identity() const override { return inner_->identity(); }
  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    embedded_ += texts.size();
    for (const std::string_view text : texts) {
      if (text.contains("poison")) {
        return fail(ErrorCode::unavailable, "the model is out");
      }
    }
    return inner_->embed_documents(texts, out);
  }
  Status embed_query(std::string_view text, std::span<float> out) const override {
    return inner_->embed_query(text, out);
  }

  std::size_t take_count() const { return embedded_.exchange(0); }

 private:
  std::unique_ptr<Embedder> inner_;
  mutable std::atomic<std::size_t> embedded_ = 0;
};

class IndexTree : public testing::Test {
 protected:
  IndexTree() { options.root = tree.path(); }

  /// Writes a file that is too old to be racy; the later in the test, the younger.
  void write(std::string_view name, std::string_view text) {
    tree.write(name, text);
    age(name, --next_age);
  }

  void age(std::string_view name, int minutes) const {
    fs::last_write_time(tree.path() / name,
                        fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  }

  IndexReport index(VectorStore& store) {
    Result<IndexReport> report = index_tree(store, embedder, options);
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
    return report.value_or(IndexReport{});
  }
  IndexReport index() { return index(main_store); }

  static Paths files(const VectorStore& store) {
    const std::vector<FileSummary> found = store.list_files().value();
    Paths out;
    for (const FileSummary& file : found) {
      out.push_back(file.file_path);
    }
    return out;
  }
  Paths files() const { return files(main_store); }

  std::string content(const std::string& path) const {
    const std::vector<StoredChunk> found = main_store.query(field("file_path") == path).value();
    std::string out;
    for (const StoredChunk& chunk : found) {
      out += chunk.meta.content;
    }
    return out;
  }

  bool knows(const std::string& path) const {
    return main_store.attribute(source::attribute_name(path)).has_value();
  }

  VectorStore reopened() {
    EXPECT_TRUE(main_store.close().has_value());
    return VectorStore::open(db.path()).value();
  }

  support::TempTree tree;
  support::TempTree db;
  CountingEmbedder embedder;
  IndexOptions options;
  VectorStore main_store = VectorStore::open(db.path()).value();
  int next_age = 1000;
};

TEST_F(IndexTree, TakesInANewTree) {
  write("src/a.cpp", "int main() {\n  return 0;\n}\n");
  write("src/b.py", "def f():\n    pass\n");
  write("empty", "");
  const auto before = std::chrono::system_clock::now();
  const IndexReport report = index();
  EXPECT_EQ(report.files, 3U);
  EXPECT_EQ(report.added, 3U);
  EXPECT_EQ(report.changed + report.removed + report.unchanged + report.chunks_removed, 0U);
  EXPECT_EQ(report.chunks_inserted, main_store.chunk_count());
  EXPECT_TRUE(report.skipped.empty());
  EXPECT_FALSE(report.interrupted);
  EXPECT_EQ(files(), (Paths{"src/a.cpp", "src/b.py"}));
  EXPECT_EQ(content("src/a.cpp"), "int main() {\n  return 0;\n}");
  EXPECT_EQ(embedder_of(main_store), embedder.identity());
  EXPECT_EQ(main_store.attribute("root"), fs::canonical(tree.path()).native());
  EXPECT_GE(last_sweep(main_store) + 1, std::chrono::system_clock::to_time_t(before));
}

TEST_F(IndexTree, AnswersAfterwards) {
  write("parse.cpp", "Config parseConfiguration(const std::string& text);\n");
  write("socket.cpp", "int openSocket(int port);\n");
  index();
  std::vector<float> query(32);
  ASSERT_TRUE(embedder.embed_query("parse the configuration", query).has_value());
  EXPECT_EQ(main_store.search(query, 1).value().at(0).meta.file_path, "parse.cpp");
}

TEST_F(IndexTree, TheFirstRunEndsInACheckpointThatLasts) {
  write("a.c", "int a;\n");
  index();
  EXPECT_EQ(main_store.info().journal_rows, 0U);
  const VectorStore store = reopened();
  EXPECT_EQ(files(store), (Paths{"a.c"}));
  EXPECT_EQ(embedder_of(store), embedder.identity());
}

TEST_F(IndexTree, AnUnchangedTreeCostsNoChange) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  index();
  embedder.take_count();
  const std::uint64_t lsn = main_store.lsn();
  const std::int64_t swept = last_sweep(main_store);
  const IndexReport report = index();
  EXPECT_EQ(report.unchanged, 2U);
  EXPECT_EQ(report.files, 2U);
  EXPECT_EQ(report.added + report.changed + report.removed + report.chunks_inserted, 0U);
  EXPECT_EQ(embedder.take_count(), 0U);
  EXPECT_EQ(main_store.lsn(), lsn + (last_sweep(main_store) == swept ? 0 : 1));
}

TEST_F(IndexTree, OnlyThePathsThatAreNamedAreBroughtUpToDate) {
  write("src/a.c", "int old_a;\n");
  write("src/gone.c", "int gone;\n");
  write("src2/b.c", "int old_b;\n");
  write("c.c", "int old_c;\n");
  index();
  const std::int64_t swept = last_sweep(main_store);
  write("src/a.c", "int new_a;\n");
  write("src/new.c", "int brand_new;\n");
  write("src2/b.c", "int new_b;\n");
  write("c.c", "int new_c;\n");
  fs::remove(tree.path() / "src/gone.c");
  options.paths = {"src", "c.c"};
  const IndexReport report = index();
  EXPECT_EQ(report.changed, 2U);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(content("src/a.c") + content("src/new.c"), "int new_a;int brand_new;");
  EXPECT_EQ(content("src2/b.c") + content("c.c"), "int old_b;int new_c;");
  EXPECT_EQ(last_sweep(main_store), swept);
  options.paths.clear();
  EXPECT_EQ(index().changed, 1U);
}

TEST_F(IndexTree, ASweepThatFoundNothingNeedNotBeWrittenDown) {
  write("a.c", "int a;\n");
  index();
  WriteBatch batch;
  batch.set_attribute("swept", "5");
  ASSERT_TRUE(main_store.apply(batch).has_value());
  const std::uint64_t lsn = main_store.lsn();
  options.sweep_interval = std::chrono::hours(1'000'000);
  index();
  EXPECT_EQ(main_store.lsn(), lsn);
  write("a.c", "int changed;\n");
  index();
  EXPECT_GT(last_sweep(main_store), 5);
}

TEST_F(IndexTree, ReplacesOnlyWhatChanged) {
  write("a.c", "int old_a;\n");
  write("b.c", "int b;\n");
  index();
  const auto kept = main_store.query(field("file_path") == "b.c").value().at(0).key;
  embedder.take_count();
  write("a.c", "int new_a;\n");
  const IndexReport report = index();
  EXPECT_EQ(report.changed, 1U);
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_EQ(report.chunks_removed, 1U);
  EXPECT_EQ(report.chunks_inserted, 1U);
  EXPECT_EQ(embedder.take_count(), 1U);
  EXPECT_EQ(content("a.c"), "int new_a;");
  EXPECT_EQ(main_store.query(field("file_path") == "b.c").value().at(0).key, kept);
}

TEST_F(IndexTree, ATouchedFileIsOnlyRememberedAnew) {
  write("a.c", "int a;\n");
  index();
  const auto before = main_store.attribute("file:a.c");
  const auto keys = main_store.keys();
  embedder.take_count();
  age("a.c", 5);
  const IndexReport report = index();
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_EQ(report.changed, 0U);
  EXPECT_EQ(embedder.take_count(), 0U);
  EXPECT_EQ(main_store.keys(), keys);
  EXPECT_NE(main_store.attribute("file:a.c"), before);
}

/// Writes in place, so that only the time could tell.
void overwrite(const fs::path& path, std::string_view text) {
  struct stat before{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  const int fd = ::open(path.c_str(), O_WRONLY);
  ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  const timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::futimens(fd, times), 0);
  ::close(fd);
}

TEST_F(IndexTree, AnOldFileThatAgreesInSizeTimeAndInodeIsNotRead) {
  write("a.c", "int a;\n");
  index();
  overwrite(tree.path() / "a.c", "int b;\n");
  EXPECT_EQ(index().unchanged, 1U);
  EXPECT_EQ(content("a.c"), "int a;");
}

TEST_F(IndexTree, AFileChangedInTheTickOfItsIndexingIsNotMissed) {
  tree.write("a.c", "int a;\n");
  index();
  overwrite(tree.path() / "a.c", "int b;\n");
  EXPECT_EQ(index().changed, 1U);
  EXPECT_EQ(content("a.c"), "int b;");
}

TEST_F(IndexTree, RemovedAndRenamedFilesGo) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  index();
  fs::remove(tree.path() / "a.c");
  fs::rename(tree.path() / "b.c", tree.path() / "c.c");
  const IndexReport report = index();
  EXPECT_EQ(report.removed, 2U);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.files, 1U);
  EXPECT_EQ(report.chunks_removed, 2U);
  EXPECT_EQ(files(), (Paths{"c.c"}));
  EXPECT_FALSE(knows("a.c"));
  EXPECT_FALSE(knows("b.c"));
}

TEST_F(IndexTree, FilesThatAreIgnoredNowGo) {
  write("a.c", "int a;\n");
  write("gen/b.c", "int b;\n");
  index();
  write(".gitignore", "gen/\n");
  const IndexReport report = index();
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(files(), (Paths{".gitignore", "a.c"}));
}

TEST_F(IndexTree, LargeFilesAreSkippedAndSaidSo) {
  write("a.txt", "small\n");
  options.max_file_bytes = 10;
  index();
  write("a.txt", "not so small any more\n");
  const IndexReport report = index();
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(report.files, 0U);
  ASSERT_EQ(report.skipped.size(), 1U);
  EXPECT_EQ(report.skipped[0].path, "a.txt");
  EXPECT_TRUE(files().empty());
}

TEST_F(IndexTree, BinaryFilesAreKnownButNotIndexed) {
  write("a.bin", std::string("a\0b", 3));
  write("b.c", "int b;\n");
  for (int run = 0; run < 2; ++run) {
    const IndexReport report = index();
    EXPECT_EQ(report.files, 1U);
    ASSERT_EQ(report.skipped.size(), 1U);
    EXPECT_EQ(report.skipped[0].path, "a.bin");
    EXPECT_EQ(report.skipped[0].reason, "binary");
    EXPECT_EQ(files(), (Paths{"b.c"}));
  }
  write("a.bin", "text now\n");
  write("b.c", std::string("\0", 1));
  const IndexReport report = index();
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(report.files, 1U);
  EXPECT_EQ(files(), (Paths{"a.bin"}));
}

TEST_F(IndexTree, OddNamesAndBrokenTextAreTakenIn) {
  write("caf\xE9 \n'.c",
        "int \xFF"
        "a;\n");
  const IndexReport report = index();
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(files(), (Paths{"caf%E9 \n'.c"}));
  EXPECT_EQ(content("caf%E9 \n'.c"),
            "int \xEF\xBF\xBD"
            "a;");
  EXPECT_EQ(index().unchanged, 1U);
  fs::remove(tree.path() / "caf\xE9 \n'.c");
  EXPECT_EQ(index().removed, 1U);
  EXPECT_TRUE(files().empty());
}

TEST_F(IndexTree, AnInterruptedRunKeepsWhatIsDoneAndTheNextGoesOn) {
  for (int i = 0; i < 40; ++i) {
    write("f" + std::to_string(i) + ".c", "int f" + std::to_string(i) + ";\n");
  }
  int asked = 0;
  options.should_stop = [&] { return ++asked > 15; };
  const IndexReport first = index();
  EXPECT_TRUE(first.interrupted);
  EXPECT_GT(first.added, 5U);
  EXPECT_LT(first.added, 40U);
  EXPECT_EQ(first.files, first.added);
  EXPECT_EQ(last_sweep(main_store), 0);
  VectorStore store = reopened();
  EXPECT_EQ(store.chunk_count(), first.added);
  EXPECT_EQ(embedder_of(store), embedder.identity());
  options.should_stop = nullptr;
  embedder.take_count();
  const IndexReport second = index(store);
  EXPECT_FALSE(second.interrupted);
  EXPECT_EQ(second.unchanged, first.added);
  EXPECT_EQ(second.added, 40 - first.added);
  EXPECT_EQ(embedder.take_count(), second.added);
  EXPECT_EQ(store.chunk_count(), 40U);
  EXPECT_GT(last_sweep(store), 0);
}

/// Code, and then much that is no token of the language (S2).
std::string costly_code() {
  std::string text;
  for (int i = 0; i < 900; ++i) {
    text += "int f() {}\n";
  }
  for (int i = 0; i < 30'000; ++i) {
    text += "\x01x";
  }
  return text;
}

TEST_F(IndexTree, AFileThatIsTooCostlyToParseIsTakenInWithARemark) {
  write("a.c", "int a;\n");
  write("costly.c", costly_code());
  const IndexReport report = index();
  EXPECT_EQ(report.added, 2U);
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0].path, "costly.c");
  EXPECT_EQ(report.remarks[0].text, "too costly to parse, so it is cut by lines");
  EXPECT_TRUE(content("costly.c").contains("int f() {}"));
  EXPECT_TRUE(index().remarks.empty());
}

TEST_F(IndexTree, AnIgnoreFileThatIsTooLargeIsRemarkedOn) {
  write("a.c", "int a;\n");
  write(".gitignore", "a.c\n" + std::string(std::size_t{8} << 20, '#'));
  const IndexReport report = index();
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0].path, ".gitignore");
  EXPECT_EQ(files(), (Paths{"a.c"}));
}

TEST_F(IndexTree, ARunIsInterruptedInsideAFile) {
  for (const int others : {0, 40}) {
    for (int i = 0; i < others; ++i) {
      write("f" + std::to_string(i) + ".c", "int f;\n");
    }
    write("a.c", costly_code());
    int asked = 0;
    options.should_stop = [&] { return ++asked > 5; };
    const IndexReport report = index();
    EXPECT_TRUE(report.interrupted);
    EXPECT_EQ(report.added, 0U) << others;
    EXPECT_LT(asked, 100) << others;
  }
}

TEST_F(IndexTree, StoppedBeforeTheFirstFileChangesNothing) {
  write("a.c", "int a;\n");
  options.should_stop = [] { return true; };
  EXPECT_TRUE(index().interrupted);
  EXPECT_EQ(main_store.lsn(), 0U);
}

TEST_F(IndexTree, StoppedWhileTheTreeIsListedItStillSaysHowManyFilesAreSafe) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  write("c.bin", std::string("\0", 1));
  index();
  options.should_stop = [] { return true; };
  EXPECT_EQ(index().files, 2U);
}

TEST_F(IndexTree, AnInterruptedRunRemovesNothing) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  index();
  fs::remove(tree.path() / "a.c");
  write("b.c", "int b2;\n");
  int asked = 0;
  options.should_stop = [&] { return ++asked > 1; };
  EXPECT_TRUE(index().interrupted);
  EXPECT_EQ(files(), (Paths{"a.c", "b.c"}));
}

TEST_F(IndexTree, AnotherEmbedderIsRefusedWithWhatToDo) {
  write("a.c", "int a;\n");
  index();
  const std::uint64_t lsn = main_store.lsn();
  class Renamed : public CountingEmbedder {
   public:
    EmbedderIdentity identity() const override { return {"other", 3, "ff", 32}; }
  };
  const Renamed other;
  const auto refused = index_tree(main_store, other, options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::incompatible);
  for (const char* part : {"hash/1 (32 dimensions)", "other/3/ff (32 dimensions)", "--model"}) {
    EXPECT_TRUE(refused.error().message.contains(part)) << refused.error().message;
  }
  EXPECT_EQ(main_store.lsn(), lsn);
  options.rebuild = true;
  const auto rebuilt = index_tree(main_store, other, options);
  ASSERT_TRUE(rebuilt.has_value());
  EXPECT_EQ(rebuilt->added, 1U);
  EXPECT_EQ(embedder_of(main_store), other.identity());
}

TEST_F(IndexTree, OtherDimensionsAreRefused) {
  write("a.c", "int a;\n");
  index();
  const auto refused = index_tree(main_store, CountingEmbedder(48), options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::incompatible);
}

TEST_F(IndexTree, AStoreThatNoIndexingRunMadeIsRefused) {
  ChunkRow row;
  row.vector.assign(32, 1.0F);
  ASSERT_TRUE(main_store.insert({row}).has_value());
  const auto refused = index_tree(main_store, embedder, options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::incompatible);
}

TEST_F(IndexTree, RebuildReadsAndReplacesEverything) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  index();
  embedder.take_count();
  options.rebuild = true;
  const IndexReport report = index();
  EXPECT_EQ(report.changed, 2U);
  EXPECT_EQ(report.chunks_removed, 2U);
  EXPECT_EQ(report.chunks_inserted, 2U);
  EXPECT_EQ(embedder.take_count(), 2U);
  EXPECT_EQ(main_store.chunk_count(), 2U);
}

TEST_F(IndexTree, ChunksOfFilesThatWereNeverKnownGo) {
  write("a.c", "int a;\n");
  write("there.c", "int there;\n");
  for (const bool rebuild : {false, true}) {
    options.rebuild = false;
    index();
    WriteBatch import;
    for (const char* path : {"absent.c", "there.c", "there.c"}) {
      ChunkRow row;
      row.meta.file_path = path;
      row.vector.assign(32, 1.0F);
      import.insert(std::move(row));
    }
    import.erase_attribute("file:there.c");
    ASSERT_TRUE(main_store.apply(import).has_value());
    options.rebuild = rebuild;
    const IndexReport report = index();
    EXPECT_EQ(report.removed, 1U) << rebuild;
    EXPECT_EQ(report.files, 2U) << rebuild;
    EXPECT_EQ(files(), (Paths{"a.c", "there.c"})) << rebuild;
    EXPECT_EQ(content("there.c"), "int there;") << rebuild;
  }
}

TEST_F(IndexTree, DistrustedFilesAreReadAgainAndThoseThatAreGoneGo) {
  write("a.c", "int a;\n");
  write("b.c", "int b;\n");
  write("c.bin", std::string("\0", 1));
  index();
  WriteBatch loss;
  loss.delete_file("a.c");
  ASSERT_TRUE(main_store.apply(loss).has_value());
  ASSERT_TRUE(distrust_files(main_store).has_value());
  EXPECT_EQ(last_sweep(main_store), 0);
  fs::remove(tree.path() / "b.c");
  const IndexReport report = index();
  EXPECT_EQ(report.changed, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(files(), (Paths{"a.c"}));
  EXPECT_GT(last_sweep(main_store), 0);
}

TEST_F(IndexTree, AStoreWithoutFilesHasNothingToDistrust) {
  ASSERT_TRUE(distrust_files(main_store).has_value());
  EXPECT_EQ(main_store.lsn(), 0U);
}

TEST_F(IndexTree, RootsThatAreNotThereOrNotFoldersChangeNothing) {
  write("a.c", "int a;\n");
  index();
  const std::uint64_t lsn = main_store.lsn();
  options.root = tree.path() / "absent";
  EXPECT_EQ(index_tree(main_store, embedder, options).error().code, ErrorCode::not_found);
  options.root = tree.path() / "a.c";
  EXPECT_EQ(index_tree(main_store, embedder, options).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(main_store.lsn(), lsn);
  EXPECT_EQ(main_store.chunk_count(), 1U);
}

TEST_F(IndexTree, AnEmptyTreeIsAnIndexToo) {
  const IndexReport report = index();
  EXPECT_EQ(report.files, 0U);
  EXPECT_GT(last_sweep(main_store), 0);
  EXPECT_EQ(embedder_of(main_store), embedder.identity());
}

TEST_F(IndexTree, AFailingEmbedderLosesNothingThatIsDone) {
  for (int i = 10; i < 40; ++i) {
    write("f" + std::to_string(i) + ".c", i == 30 ? "poison\n" : "int a;\n");
  }
  const auto failed = index_tree(main_store, embedder, options);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(failed.error().message.contains("f30.c")) << failed.error().message;
  EXPECT_EQ(main_store.chunk_count(), 20U);
  EXPECT_EQ(last_sweep(main_store), 0);
}

TEST_F(IndexTree, ProgressRisesToTheEnd) {
  for (int i = 0; i < 20; ++i) {
    write("f" + std::to_string(i) + ".c", "int a;\n");
  }
  std::vector<IndexProgress> seen;
  options.progress = [&](const IndexProgress& progress) { seen.push_back(progress); };
  const IndexReport report = index();
  ASSERT_EQ(seen.size(), 21U);
  EXPECT_EQ(seen.front().files_done + seen.front().files_total + seen.front().chunks, 0U);
  EXPECT_TRUE(std::ranges::is_sorted(seen, {}, &IndexProgress::files_done));
  EXPECT_EQ(seen.back().files_done, 20U);
  EXPECT_EQ(seen.back().files_total, 20U);
  EXPECT_EQ(seen.back().chunks, report.chunks_inserted);
}

TEST_F(IndexTree, TheSameTreeGivesTheSameChunksUnderTheSameKeys) {
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (int line = 0; line <= i; ++line) {
      text += "int value_" + std::to_string(line * i) + ";\n";
    }
    write("d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".c", text);
  }
  index();
  const support::TempTree other;
  VectorStore store = VectorStore::open(other.path()).value();
  index(store);
  ASSERT_EQ(store.keys(), main_store.keys());
  ASSERT_GT(store.chunk_count(), 400U);
  for (const ChunkKey key : store.keys()) {
    EXPECT_EQ(store.get(key).value(), main_store.get(key).value());
    EXPECT_EQ(store.vector(key).value(), main_store.vector(key).value());
  }
}

TEST_F(IndexTree, AFileThatChangedAgainWithinOneTickOfItsClockIsReadAgain) {
  const fs::path file = tree.path() / "a.c";
  tree.write("a.c", "int aaa;\n");
  const fs::file_time_type when = fs::last_write_time(file);
  index();
  tree.write("a.c", "int bbb;\n");
  fs::last_write_time(file, when);
  EXPECT_EQ(index().changed, 1U);
  EXPECT_EQ(content("a.c"), "int bbb;");
}

TEST_F(IndexTree, AFileThatWasOldWhenItWasReadIsNotReadAgain) {
  write("a.c", "int aaa;\n");
  index();
  const IndexReport report = index();
  EXPECT_EQ(report.unchanged, 1U);
  EXPECT_EQ(report.unread, 0U);
}

TEST_F(IndexTree, AFileThatVanishesBeforeItIsReadIsGone) {
  const indexing::Candidate candidate{{.path = "never.c", .size = 1, .mtime_ns = 1, .inode = 1},
                                      {}};
  const auto found = indexing::examine(candidate, tree.path(), embedder, false, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->outcome, indexing::ExaminedFile::Outcome::gone);
}

TEST_F(IndexTree, AFileThatMayNotBeReadIsNotTakenForGone) {
  constexpr ::uid_t kNobody = 65534;
  write("secret.c", "int a;\n");
  fs::permissions(tree.path(), fs::perms::all);
  fs::permissions(tree.path() / "secret.c", fs::perms::none);
  const indexing::Candidate candidate{{.path = "secret.c", .size = 1, .mtime_ns = 1, .inode = 1},
                                      {}};
  // root may read everything, so somebody else has to try.
  const bool is_root = ::geteuid() == 0;
  ASSERT_TRUE(!is_root || ::seteuid(kNobody) == 0);
  const auto found = indexing::examine(candidate, tree.path(), embedder, false, {});
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->outcome, indexing::ExaminedFile::Outcome::unreadable);
  EXPECT_TRUE(found->problem.contains("Permission denied")) << found->problem;
}

}  // namespace
}  // namespace quire
