#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "embedding/static_model/builtin_table.hpp"
#include "embedding/static_model/row_sum.hpp"
#include "embedding/static_model/static_embedder.hpp"
#include "embedding/static_model/word_scanner.hpp"
#include "embedding/static_model/word_table.hpp"
#include "words/words.hpp"

namespace quire::embedding {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  WordScanner scanner(text);
  for (auto word = scanner.next(); !word.empty(); word = scanner.next()) {
    out.emplace_back(word);
  }
  return out;
}

TEST(WordScanner, SplitsIdentifiersAndFoldsCase) {
  EXPECT_EQ(
      words_of("int parseHTTPHeader_v2(const utf8& x);"),
      (std::vector<std::string>{"int", "parse", "http", "header", "v2", "const", "utf8", "x"}));
  EXPECT_EQ(words_of(" ... "), std::vector<std::string>());
}

/// The same words by the readers that define them.
std::vector<std::string> words_by_readers(std::string_view text) {
  std::vector<std::string> out;
  words::IdentifierReader identifiers(text);
  for (auto name = identifiers.next(); !name.empty(); name = identifiers.next()) {
    words::PartReader parts(name);
    for (auto part = parts.next(); !part.empty(); part = parts.next()) {
      std::string& word = out.emplace_back(part);
      std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      });
    }
  }
  return out;
}

TEST(WordScanner, FindsTheWordsOfTheReaders) {
  constexpr std::string_view kLetters = "abzABZ019__ .\xc3\xa9@[`{";
  std::mt19937 random(5);
  for (int round = 0; round < 5'000; ++round) {
    std::string text(random() % 40, ' ');
    std::ranges::generate(text, [&] { return kLetters[random() % kLetters.size()]; });
    ASSERT_EQ(words_of(text), words_by_readers(text)) << text;
  }
}

TEST(WordScanner, HasTheHeadOfEachWord) {
  WordScanner scanner("ABCDEFGHIJ xy");
  ASSERT_EQ(scanner.next(), "abcdefghij");
  EXPECT_EQ(scanner.head(), 0x68676665'64636261U);
  ASSERT_EQ(scanner.next(), "xy");
  EXPECT_EQ(scanner.head(), 0x7978U);
}

TEST(WordScanner, CutsLongWordsBetweenCharacters) {
  const std::string letters(39, 'a');
  EXPECT_EQ(words_of(letters + "bcd"), (std::vector<std::string>{letters + "b"}));
  EXPECT_EQ(words_of(letters + "\xc3\xa9z"), (std::vector<std::string>{letters}));
}

TEST(AddRows, SumsExactlyForAnyShape) {
  std::mt19937 random(1);
  for (const std::size_t width : {1U, 15U, 16U, 40U, 256U}) {
    for (const std::size_t count : {0U, 1U, 2U, 7U, 64U}) {
      std::vector<std::vector<std::int8_t>> numbers(count, std::vector<std::int8_t>(width));
      std::vector<WeightedRow> rows;
      std::vector<std::int32_t> expected(width, 5);
      for (auto& row : numbers) {
        std::ranges::generate(row, [&] { return static_cast<std::int8_t>(random()); });
        const auto factor = static_cast<std::int16_t>(
            static_cast<int>(random() % (2 * kLargestFactor + 1)) - kLargestFactor);
        rows.push_back({row.data(), factor});
        for (std::size_t i = 0; i < width; ++i) {
          expected[i] += factor * row[i];
        }
      }
      std::vector<std::int32_t> sums(width, 5);
      add_rows(rows, sums);
      EXPECT_EQ(sums, expected) << count << " rows of " << width;
    }
  }
}

TEST(AddRows, HoldsTheLargestSum) {
  const std::vector<std::int8_t> row(16, -128);
  const std::vector<WeightedRow> rows(kMostRows, {row.data(), kLargestFactor});
  std::vector<std::int32_t> sums(16);
  add_rows(rows, sums);
  EXPECT_EQ(sums,
            std::vector<std::int32_t>(16, -128 * kLargestFactor * static_cast<int>(kMostRows)));
}

constexpr std::size_t kWidth = 20;

/// A small model and what it was made of.
struct SmallModel {
  std::vector<std::vector<float>> vectors;
  std::vector<WordRow> rows;
  std::string bytes;
};

SmallModel small_model() {
  SmallModel model;
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  const std::vector<std::string> words = {"read", "write", "file", "get", "addr",
                                          "info", "a",     "d",    "i"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<float>& vector = model.vectors.emplace_back(kWidth);
    std::ranges::generate(vector, [&] { return normal(random); });
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto weight = static_cast<float>(i + 1);
    model.rows.push_back({words[i], model.vectors[i], 0.1F * weight, 2 - 0.1F * weight});
  }
  model.bytes = make_word_table(model.rows, 7);
  return model;
}

/// The vector by the definition, in doubles, of words that are all in the model.
std::vector<double> expected_vector(const SmallModel& model,
                                    const std::vector<std::string>& words,
                                    bool is_query) {
  std::vector<double> out(kWidth);
  for (const WordRow& row : model.rows) {
    const auto count = std::ranges::count(words, row.word);
    if (count == 0) {
      continue;
    }
    const double weight = static_cast<double>(is_query ? row.query_weight : row.document_weight);
    for (std::size_t i = 0; i < kWidth; ++i) {
      out[i] += (1 + std::log(count)) * weight * static_cast<double>(row.vector[i]);
    }
  }
  double square = 0;
  for (const double x : out) {
    square += x * x;
  }
  std::ranges::transform(out, out.begin(), [&](double x) { return x / std::sqrt(square); });
  return out;
}

void expect_close(const std::vector<float>& vector, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(vector[i]), expected[i], 0.01) << i;
  }
}

