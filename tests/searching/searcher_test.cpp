#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/embedder.hpp>
#include <quire/indexer.hpp>
#include <quire/searcher.hpp>

#include "support/temp_dir.hpp"

namespace quire {
namespace {

using support::TempDir;

std::vector<std::string> paths(const SearchAnswer& answer) {
  std::vector<std::string> out;
  for (const SearchHit& hit : answer.hits) {
    out.push_back(hit.meta.file_path);
  }
  return out;
}

/// A small indexed tree.
class SearcherTest : public testing::Test {
 protected:
  SearcherTest() : embedder_(make_hashing_embedder()) {
    tree_.write("src/lock.py", "def acquire_lock(name):\n    return open(name)\n");
    tree_.write("src/deep/socket.py", "def open_socket(host):\n    return connect(host)\n");
    tree_.write("src/deep/lock.go",
                "package deep\n\nfunc AcquireLock(name string) error {\n\treturn nil\n}\n");
    tree_.write("notes.txt", "how the lock is acquired\n");
    index();
  }

  void index() {
    IndexOptions options;
    options.root = tree_.path();
    auto report = index_tree(store(), *embedder_, options);
    ASSERT_TRUE(report.has_value()) << report.error().message;
  }

  Corpus& corpus() {
    if (!corpus_) {
      auto opened = Corpus::open(db_.path());
      EXPECT_TRUE(opened.has_value()) << opened.error().message;
      corpus_ = std::make_unique<Corpus>(std::move(opened).value());
    }
    return *corpus_;
  }

  VectorStore& store() { return corpus().store(); }

  Searcher searcher() {
    auto made = Searcher::create(corpus(), *embedder_, tree_.path());
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(made).value();
  }

  SearchAnswer search(const SearchRequest& request) {
    auto answer = searcher().search(request);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer ? std::move(answer).value() : SearchAnswer{};
  }

  void index_elsewhere();

  /// The freshness of the hits in the file `path` of a search and of a search by name, both of
  /// which may lag.
  std::vector<Freshness> lagging(const std::string& text, const std::string& path);

  static SearchRequest asking(std::string text) {
    SearchRequest request;
    request.text = std::move(text);
    return request;
  }

  TempDir tree_;
  TempDir db_;
  std::unique_ptr<Embedder> embedder_;
  std::unique_ptr<Corpus> corpus_;
};

TEST_F(SearcherTest, TheBestHitSaysWhatWasAskedFor) {
  const SearchAnswer answer = search(asking("acquire lock name"));
  ASSERT_FALSE(answer.hits.empty());
  EXPECT_NE(answer.hits.front().meta.content.find("cquire"), std::string::npos);
  EXPECT_TRUE(std::ranges::is_sorted(answer.hits, std::ranges::greater{}, &SearchHit::score));
  EXPECT_GT(answer.swept_at, 0);
}

TEST_F(SearcherTest, HowVectorsWereSearchedIsSaidOnDemand) {
  SearchRequest request = asking("acquire lock name");
  EXPECT_TRUE(search(request).profiles.empty());
  request.explain = true;
  const SearchAnswer answer = search(request);
  EXPECT_EQ(answer.plan.rows, store().chunk_count());
  ASSERT_EQ(answer.profiles.size(), 1U);
  EXPECT_EQ(answer.profiles.front().distances(), store().chunk_count());
}

TEST_F(SearcherTest, TheLimitIsKept) {
  SearchRequest request = asking("lock");
  request.limit = 2;
  EXPECT_EQ(search(request).hits.size(), 2U);
  request.limit = 0;
  EXPECT_TRUE(search(request).hits.empty());
}

TEST_F(SearcherTest, LanguageAndPathNarrowTheAnswer) {
  SearchRequest request = asking("lock");
  request.languages = {"go"};
  EXPECT_EQ(paths(search(request)), std::vector<std::string>{"src/deep/lock.go"});
  request.languages.clear();
  request.paths = {"*.txt"};
  EXPECT_EQ(paths(search(request)), std::vector<std::string>{"notes.txt"});
  request.languages = {"go"};
  EXPECT_TRUE(search(request).hits.empty());
}

TEST_F(SearcherTest, WhereIsAppliedBesideTheRest) {
  SearchRequest request = asking("lock");
  request.where = field("file_path").like("src/%");
  request.paths = {"lock.*"};
  std::vector<std::string> found = paths(search(request));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"src/deep/lock.go", "src/lock.py"}));
}

TEST_F(SearcherTest, AnUnknownFieldIsTheCallersError) {
  SearchRequest request = asking("lock");
  request.where = field("colour") == "red";
  const auto answer = searcher().search(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument);
}

