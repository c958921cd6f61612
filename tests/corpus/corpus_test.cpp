#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <quire/corpus.hpp>

#include "corpus/view.hpp"
#include "support/temp_dir.hpp"

namespace quire {
namespace {

namespace fs = std::filesystem;

ChunkRow row(const std::string& content) {
  ChunkRow out;
  out.meta.file_path = "a.cpp";
  out.meta.content = content;
  out.meta.language = "cpp";
  out.vector = {1, static_cast<float>(content.size())};
  return out;
}

using Keys = std::vector<std::uint64_t>;

Keys found(const Corpus& corpus, const std::string& question) {
  const auto view = corpus.view();
  EXPECT_TRUE(view.has_value());
  const auto matches =
      (*view)->words.search({.terms = lexical::terms_of_question(question), .limit = 1000});
  EXPECT_TRUE(matches.has_value());
  std::set<std::uint64_t> keys;
  for (const lexical::WordMatch& match : *matches) {
    keys.insert(match.key);
  }
  return {keys.begin(), keys.end()};
}

class CorpusTest : public testing::Test {
 protected:
  Corpus open(const StoreOptions& options = {}) {
    return Corpus::open(folder_.path(), options).value();
  }

  Corpus open_to_read() {
    StoreOptions options;
    options.read_only = true;
    return open(options);
  }

  /// A store with these chunks, its words saved.
  void make(const std::vector<std::string>& contents) {
    Corpus corpus = open();
    for (const std::string& content : contents) {
      ASSERT_TRUE(corpus.store().insert({row(content)}).has_value());
    }
    ASSERT_TRUE(corpus.save_words().has_value());
  }

  std::vector<fs::path> word_files() const {
    std::vector<fs::path> out;
    if (fs::exists(folder_.path() / "cache")) {
      for (const auto& entry : fs::directory_iterator(folder_.path() / "cache")) {
        if (entry.path().filename().string().starts_with("words-")) {
          out.push_back(entry.path());
        }
      }
    }
    return out;
  }

