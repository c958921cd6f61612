#include "lexical/word_index.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lexical/segment_builder.hpp"
#include "lexical/terms.hpp"
#include "lexical/top_documents.hpp"

namespace quire::lexical {
namespace {

struct Chunk {
  std::uint64_t key = 0;
  std::string content;
  std::string symbols;
  std::string path;
};

Document document_of(const Chunk& chunk) {
  return {.key = chunk.key,
          .content = chunk.content,
          .language = "cpp",
          .symbols = chunk.symbols,
          .signature = {},
          .path = chunk.path};
}

std::shared_ptr<const Segment> segment_of(std::span<const Chunk> chunks) {
  SegmentBuilder builder(base::Uuid{});
  for (const Chunk& chunk : chunks) {
    builder.add(document_of(chunk));
  }
  return Segment::of(std::move(builder).finish());
}

std::vector<std::uint64_t> keys_of(std::span<const Chunk> chunks) {
  std::vector<std::uint64_t> keys;
  for (const Chunk& chunk : chunks) {
    keys.push_back(chunk.key);
  }
  return keys;
}

WordIndex index_of(const std::vector<Chunk>& chunks) {
  return {{segment_of(chunks)}, keys_of(chunks)};
}

std::vector<std::uint64_t> found(const WordIndex& index, const std::string& question) {
  const auto matches = index.search({.terms = terms_of_question(question), .limit = 100});
  EXPECT_TRUE(matches.has_value());
  std::vector<std::uint64_t> keys;
  for (const WordMatch& match : *matches) {
    keys.push_back(match.key);
  }
  return keys;
}

using Keys = std::vector<std::uint64_t>;

TEST(WordIndex, FindsChunksByTheirWords) {
  const WordIndex index = index_of({{3, "int parse(Token token);", "", "src/parser.cpp"},
                                    {7, "void connect(Socket socket);", "", "src/net.cpp"}});
  EXPECT_EQ(found(index, "how does the parser work"), Keys{3});
  EXPECT_EQ(found(index, "connecting sockets"), Keys{7});
  EXPECT_EQ(found(index, "walrus"), Keys{});
}

TEST(WordIndex, PutsTheDefinitionBeforeTheMentions) {
  const WordIndex index = index_of(
      {{1, "run(); run(); // run", "", "a.cpp"}, {2, "void run() { work(); }", "run", "b.cpp"}});
  EXPECT_EQ(found(index, "run"), (Keys{2, 1}));
}

TEST(WordIndex, KnowsWhichChunksHaveAllTermsInAField) {
  const std::vector<Chunk> chunks = {{1, "run(fast)", "run_fast", "a"},
                                     {2, "run_fast()", "walk", "b"},
                                     {3, "x", "run", "c"},
                                     {4, "x", "run_fast walk", "d"}};
  const WordIndex index(
      {segment_of(std::span(chunks).first(2)), segment_of(std::span(chunks).subspan(2))},
      Keys{1, 2, 3, 4});
  EXPECT_EQ(index.holding(terms_of_question("run_fast"), Field::symbol), (Keys{1, 4}));
  EXPECT_EQ(index.holding(terms_of_question("run"), Field::symbol), (Keys{1, 3, 4}));
  EXPECT_EQ(index.holding(terms_of_question("walrus"), Field::symbol), Keys{});
  EXPECT_EQ(index.holding({}, Field::symbol), Keys{});
}

TEST(WordIndex, LabelsAreNoWords) {
  SegmentBuilder builder(base::Uuid{});
  builder.add({.key = 1,
               .content = "an enum",
               .language = "c",
               .symbols = {},
               .signature = {},
               .path = "a.c",
               .labels = {"macro"}});
  builder.add({.key = 2,
               .content = "a macro",
               .language = "c",
               .symbols = {},
               .signature = {},
               .path = "b.c",
               .labels = {"enum", "macro"}});
  const WordIndex index({Segment::of(std::move(builder).finish())}, Keys{1, 2});
  EXPECT_EQ(index.labelled("enum"), Keys{2});
  EXPECT_EQ(index.labelled("macro"), (Keys{1, 2}));
  EXPECT_EQ(index.labelled("class"), Keys{});
  EXPECT_EQ(found(index, "enum"), Keys{1});
  EXPECT_EQ(index.terms_with("enum", 10).value(), std::vector<std::string>{"enum"});
}

TEST(WordIndex, LabelsMayBeOfAnyLength) {
  const std::string label(10'000, 'x');
  SegmentBuilder builder(base::Uuid{});
  for (std::uint64_t key = 1; key <= 40; ++key) {
    builder.add({.key = key,
                 .content = "code",
                 .language = "c",
                 .symbols = {},
                 .signature = {},
                 .path = "a.c",
                 .labels = {std::to_string(key) + label}});
  }
  const auto segment = Segment::of(std::move(builder).finish());
  EXPECT_TRUE(segment->verify().has_value());
  std::vector<std::uint64_t> live(segment->keys().begin(), segment->keys().end());
  EXPECT_EQ(WordIndex({segment}, live).labelled("17" + label), Keys{17});
}

TEST(WordIndex, FindsWholeIdentifiersAcrossSpellings) {
  const WordIndex index =
      index_of({{1, "read_http_header(x)", "", "a.cpp"}, {2, "http, read, header", "", "b.cpp"}});
  EXPECT_EQ(found(index, "readHttpHeader"), (Keys{1, 2}));
}

TEST(WordIndex, LeavesOutWhatIsNoLongerLive) {
  const std::vector<Chunk> chunks = {
      {1, "alpha", "", "a"}, {2, "alpha", "", "b"}, {3, "alpha", "", "c"}};
  const WordIndex index({segment_of(chunks)}, Keys{1, 3});
  EXPECT_EQ(found(index, "alpha"), (Keys{1, 3}));
  EXPECT_EQ(index.documents(), 2U);
}

TEST(WordIndex, TakesAKeyOfTwoSegmentsOnce) {
  const std::vector<Chunk> chunks = {{1, "alpha", "", "a"}, {2, "alpha", "", "b"}};
  const WordIndex index({segment_of(chunks), segment_of(std::span(chunks).subspan(1))}, Keys{1, 2});
  EXPECT_EQ(found(index, "alpha"), (Keys{1, 2}));
}

TEST(WordIndex, KnowsWhatItLacks) {
  const std::vector<Chunk> chunks = {{1, "alpha", "", "a"}, {4, "alpha", "", "b"}};
  EXPECT_EQ(index_of(chunks).missing(Keys{1, 2, 4, 9}), (Keys{2, 9}));
}

TEST(WordIndex, AWordAskedForVeryOftenDoesNotOverflow) {
  const WordIndex index =
      index_of({{1, "alpha", "", "a"}, {2, "alpha beta", "", "b"}, {3, "gamma", "", "c"}});
  const auto matches = index.search({.terms = {{"alpha", 1e6F}, {"beta", 1e6F}}, .limit = 2});
  ASSERT_EQ(matches.value().size(), 2U);
  EXPECT_EQ(matches.value()[0].key, 2U);
  EXPECT_EQ(matches.value()[0].score, 2 * kMostShare * kScoreUnit);
}

TEST(WordIndex, TheBestNoneAreNone) {
  const WordIndex index = index_of({{1, "alpha", "", "a"}});
  EXPECT_TRUE(index.search({.terms = {{"alpha", 1}}, .limit = 0}).value().empty());
}

TEST(WordIndex, TermsOfSeveralSegmentsAreCountedOnce) {
  const std::vector<Chunk> chunks = {
      {1, "prea preb", "", "a"}, {2, "prea preb prec", "", "b"}, {3, "prea other", "", "c"}};
  const auto span = std::span(chunks);
  const WordIndex index(
      {segment_of(span.first(1)), segment_of(span.subspan(1, 1)), segment_of(span.subspan(2))},
      keys_of(chunks));
  const auto all = index.terms_with("pre", 3);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(*all, (std::vector<std::string>{"prea", "preb", "prec"}));
  EXPECT_EQ(index.terms_with("pre", 2).value(), std::nullopt);
  EXPECT_EQ(index.terms_with("absent", 0).value(), std::vector<std::string>{});
}

/// Words from a skewed distribution, so that lists of all lengths occur.
std::vector<Chunk> random_chunks(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::geometric_distribution<int> word(0.02);
  std::uniform_int_distribution<int> length(1, 60);
  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < count; ++i) {
    Chunk chunk{i * 3, "", "", "dir" + std::to_string(i / 50) + "/file.cpp"};
    for (int n = length(random); n > 0; --n) {
      chunk.content += "w" + std::string(1, static_cast<char>('a' + word(random) % 26)) +
                       std::to_string(word(random) % 40) + " ";
    }
    if (i % 7 == 0) {
      chunk.symbols = "w" + std::string(1, static_cast<char>('a' + word(random) % 26)) + "1";
    }
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

/// The plain way: every chunk's shares, added up.
std::vector<WordMatch> by_exhaustion(const WordIndex& index, const WordQuestion& question) {
  std::vector<WordMatch> all;
  for (const SegmentPart& part : index.parts()) {
    for (std::uint32_t i = 0; i < part.segment->documents(); ++i) {
      const std::uint64_t key = part.segment->keys()[i];
      const bool among =
          question.among == nullptr || std::ranges::binary_search(*question.among, key);
      const auto shares = *index.explain(question, key);
      float score = 0;
      for (const TermShare& share : shares) {
        score += share.score;
      }
      const bool enough =
          question.all_terms ? shares.size() == question.terms.size() : !shares.empty();
      if (part.live[i] && among && enough) {
        all.push_back({key, score});
      }
    }
  }
  std::ranges::sort(all, [](const WordMatch& a, const WordMatch& b) {
    return a.score != b.score ? a.score > b.score : a.key < b.key;
  });
  all.resize(std::min(all.size(), question.limit));
  return all;
}

void expect_same(const std::vector<WordMatch>& a, const std::vector<WordMatch>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].key, b[i].key) << i;
    EXPECT_FLOAT_EQ(a[i].score, b[i].score) << i;
  }
}

class AgainstExhaustion : public testing::TestWithParam<std::uint32_t> {};

TEST_P(AgainstExhaustion, GivesTheSame) {
  const std::uint32_t seed = GetParam();
  const std::vector<Chunk> chunks = random_chunks(9000, seed);
  const auto span = std::span(chunks);
  std::vector<std::uint64_t> live = keys_of(chunks);
  std::erase_if(live, [&](std::uint64_t key) { return key % 11 == seed % 11; });
  const WordIndex index({segment_of(span.subspan(0, 6000)), segment_of(span.subspan(6000, 2950)),
                         segment_of(span.subspan(8950))},
                        live);
  std::vector<std::uint64_t> among = live;
  std::erase_if(among, [](std::uint64_t key) { return key % 5 != 0; });
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    WordQuestion question;
    for (int n = 0; n < 1 + round % 6; ++n) {
      const std::string term = "w" + std::string(1, static_cast<char>('a' + random() % 26)) +
                               std::to_string(random() % 40);
      question.terms.push_back({term, 1 + static_cast<float>(n)});
    }
    question.limit = 1 + random() % 200;
    question.among = round % 3 == 0 ? &among : nullptr;
    question.all_terms = round % 4 == 3;
    expect_same(*index.search(question), by_exhaustion(index, question));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AgainstExhaustion, testing::Range(0U, 4U));

TEST(Merge, GivesTheSameBytesAsBuildingAtOnce) {
  const std::vector<Chunk> chunks = random_chunks(3000, 5);
  const auto span = std::span(chunks);
  std::vector<Chunk> kept;
  std::ranges::copy_if(chunks, std::back_inserter(kept),
                       [](const Chunk& c) { return c.key % 2 == 0; });
  const WordIndex index({segment_of(span.subspan(1000)), segment_of(span.subspan(0, 1000))},
                        keys_of(kept));
  const auto merged = merge(base::Uuid{}, index.parts());
  ASSERT_TRUE(merged.has_value());
  EXPECT_TRUE(*merged == segment_of(kept)->bytes());
}

}  // namespace
}  // namespace quire::lexical