TEST_F(SearcherTest, AGlobThatTheFilterCanNotExpressLosesNothing) {
  for (int i = 0; i < 60; ++i) {
    tree_.write("src/deep/near" + std::to_string(i) + ".py", "def acquire_lock(name): pass\n");
  }
  tree_.write("src/far.py", "def unrelated(): return 'bread and butter'\n");
  index();
  SearchRequest request = asking("acquire lock name");
  request.paths = {"src/*.py"};
  request.limit = 2;
  std::vector<std::string> found = paths(search(request));
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{"src/far.py", "src/lock.py"}));
}

TEST_F(SearcherTest, AFileAsItWasIndexedIsCurrent) {
  for (const SearchHit& hit : search(asking("lock")).hits) {
    EXPECT_EQ(hit.freshness, Freshness::current) << hit.meta.file_path;
  }
}

TEST_F(SearcherTest, TextThatMovedGetsItsNewLines) {
  SearchRequest request = asking("how the lock is acquired");
  request.paths = {"notes.txt"};
  tree_.write("notes.txt", "one\ntwo\nthree\nhow the lock is acquired\n");
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].freshness, Freshness::moved);
  EXPECT_EQ(answer.hits[0].meta.start_line, 4);
  EXPECT_EQ(answer.hits[0].meta.end_line, 4);
}

TEST_F(SearcherTest, TextThatIsNoLongerThereIsStale) {
  SearchRequest request = asking("how the lock is acquired");
  request.paths = {"notes.txt"};
  tree_.write("notes.txt", "something else\n");
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].freshness, Freshness::stale);
  EXPECT_EQ(answer.hits[0].meta.start_line, 1);
}

TEST_F(SearcherTest, AFileThatOnlyGotANewTimeIsCurrent) {
  SearchRequest request = asking("how the lock is acquired");
  request.paths = {"notes.txt"};
  std::filesystem::last_write_time(
      tree_.path() / "notes.txt",
      std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].freshness, Freshness::current);
}

TEST_F(SearcherTest, ADeletedFileIsGoneButStillShown) {
  SearchRequest request = asking("how the lock is acquired");
  request.paths = {"notes.txt"};
  std::filesystem::remove(tree_.path() / "notes.txt");
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].freshness, Freshness::gone);
  EXPECT_EQ(answer.hits[0].meta.content, "how the lock is acquired");
}

TEST_F(SearcherTest, SimilarLeavesTheChunkItselfOut) {
  const auto answer = searcher().similar("src/lock.py", 1, asking(""));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_FALSE(answer->hits.empty());
  for (const SearchHit& hit : answer->hits) {
    EXPECT_NE(hit.meta.file_path, "src/lock.py");
  }
}

TEST_F(SearcherTest, SimilarToWhatIsNotIndexedIsNotFound) {
  const auto no_file = searcher().similar("src/none.py", 1, asking(""));
  ASSERT_FALSE(no_file.has_value());
  EXPECT_EQ(no_file.error().code, ErrorCode::not_found);
  const auto no_line = searcher().similar("src/lock.py", 999, asking(""));
  ASSERT_FALSE(no_line.has_value());
  EXPECT_EQ(no_line.error().code, ErrorCode::not_found);
  EXPECT_NE(no_line.error().message.find("src/lock.py:999"), std::string::npos);
}

TEST_F(SearcherTest, SymbolsAreScoredByHowWellTheNameMatches) {
  const auto answer = searcher().symbol("ACQUIRE_lock", asking(""));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->hits.size(), 1U);
  EXPECT_EQ(answer->hits[0].score, 2.75);
  EXPECT_EQ(answer->hits[0].meta.file_path, "src/lock.py");
  const auto prefix = searcher().symbol("acquire", asking(""));
  ASSERT_TRUE(prefix.has_value());
  ASSERT_FALSE(prefix->hits.empty());
  EXPECT_EQ(prefix->hits[0].score, 2);
  const auto part = searcher().symbol("socket", asking(""));
  ASSERT_TRUE(part.has_value());
  ASSERT_EQ(part->hits.size(), 1U);
  EXPECT_EQ(part->hits[0].score, 1);
}

TEST_F(SearcherTest, TheLastPartOfAQualifiedNameCountsAsTheName) {
  tree_.write(
      "src/server.py",
      "class Server:\n    def start_up(self):\n        pass\n\n    def up(self):\n        pass\n");
  index();
  const auto answer = searcher().symbol("up", asking(""));
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->hits.empty());
  EXPECT_EQ(answer->hits[0].score, 3) << *answer->hits[0].meta.symbol_name;
  EXPECT_TRUE(std::ranges::is_sorted(answer->hits, std::ranges::greater{}, &SearchHit::score));
}

TEST_F(SearcherTest, QualifiedNamesAreFoundAsAnyLanguageWritesThem) {
  tree_.write("src/server.py", "class Server:\n    def start(self):\n        pass\n");
  tree_.write("src/client.py", "class Client:\n    def start(self):\n        pass\n");
  index();
  for (const char* pattern : {"Server.start", "Server::start", "server#START", "Server->start"}) {
    const auto answer = searcher().symbol(pattern, asking(""));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(paths(*answer), std::vector<std::string>{"src/server.py"}) << pattern;
  }
}