std::vector<float> embedded(const Embedder& embedder, std::string_view text, bool is_query) {
  std::vector<float> out(embedder.identity().dimensions);
  EXPECT_TRUE(is_query ? embedder.embed_query(text, out)
                       : embedder.embed_documents(std::span(&text, 1), out));
  return out;
}

TEST(StaticEmbedder, SumsTheWeightedVectorsOfTheWords) {
  const SmallModel model = small_model();
  const auto table = WordTable::open(model.bytes);
  ASSERT_TRUE(table) << table.error().message;
  const auto embedder = make_static_embedder("small", *table);
  const std::string_view text = "readFile(FILE) get get get write read read";
  for (const bool is_query : {false, true}) {
    expect_close(embedded(*embedder, text, is_query),
                 expected_vector(model, words_of(text), is_query));
  }
}

TEST(StaticEmbedder, TakesUnknownWordsApart) {
  const SmallModel model = small_model();
  const auto embedder = make_static_embedder("small", WordTable::open(model.bytes).value());
  expect_close(embedded(*embedder, "getaddrinfo", false),
               expected_vector(model, {"get", "addr", "info"}, false));
}

TEST(StaticEmbedder, GivesWhatItDoesNotKnowTheFirstUnitVector) {
  const SmallModel model = small_model();
  const auto embedder = make_static_embedder("small", WordTable::open(model.bytes).value());
  std::vector<float> expected(kWidth);
  expected[0] = 1;
  EXPECT_EQ(embedded(*embedder, "", false), expected);
  EXPECT_EQ(embedded(*embedder, "zzz ++ 999", true), expected);
}

TEST(StaticEmbedder, NamesItsModel) {
  const SmallModel model = small_model();
  const auto table = WordTable::open(model.bytes).value();
  EXPECT_EQ(make_static_embedder("small", table)->identity(),
            (EmbedderIdentity{"small", 7, table.hash(), kWidth}));
}

TEST(StaticEmbedder, RefusesTooLittleRoom) {
  const SmallModel model = small_model();
  const auto embedder = make_static_embedder("small", WordTable::open(model.bytes).value());
  std::vector<float> out(kWidth - 1);
  EXPECT_EQ(embedder->embed_query("read", out).error().code, ErrorCode::invalid_argument);
}

TEST(WordTable, FindsEveryWordAndNoOther) {
  const SmallModel model = small_model();
  const auto table = WordTable::open(model.bytes).value();
  EXPECT_TRUE(table.verify());
  for (std::uint32_t i = 0; i < model.rows.size(); ++i) {
    EXPECT_EQ(table.find(model.rows[i].word), i);
  }
  EXPECT_EQ(table.find("reads"), std::nullopt);
  EXPECT_EQ(table.find(""), std::nullopt);
}

TEST(WordTable, RefusesEveryLengthButItsOwn) {
  const SmallModel model = small_model();
  for (std::size_t size = 0; size < model.bytes.size(); ++size) {
    EXPECT_FALSE(WordTable::open(std::string_view(model.bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(WordTable::open(model.bytes + "x"));
}

TEST(WordTable, NoticesEveryFlippedBit) {
  const SmallModel model = small_model();
  std::string bytes = model.bytes;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const auto table = WordTable::open(bytes);
    const bool is_version = at >= 12 && at < 16;  // A number like any other.
    EXPECT_TRUE(is_version || !table || !table->verify()) << at;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  }
}

TEST(BuiltinTable, IsSound) {
  const WordTable table = builtin_table();
  EXPECT_TRUE(table.verify());
  EXPECT_EQ(table.dimensions(), 256U);
  EXPECT_GT(table.size(), 20'000U);
}

TEST(BuiltinTable, KnowsThatWordsAreAlike) {
  const auto embedder = make_static_embedder("builtin", builtin_table());
  const auto nearness = [&](std::string_view question, std::string_view code) {
    const std::vector<float> a = embedded(*embedder, question, true);
    const std::vector<float> b = embedded(*embedder, code, false);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return sum;
  };
  const std::string_view removal = "void rm(path p) { if (unlink(p.c_str()) != 0) fail(errno); }";
  const std::string_view sorting =
      "void qsort(int* v, int n) { swap(v, 0, n / 2); qsort(v, last - 1); }";
  EXPECT_GT(nearness("delete a file", removal), nearness("delete a file", sorting));
  EXPECT_GT(nearness("put the numbers in order", sorting),
            nearness("put the numbers in order", removal));
}

}  // namespace
}  // namespace quire::embedding