  support::TempDir folder_;
};

TEST_F(CorpusTest, WordsFollowTheHandlesOwnCommits) {
  Corpus corpus = open();
  EXPECT_EQ(found(corpus, "alpha"), Keys{});
  ASSERT_TRUE(corpus.store().insert({row("alpha beta"), row("beta")}).has_value());
  EXPECT_EQ(found(corpus, "alpha"), Keys{0});
  EXPECT_EQ(found(corpus, "beta"), (Keys{0, 1}));
  ASSERT_TRUE(corpus.store().delete_file("a.cpp").has_value());
  EXPECT_EQ(found(corpus, "beta"), Keys{});
}

TEST_F(CorpusTest, WordsFollowWhatOthersCommit) {
  Corpus writer = open();
  ASSERT_TRUE(writer.store().insert({row("alpha")}).has_value());
  Corpus reader = open_to_read();
  EXPECT_EQ(found(reader, "alpha"), Keys{0});
  ASSERT_TRUE(writer.store().insert({row("alpha again")}).has_value());
  EXPECT_EQ(found(reader, "alpha"), Keys{0});
  ASSERT_TRUE(reader.store().refresh().has_value());
  EXPECT_EQ(found(reader, "alpha"), (Keys{0, 1}));
}

TEST_F(CorpusTest, AViewStaysAtItsCommit) {
  Corpus corpus = open();
  ASSERT_TRUE(corpus.store().insert({row("alpha")}).has_value());
  const auto before = corpus.view().value();
  ASSERT_TRUE(corpus.store().insert({row("alpha")}).has_value());
  EXPECT_EQ(before->words.documents(), 1U);
  EXPECT_EQ(before->chunks.chunk_count(), 1U);
  EXPECT_EQ(corpus.view().value()->words.documents(), 2U);
}

TEST_F(CorpusTest, TheReadyViewIsTheLastThatWasMade) {
  Corpus corpus = open();
  EXPECT_EQ(corpus.ready_view(), nullptr);
  ASSERT_TRUE(corpus.store().insert({row("alpha")}).has_value());
  const auto made = corpus.view().value();
  ASSERT_TRUE(corpus.store().insert({row("alpha")}).has_value());
  EXPECT_EQ(corpus.ready_view(), made);
  const auto newest = corpus.view().value();
  EXPECT_EQ(newest, corpus.ready_view());
}

TEST_F(CorpusTest, SavedWordsAreNotMadeAgain) {
  make({"alpha", "beta"});
  ASSERT_EQ(word_files().size(), 1U);
  const Corpus corpus = open_to_read();
  EXPECT_EQ(found(corpus, "beta"), Keys{1});
  const auto view = corpus.view().value();
  ASSERT_EQ(view->words.parts().size(), 1U);
  EXPECT_EQ(view->words.parts()[0].segment->bytes().size(), fs::file_size(word_files()[0]));
}

TEST_F(CorpusTest, SavingOftenKeepsFewFiles) {
  Corpus corpus = open();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(corpus.store().insert({row("alpha " + std::to_string(i))}).has_value());
    ASSERT_TRUE(corpus.save_words().has_value());
    ASSERT_LE(word_files().size(), 8U);
  }
  EXPECT_EQ(found(corpus, "alpha").size(), 100U);
}

/// A segment may come to lie in memory where one lay that is no longer used.
TEST_F(CorpusTest, WordsAreSavedAlsoWhereNoneThatWereSavedAreLeft) {
  make({"alpha", "beta"});
  for (std::uint64_t round = 0; round < 50; ++round) {
    {
      Corpus corpus = open();
      ASSERT_TRUE(corpus.store().delete_where(field("key") >= 0).has_value());
      for (std::uint64_t i = 0; i <= round; ++i) {
        ASSERT_TRUE(corpus.store().insert({row("gamma")}).has_value());
      }
      ASSERT_TRUE(corpus.save_words().has_value());
    }
    ASSERT_EQ(word_files().size(), 1U) << round;
    const Corpus corpus = open_to_read();
    const auto view = corpus.view().value();
    ASSERT_EQ(view->words.documents(), round + 1);
    ASSERT_EQ(view->words.parts().size(), 1U);
    ASSERT_EQ(view->words.parts()[0].segment->bytes().size(), fs::file_size(word_files()[0]))
        << round;
  }
}

TEST_F(CorpusTest, SavingTwiceWritesOnce) {
  make({"alpha"});
  const auto files = word_files();
  make({});
  EXPECT_EQ(word_files(), files);
}

TEST_F(CorpusTest, DamagedFilesAreMadeAgain) {
  make({"alpha", "beta"});
  const fs::path file = word_files().at(0);
  std::string bytes(fs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    std::ofstream(file, std::ios::binary) << damaged;
    const Corpus corpus = open_to_read();
    const auto answer = corpus.view().value()->words.search({.terms = {{"alpha"}}, .limit = 10});
    ASSERT_TRUE(!answer || answer->size() == 1) << at;
    ASSERT_EQ(found(corpus, "alpha"), Keys{0}) << at;  // The next view is made of the chunks.
  }
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    std::ofstream(file, std::ios::binary) << bytes.substr(0, size);
    ASSERT_EQ(found(open_to_read(), "alpha"), Keys{0}) << size;
  }
}

TEST_F(CorpusTest, EveryViewIsOneCommitWhileAnotherThreadCommits) {
  constexpr int kCommits = 60;
  Corpus corpus = open();
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done) {
        const auto view = corpus.view().value();
        const auto found = view->words.search({.terms = {{"alpha"}}, .limit = 1000});
        EXPECT_EQ(found->size(), view->chunks.chunk_count());
        EXPECT_GE(view->chunks.lsn(), last);
        last = view->chunks.lsn();
      }
    });
  }
  for (int i = 0; i < kCommits; ++i) {
    EXPECT_TRUE(
        corpus.store().insert({row("alpha " + std::to_string(i)), row("alpha")}).has_value());
    if (i % 10 == 9) {
      EXPECT_TRUE(corpus.save_words().has_value());
      EXPECT_TRUE(corpus.store().checkpoint().has_value());
    }
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(found(corpus, "alpha").size(), 2U * kCommits);
}