TEST_F(SearcherTest, OneDeclarationAmongSeveralIsFound) {
  tree_.write("src/api.h",
              "int first_call(void);\nint second_call(void);\nint third_call(void);\n");
  index();
  const auto answer = searcher().symbol("second_call", asking(""));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(paths(*answer), std::vector<std::string>{"src/api.h"});
  EXPECT_FALSE(answer->hits[0].fuzzy);
}

TEST_F(SearcherTest, OneNameAmongManyIsFoundHoweverManyUseItsWords) {
  tree_.write("zz/api.h", "int first_call(void);\nvoid init(void);\n");
  for (int i = 0; i < 300; ++i) {
    const std::string name = "init_" + std::to_string(i);
    tree_.write("src/" + name + ".c", "int " + name + "(void) {\n  init();\n  return 0;\n}\n");
  }
  index();
  const auto answer = searcher().symbol("init", asking(""));
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->hits.empty());
  EXPECT_EQ(answer->hits[0].meta.file_path, "zz/api.h");
  ASSERT_TRUE(answer->hits[0].definition.has_value());
  EXPECT_EQ(*answer->hits[0].definition, (Definition{"init", "function", 2, 2, 2}));
}

TEST_F(SearcherTest, ALongDefinitionIsOneHitWithItsWholeExtent) {
  std::string text = "def settle(ledger):\n";
  for (int line = 0; line < 200; ++line) {
    text += "    settle_line(ledger, " + std::to_string(line) + ")\n";
  }
  tree_.write("src/ledger.py", text);
  index();
  const auto answer = searcher().symbol("settle", asking(""));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(paths(*answer), std::vector<std::string>{"src/ledger.py"});
  EXPECT_EQ(answer->hits[0].definition, (Definition{"settle", "function", 1, 1, 201}));
}

TEST_F(SearcherTest, LettersAsTheyWereWrittenAndSourcesComeFirst) {
  tree_.write("box/box.go",
              "package box\n\nfunc (b *Box) open() int {\n\treturn 1\n}\n\n"
              "func (b *Box) Open() int {\n\treturn b.open()\n}\n");
  tree_.write("box/a_test.go", "package box\n\nfunc (b *Box) Open() int {\n\treturn 2\n}\n");
  index();
  const auto answer = searcher().symbol("Box.Open", asking(""));
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->hits.size(), 3U);
  EXPECT_EQ(answer->hits[0].meta.file_path, "box/box.go");
  EXPECT_EQ(answer->hits[0].definition->name, "Box.Open");
  EXPECT_EQ(answer->hits[1].meta.file_path, "box/a_test.go");
  EXPECT_EQ(answer->hits[2].definition->name, "Box.open");
}

TEST_F(SearcherTest, KindsAreThoseOfEveryDefinitionInAChunk) {
  tree_.write("src/ring.h",
              "#define RING_CAP 64\nenum ring_state { OPEN };\nvoid ring_open(int a);\n");
  index();
  SearchRequest request = asking("ring state");
  request.kinds = {"enum"};
  const auto named = searcher().symbol("ring_state", request);
  ASSERT_TRUE(named.has_value());
  ASSERT_EQ(named->hits.size(), 1U);
  EXPECT_EQ(named->hits[0].definition->kind, "enum");
  EXPECT_TRUE(searcher().symbol("ring_open", request)->hits.empty());
  const auto found = searcher().search(request);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(paths(*found), std::vector<std::string>{"src/ring.h"});
  EXPECT_EQ(found->hits[0].definition, (Definition{"ring_state", "enum", 2, 2, 2}));
}

TEST_F(SearcherTest, ANameOfAnotherPackageIsMarkedAsSimilar) {
  const auto answer = searcher().symbol("com.acme.open_socket", asking(""));
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->hits.size(), 1U);
  EXPECT_TRUE(answer->hits[0].fuzzy);
}

TEST_F(SearcherTest, SimilarNamesComeOnlyWhereNothingElseMatches) {
  const auto typo = searcher().symbol("open_sokcet", asking(""));
  ASSERT_TRUE(typo.has_value());
  ASSERT_EQ(typo->hits.size(), 1U);
  EXPECT_TRUE(typo->hits[0].fuzzy);
  EXPECT_LT(typo->hits[0].score, 1);
  EXPECT_EQ(typo->hits[0].meta.content.substr(0, 15), "def open_socket");
  const auto exact = searcher().symbol("open_socket", asking(""));
  ASSERT_TRUE(exact.has_value());
  ASSERT_EQ(exact->hits.size(), 1U);
  EXPECT_FALSE(exact->hits[0].fuzzy);
}

TEST_F(SearcherTest, SymbolsKeepToTheFilters) {
  SearchRequest request = asking("");
  request.languages = {"go"};
  const auto answer = searcher().symbol("acquire", request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(paths(*answer), std::vector<std::string>{"src/deep/lock.go"});
  request.paths = {"*.py"};
  EXPECT_TRUE(searcher().symbol("acquire", request)->hits.empty());
}

TEST_F(SearcherTest, AnotherEmbeddersIndexIsRefused) {
  const std::unique_ptr<Embedder> other = make_hashing_embedder(64);
  const auto made = Searcher::create(corpus(), *other, tree_.path());
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::incompatible);
  EXPECT_NE(made.error().message.find("quire index --model"), std::string::npos);
}

TEST_F(SearcherTest, WithoutAnEmbedderWordsAreAsked) {
  const Searcher searcher = Searcher::without_embedder(corpus(), tree_.path());
  SearchRequest request = asking("how is the lock acquired");
  const auto alone = searcher.search(request);
  ASSERT_TRUE(alone.has_value()) << alone.error().message;
  request.by = SearchRequest::By::words;
  const SearchAnswer expected = search(request);
  ASSERT_FALSE(expected.hits.empty());
  EXPECT_EQ(paths(*alone), paths(expected));
  EXPECT_TRUE(searcher.symbol("acquire", asking("")).has_value());
  EXPECT_TRUE(searcher.similar("notes.txt", 1, asking("")).has_value());
  request.by = SearchRequest::By::vectors;
  EXPECT_EQ(searcher.search(request).error().code, ErrorCode::unavailable);
}

TEST_F(SearcherTest, ScoresAreTheSumsOfTheirParts) {
  for (const auto by :
       {SearchRequest::By::both, SearchRequest::By::words, SearchRequest::By::vectors}) {
    SearchRequest request = asking("how is the lock acquired");
    request.by = by;
    const SearchAnswer answer = search(request);
    ASSERT_FALSE(answer.hits.empty());
    for (const SearchHit& hit : answer.hits) {
      double sum = 0;
      for (const ScorePart& part : hit.parts) {
        sum += part.value;
      }
      EXPECT_EQ(hit.score, sum);
    }
  }
}

TEST_F(SearcherTest, ASignalThatIsLeftOutAddsNothing) {
  SearchRequest request = asking("acquire_lock");
  request.without = {Signal::definition, Signal::role};
  const SearchAnswer answer = search(request);
  ASSERT_FALSE(answer.hits.empty());
  for (const SearchHit& hit : answer.hits) {
    for (const ScorePart& part : hit.parts) {
      EXPECT_NE(part.signal, Signal::definition);
      EXPECT_NE(part.signal, Signal::role);
    }
  }
}

TEST_F(SearcherTest, ADefinitionComesBeforeItsMentions) {
  tree_.write(
      "src/uses.py",
      "from lock import acquire_lock\n\nacquire_lock(1)\nacquire_lock(2)\nacquire_lock(3)\n");
  index();
  const SearchAnswer answer = search(asking("acquire_lock"));
  ASSERT_GE(answer.hits.size(), 2U);
  EXPECT_EQ(answer.hits[0].meta.file_path, "src/lock.py");
}

TEST_F(SearcherTest, TestsComeBelowTheCodeUnlessAskedFor) {
  tree_.write("tests/test_lock.py", "def test_acquire_lock():\n    assert acquire_lock('name')\n");
  index();
  EXPECT_EQ(search(asking("acquire a lock by name")).hits[0].meta.file_path, "src/lock.py");
  EXPECT_EQ(search(asking("test that a lock is acquired")).hits[0].meta.file_path,
            "tests/test_lock.py");
}

TEST_F(SearcherTest, TestsCanBeLeftOut) {
  tree_.write("tests/test_lock.py", "def test_acquire_lock():\n    assert acquire_lock('name')\n");
  index();
  SearchRequest request = asking("test that a lock is acquired");
  request.tests = false;
  const std::vector<std::string> found = paths(search(request));
  EXPECT_FALSE(found.empty());
  EXPECT_EQ(std::ranges::count(found, "tests/test_lock.py"), 0);
  EXPECT_EQ(searcher().files(request)->size(), 4U);
}

TEST_F(SearcherTest, PagesOfOneLimitJoin) {
  const SearchAnswer whole = search(asking("lock"));
  ASSERT_GE(whole.hits.size(), 3U);
  EXPECT_EQ(whole.further, 0U);
  SearchRequest request = asking("lock");
  request.limit = 1;
  for (const SearchHit& hit : whole.hits) {
    const SearchAnswer page = search(request);
    ASSERT_EQ(page.hits.size(), 1U);
    EXPECT_EQ(page.hits[0].key, hit.key);
    EXPECT_EQ(page.further, whole.hits.size() - request.skip - 1);
    ++request.skip;
  }
  EXPECT_TRUE(search(request).hits.empty());
}