TEST_F(CorpusTest, AnotherStoresWordsAreNotBelieved) {
  make({"alpha"});
  const support::TempDir other;
  Corpus stranger = Corpus::open(other.path()).value();
  ASSERT_TRUE(stranger.store().insert({row("beta")}).has_value());
  ASSERT_TRUE(stranger.save_words().has_value());
  fs::copy_file(other.path() / "cache" / "words-1", word_files().at(0),
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(found(open_to_read(), "alpha"), Keys{0});
}

Keys keys_of(const std::vector<WordHit>& hits) {
  Keys keys;
  for (const WordHit& hit : hits) {
    keys.push_back(hit.key.value);
  }
  return keys;
}

TEST_F(CorpusTest, SearchByWordsIsFilteredAndPaged) {
  make({"open a file", "close the file", "read a socket", "the file of the socket, open"});
  Corpus corpus = open();
  EXPECT_EQ(keys_of(corpus.search_words("socket", 10).value()), (Keys{2, 3}));
  EXPECT_EQ(keys_of(corpus.search_words("socket", 10, field("key") > 2).value()), (Keys{3}));
  const auto whole = keys_of(corpus.search_words("open file", 10).value());
  EXPECT_EQ(whole.size(), 3U);
  EXPECT_EQ(keys_of(corpus.search_words("open file", 1, {}, {.offset = 1}).value()),
            (Keys{whole[1]}));
  EXPECT_EQ(keys_of(corpus.search_words("open socket", 10, {}, {.all_words = true}).value()),
            (Keys{3}));
  EXPECT_TRUE(corpus.search_words("nothing", 10).value().empty());
  EXPECT_TRUE(corpus.search_words("", 10).value().empty());
  const auto first = corpus.search_words("socket", 1).value();
  EXPECT_EQ(first[0].meta.content, "read a socket");
  EXPECT_EQ(corpus.search_words("x", 1, field("none") == 1).error().code,
            ErrorCode::invalid_argument);
}

TEST_F(CorpusTest, FusedHitsSayWhichListHadThem) {
  make({"alpha", "beta beta", "alpha gamma gamma"});
  Corpus corpus = open();
  const std::vector<float> near_beta{1, 9};
  const auto hits = corpus.search_fused("alpha", near_beta, 10).value();
  ASSERT_EQ(hits.size(), 3U);
  for (const FusedHit& hit : hits) {
    EXPECT_EQ(hit.word_rank.has_value(), hit.key.value != 1);
    EXPECT_TRUE(hit.vector_rank && hit.distance);
    EXPECT_FALSE(hit.meta.content.empty());
  }
  const double both = 1.0 / (61.0 + static_cast<double>(*hits[0].word_rank)) +
                      1.0 / (61.0 + static_cast<double>(*hits[0].vector_rank));
  EXPECT_DOUBLE_EQ(hits[0].score, both);
  EXPECT_EQ(corpus.search_fused("alpha", near_beta, 10, {}, {.word_weight = 0}).value()[0].key,
            hits[0].vector_rank == 0 ? hits[0].key : ChunkKey{1});
  const auto second = corpus.search_fused("alpha", near_beta, 1, {}, {.offset = 1}).value();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].key, hits[1].key);
}

TEST_F(CorpusTest, OwnFieldsAreSearchedIfDeclaredSo) {
  StoreOptions options;
  options.fields = {{"title", FieldType::string, false, true}, {"note", FieldType::string}};
  {
    Corpus corpus = open(options);
    ChunkRow one = row("body");
    one.meta.fields = {{"title", "Grapefruit"}, {"note", "banana"}};
    ASSERT_TRUE(corpus.store().insert({one}));
    ASSERT_TRUE(corpus.save_words());
  }
  Corpus corpus = open();
  EXPECT_EQ(found(corpus, "grapefruit"), (Keys{0}));
  EXPECT_TRUE(found(corpus, "banana").empty());
}

TEST_F(CorpusTest, UpdatedChunksHaveTheirNewWordsAlone) {
  make({"apple", "pear", "plum"});
  Corpus other = open_to_read();
  EXPECT_EQ(found(other, "pear"), (Keys{1}));
  {
    Corpus corpus = open();
    EXPECT_EQ(found(corpus, "pear"), (Keys{1}));
    ASSERT_TRUE(corpus.store().update_where(field("key") == 1,
                                            [](ChunkMeta& meta) { meta.content = "cherry"; }));
    EXPECT_TRUE(found(corpus, "pear").empty());
    EXPECT_EQ(found(corpus, "cherry"), (Keys{1}));
    ASSERT_TRUE(corpus.close());  // Its words are not saved: cache/ still has the old ones.
  }
  ASSERT_TRUE(other.store().refresh());
  EXPECT_TRUE(found(other, "pear").empty());
  EXPECT_EQ(found(other, "cherry"), (Keys{1}));
  for (int round = 0; round < 2; ++round) {
    Corpus corpus = open();
    EXPECT_TRUE(found(corpus, "pear").empty());
    EXPECT_EQ(found(corpus, "cherry"), (Keys{1}));
    ASSERT_TRUE(round == 1 || corpus.store().checkpoint());
    ASSERT_TRUE(corpus.save_words());
  }
  Corpus corpus = open_to_read();
  EXPECT_EQ(found(corpus, "cherry plum apple"), (Keys{0, 1, 2}));
}

}  // namespace
}  // namespace quire