TEST_F(SearcherTest, AnExactAnswerKnowsAllThatThereIs) {
  for (int i = 0; i < 150; ++i) {
    tree_.write("many/f" + std::to_string(i) + ".c",
                "int needle_" + std::to_string(i) + "(void) {\n  return needle;\n}\n");
  }
  index();
  SearchRequest request = asking("needle\\w*");
  request.form = SearchRequest::Form::regex;
  request.paths = {"many"};
  const MatchTotal all{.lines = 300, .chunks = 150, .files = 150};
  std::set<std::uint64_t> seen;
  for (SearchAnswer page = search(request); !page.hits.empty(); page = search(request)) {
    EXPECT_EQ(page.total, all);
    EXPECT_EQ(page.further, 150 - request.skip - page.hits.size());
    for (const SearchHit& hit : page.hits) {
      EXPECT_TRUE(seen.insert(hit.key.value).second);
    }
    request.skip += page.hits.size();
  }
  EXPECT_EQ(seen.size(), 150U);
  request.skip = 0;
  request.limit = SearchRequest::kAll;
  EXPECT_EQ(search(request).hits.size(), 150U);
  request.count = true;
  const SearchAnswer counted = search(request);
  EXPECT_TRUE(counted.hits.empty());
  EXPECT_EQ(counted.total, all);
  ASSERT_EQ(counted.by_file.size(), 150U);
  EXPECT_EQ(counted.by_file[0], (FileMatches{"many/f0.c", 2}));
}

TEST_F(SearcherTest, WhatIsNotExactIsNeitherCountedNorGivenWhole) {
  SearchRequest request = asking("lock");
  EXPECT_FALSE(search(request).total.has_value());
  request.count = true;
  EXPECT_EQ(searcher().search(request).error().code, ErrorCode::invalid_argument);
  request.count = false;
  request.limit = SearchRequest::kAll;
  EXPECT_EQ(searcher().search(request).error().code, ErrorCode::invalid_argument);
}

TEST_F(SearcherTest, FiltersTakeSeveralValuesAndExclusions) {
  const auto files = [&](std::vector<std::string> languages, std::vector<std::string> paths) {
    SearchRequest request = asking("lock");
    request.languages = std::move(languages);
    request.paths = std::move(paths);
    std::set<std::string> out;
    for (const SearchHit& hit : search(request).hits) {
      out.insert(hit.meta.file_path);
    }
    std::set<std::string> listed;
    const std::vector<FileSummary> summaries = searcher().files(request).value();
    for (const FileSummary& file : summaries) {
      listed.insert(file.file_path);
    }
    EXPECT_TRUE(std::ranges::includes(listed, out));
    return out;
  };
  const auto all = files({}, {});
  const auto python = files({"python"}, {});
  auto others = files({"!python"}, {});
  EXPECT_FALSE(python.empty());
  EXPECT_FALSE(others.empty());
  EXPECT_EQ(files({"python", "go", "text", "c", "cpp"}, {}), all);
  EXPECT_TRUE(files({"python", "!python"}, {}).empty());
  EXPECT_EQ(files({}, {"!*.py"}), others);
  others.insert(python.begin(), python.end());
  EXPECT_EQ(others, all);
  SearchRequest request = asking("lock");
  request.kinds = {"!function"};
  for (const SearchHit& hit : search(request).hits) {
    EXPECT_NE(hit.meta.symbol_kind, "function");
  }
}

TEST_F(SearcherTest, FilesAreListedByLanguageAndPath) {
  SearchRequest request;
  EXPECT_EQ(searcher().files(request)->size(), 4U);
  request.languages = {"python"};
  EXPECT_EQ(searcher().files(request)->size(), 2U);
  request.paths = {"src/deep"};
  EXPECT_EQ(searcher().files(request)->at(0).file_path, "src/deep/socket.py");
}

TEST_F(SearcherTest, AnAnswerMayLagBehindButNotWithoutAView) {
  SearchRequest request = asking("zebra");
  request.may_lag = true;
  search(request);
  tree_.write("zebra.py", "def zebra():\n    return 1\n");
  index();
  EXPECT_EQ(std::ranges::count(paths(search(request)), "zebra.py"), 0);
  request.may_lag = false;
  EXPECT_EQ(paths(search(request)).at(0), "zebra.py");
  request.may_lag = true;
  EXPECT_EQ(paths(search(request)).at(0), "zebra.py");
}

/// By another process, as it were: the corpus of the test learns of it by refresh() alone.
void SearcherTest::index_elsewhere() {
  auto opened = Corpus::open(db_.path());
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  IndexOptions options;
  options.root = tree_.path();
  const auto report = index_tree(opened->store(), *embedder_, options);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  const auto closed = opened->close();
  ASSERT_TRUE(closed.has_value()) << closed.error().message;
}

std::vector<Freshness> SearcherTest::lagging(const std::string& text, const std::string& path) {
  SearchRequest request = asking(text);
  request.may_lag = true;
  SearchAnswer answer = search(request);
  const auto symbols = searcher().symbol(text, request);
  EXPECT_TRUE(symbols.has_value());
  std::ranges::copy(symbols ? symbols->hits : std::vector<SearchHit>(),
                    std::back_inserter(answer.hits));
  std::vector<Freshness> found;
  for (const SearchHit& hit : answer.hits) {
    if (hit.meta.file_path == path) {
      found.push_back(hit.freshness);
    }
  }
  return found;
}

// P1: the file was compared with what the store knew of it by then, which was not the hit's text.
TEST_F(SearcherTest, AHitOfAnOlderCommitIsComparedWithTheFileItself) {
  ASSERT_TRUE(corpus().close().has_value());
  corpus_.reset();
  ASSERT_TRUE(corpus().view().has_value());
  const std::string go = "package deep\n\nfunc AcquireLock(name string) error {\n\treturn nil\n}\n";
  tree_.write("src/lock.py", "def other():\n    return 1\n");
  tree_.write("src/deep/lock.go", "// One more line.\n" + go);
  tree_.write("src/deep/socket.py",
              "def open_socket(host):\n    return connect(host)\n\n\nx = 1\n");
  std::filesystem::remove(tree_.path() / "notes.txt");
  index_elsewhere();
  ASSERT_TRUE(store().refresh().has_value());
  EXPECT_EQ(lagging("acquire_lock", "src/lock.py"),
            (std::vector<Freshness>{Freshness::stale, Freshness::stale}));
  EXPECT_EQ(lagging("AcquireLock", "src/deep/lock.go"),
            (std::vector<Freshness>{Freshness::moved, Freshness::moved}));
  EXPECT_EQ(lagging("open_socket", "src/deep/socket.py"),
            (std::vector<Freshness>{Freshness::current, Freshness::current}));
  EXPECT_EQ(lagging("how the lock is acquired", "notes.txt"),
            std::vector<Freshness>{Freshness::gone});
}

TEST_F(SearcherTest, QuotedTextAloneStandsInEveryHit) {
  tree_.write("src/err.go", "package src\n\nfunc f() error {\n\treturn nil, err\n}\n");
  tree_.write("src/other.go",
              "package src\n\nfunc g() error {\n\tif err != nil { return err }\n}\n");
  index();
  for (const char* text :
       {"\"return nil, err\"", " \"nil, er\"  \"err\"\n", "\"URN NIL\"", "\"err\" \"socket\""}) {
    const SearchAnswer answer = search(asking(text));
    const bool is_held = std::string(text).contains("nil, er");
    EXPECT_EQ(paths(answer),
              is_held ? std::vector<std::string>{"src/err.go"} : std::vector<std::string>())
        << text;
  }
}

TEST_F(SearcherTest, WhatNothingHoldsIsSaidOfExactQuestions) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(search(asking("\"open_socket\"")).unfound, Texts{});
  EXPECT_EQ(search(asking("\"open  socket\"")).unfound, Texts{"open  socket"});
  EXPECT_EQ(search(asking("\"open_socket\" \"zebra\"")).unfound, Texts{"zebra"});
  EXPECT_EQ(search(asking("\"open_socket\" \"acquire_lock\"")).unfound,
            (Texts{"open_socket", "acquire_lock"}));
}

/// H1: each quoted text was a condition, and such questions found nothing.
class QuotedWithinAQuestion : public SearcherTest {
 protected:
  QuotedWithinAQuestion() {
    tree_.write(
        "src/loader.py",
        "def parse_lines(lines):\n    out = {}\n    for line in lines:\n"
        "        key, value = line.split(\"=\", 1)\n        out[key] = value\n    return out\n");
    tree_.write("src/err.go", "package src\n\nfunc f() error {\n\treturn nil, err\n}\n");
    for (int i = 0; i < 30; ++i) {
      tree_.write("src/read" + std::to_string(i) + ".go",
                  "package src\n\n// reading: while reading\nfunc reading" + std::to_string(i) +
                      "() error {\n\tif err != nil { return err }\n\treturn reading\n}\n");
    }
    index();
  }
};

TEST_F(QuotedWithinAQuestion, ComesFirstAndTheRestFollows) {
  const SearchAnswer answer = search(asking("\"return nil, err\" while reading"));
  ASSERT_EQ(answer.hits.size(), 10U);
  EXPECT_EQ(answer.hits[0].meta.file_path, "src/err.go");
  EXPECT_TRUE(std::ranges::is_sorted(answer.hits, std::ranges::greater{}, &SearchHit::score));
  EXPECT_EQ(answer.unfound, std::vector<std::string>{});
}

TEST_F(QuotedWithinAQuestion, ATracebackFindsItsFunction) {
  for (const char* path : {"src/loader.py", "/home/ada/project/src/loader.py", "loader.py"}) {
    const SearchAnswer answer =
        search(asking("Crash on a settings line\n  File \"" + std::string(path) +
                      "\", line 5, in parse_lines\n"
                      "    key, value = line.split(\"=\", 1)\n"
                      "ValueError: \"not enough values\" to \"unpack"));
    ASSERT_FALSE(answer.hits.empty()) << path;
    EXPECT_EQ(answer.hits[0].meta.file_path, "src/loader.py") << path;
    EXPECT_EQ(answer.unfound, std::vector<std::string>{"not enough values"}) << path;
  }
}

TEST_F(QuotedWithinAQuestion, WhatNothingHoldsEmptiesNoAnswer) {
  for (const char* text : {"\"zebra crossing\" acquire lock", "acquire \"zebra\" lock \"quagga\"",
                           "{\"lock\": \"zebra\", \"acquire\": \"name\"}", "lock \\\"zebra\\\" \"",
                           "\"acquire\"\n\"zebra\" lock"}) {
    const SearchAnswer answer = search(asking(text));
    ASSERT_FALSE(answer.hits.empty()) << text;
    EXPECT_TRUE(answer.hits[0].meta.content.contains("acquire")) << text;
  }
}

TEST_F(QuotedWithinAQuestion, TheMostOfItComesFirst) {
  const SearchAnswer answer =
      search(asking("while reading \"nil, err\" or \"return\" or \"zebra\""));
  ASSERT_FALSE(answer.hits.empty());
  EXPECT_EQ(answer.hits[0].meta.file_path, "src/err.go");
  EXPECT_EQ(answer.unfound, std::vector<std::string>{"zebra"});
}

TEST_F(QuotedWithinAQuestion, PagesJoin) {
  SearchRequest request = asking("errors \"return err\" while reading the \"socket\" lock");
  request.limit = 50;
  const SearchAnswer whole = search(request);
  ASSERT_GT(whole.hits.size(), 30U);
  request.limit = 7;
  for (std::size_t i = 0; i < whole.hits.size(); ++i) {
    request.skip = i / 7 * 7;
    const SearchAnswer page = search(request);
    ASSERT_LT(i % 7, page.hits.size());
    EXPECT_EQ(page.hits[i % 7].key, whole.hits[i].key) << i;
  }
}

TEST_F(QuotedWithinAQuestion, FiltersHoldForIt) {
  SearchRequest request = asking("\"return nil, err\" while reading");
  request.paths = {"src/[l-r]*"};
  const SearchAnswer answer = search(request);
  EXPECT_EQ(std::ranges::count(paths(answer), "src/err.go"), 0);
  EXPECT_FALSE(answer.hits.empty());
  EXPECT_EQ(answer.unfound, std::vector<std::string>{"return nil, err"});
}

TEST_F(SearcherTest, ARegularExpressionMatchesALineOfEveryHit) {
  SearchRequest request = asking("func [A-Z]\\w+Lock\\(");
  request.form = SearchRequest::Form::regex;
  EXPECT_EQ(paths(search(request)), std::vector<std::string>{"src/deep/lock.go"});
  request.text = "^def \\w+_socket|^how the";
  std::vector<std::string> found = paths(search(request));
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{"notes.txt", "src/deep/socket.py"}));
  request.text = "(unclosed";
  const auto refused = searcher().search(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
}

TEST_F(SearcherTest, EachCommitIsSeenByWordsAndVectorsAtOnce) {
  const SearchRequest request = asking("frobnicate");
  EXPECT_TRUE(search(request).hits.empty() || search(request).hits[0].meta.file_path != "new.py");
  tree_.write("new.py", "def frobnicate():\n    pass\n");
  index();
  EXPECT_EQ(search(request).hits[0].meta.file_path, "new.py");
  ASSERT_TRUE(store().delete_file("new.py").has_value());
  for (const SearchHit& hit : search(request).hits) {
    EXPECT_NE(hit.meta.file_path, "new.py");
  }
}

TEST(Searcher, AnEmptyStoreAnswersWithNothing) {
  const TempDir db;
  const TempDir tree;
  auto corpus = Corpus::open(db.path());
  ASSERT_TRUE(corpus.has_value());
  const std::unique_ptr<Embedder> embedder = make_hashing_embedder();
  const auto searcher = Searcher::create(*corpus, *embedder, tree.path());
  ASSERT_TRUE(searcher.has_value()) << searcher.error().message;
  SearchRequest request;
  request.text = "anything";
  const auto answer = searcher->search(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(answer->hits.empty());
  EXPECT_EQ(answer->swept_at, 0);
}

TEST(Searcher, RowsWithoutAFingerprintAreComparedWithTheFileItself) {
  const TempDir db;
  const TempDir tree;
  tree.write("a.txt", "first\nthe text\n");
  auto corpus = Corpus::open(db.path());
  ASSERT_TRUE(corpus.has_value());
  const std::unique_ptr<Embedder> embedder = make_hashing_embedder();
  ChunkRow row;
  row.meta.file_path = "a.txt";
  row.meta.content = "the text";
  row.meta.language = "text";
  row.meta.start_line = 1;
  row.meta.end_line = 1;
  row.vector.assign(embedder->identity().dimensions, 1.0F);
  ASSERT_TRUE(corpus->store().insert({row}).has_value());
  const auto searcher = Searcher::create(*corpus, *embedder, tree.path());
  ASSERT_TRUE(searcher.has_value()) << searcher.error().message;
  SearchRequest request;
  request.text = "text";
  const auto answer = searcher->search(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  ASSERT_EQ(answer->hits.size(), 1U);
  EXPECT_EQ(answer->hits[0].freshness, Freshness::moved);
  EXPECT_EQ(answer->hits[0].meta.start_line, 2);
}

TEST_F(SearcherTest, AHitSaysWhereItMatches) {
  SearchRequest request = asking("acquired names");
  request.paths = {"*.py"};
  const SearchAnswer answer = search(request);
  ASSERT_FALSE(answer.hits.empty());
  EXPECT_EQ(answer.hits[0].matches, (std::vector<TextMatch>{{4, 11, 0}, {17, 21, 1}, {40, 44, 1}}));
}

TEST_F(SearcherTest, OfARegularExpressionOnlyItsMatchesAreMarked) {
  SearchRequest request = asking("acquire.l");
  request.form = SearchRequest::Form::regex;
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 1U);
  EXPECT_EQ(answer.hits[0].matches, (std::vector<TextMatch>{{4, 13, 0}}));
}

TEST_F(SearcherTest, AFileIsGivenOnceWhereFilesAreWanted) {
  tree_.write("src/two.py", "def lock_one():\n    lock()\n\n\ndef lock_two():\n    lock()\n");
  index();
  SearchRequest request = asking("lock");
  request.one_per_file = true;
  request.limit = 3;
  std::vector<std::string> found = paths(search(request));
  EXPECT_EQ(found.size(), 3U);
  std::ranges::sort(found);
  EXPECT_TRUE(std::ranges::adjacent_find(found) == found.end());
}

TEST_F(SearcherTest, ContextIsOfTheFileAsItIsNow) {
  SearchRequest request = asking("how the lock is acquired");
  request.paths = {"notes.txt"};
  request.context = 2;
  tree_.write("notes.txt", "a\nb\nc\nhow the lock is acquired\n\nd\ne\n");
  const SearchAnswer moved = search(request);
  ASSERT_EQ(moved.hits.size(), 1U);
  EXPECT_EQ(moved.hits[0].before, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(moved.hits[0].after, (std::vector<std::string>{"", "d"}));
  tree_.write("notes.txt", "something\nelse\n");
  const SearchAnswer stale = search(request);
  ASSERT_EQ(stale.hits.size(), 1U);
  EXPECT_TRUE(stale.hits[0].before.empty());
  EXPECT_TRUE(stale.hits[0].after.empty());
}

TEST_F(SearcherTest, ContextIsNeverOfAFileOutsideOfTheTree) {
  TempDir outside;
  tree_.write("within.txt", "before\nzebra\nafter\n");
  std::ofstream(outside.path() / "secret.txt") << "before\nzebra\nafter\n";
  for (const std::string& path :
       {std::string("within.txt"),
        (outside.path() / "secret.txt").lexically_relative(tree_.path()).string(),
        (outside.path() / "secret.txt").string()}) {
    ChunkRow row;
    row.meta.file_path = path;
    row.meta.content = "zebra";
    row.meta.start_line = row.meta.end_line = 2;
    row.vector.assign(embedder_->identity().dimensions, 0.5F);
    ASSERT_TRUE(store().insert({row}).has_value());
  }
  SearchRequest request = asking("\"zebra\"");
  request.context = 1;
  const SearchAnswer answer = search(request);
  ASSERT_EQ(answer.hits.size(), 3U);
  for (const SearchHit& hit : answer.hits) {
    const bool within = hit.meta.file_path == "within.txt";
    EXPECT_EQ(hit.freshness, within ? Freshness::current : Freshness::gone) << hit.meta.file_path;
    EXPECT_EQ(hit.before.empty(), !within) << hit.meta.file_path;
  }
}

TEST_F(SearcherTest, AQuestionWithoutAWordHasNoHits) {
  const SearchAnswer answer = search(asking("???"));
  EXPECT_TRUE(answer.wordless);
  EXPECT_TRUE(answer.hits.empty());
  EXPECT_FALSE(search(asking("\"(\"")).wordless);
  EXPECT_FALSE(search(asking("\"(\"")).hits.empty());
}

}  // namespace
}  // namespace quire
