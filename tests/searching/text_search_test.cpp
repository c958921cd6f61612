#include "searching/text_search.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "lexical/segment_builder.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::searching {
namespace {

using Keys = std::vector<std::uint64_t>;
using support::expect;

ChunkRow row(std::string content) {
  ChunkRow out;
  out.meta.file_path = "a.c";
  out.meta.content = std::move(content);
  out.meta.language = "c";
  out.vector = {1, 2};
  return out;
}

std::shared_ptr<const lexical::Segment> segment_of(std::span<const std::string> contents,
                                                   std::uint64_t first_key) {
  lexical::SegmentBuilder builder(base::Uuid{});
  for (std::size_t i = 0; i < contents.size(); ++i) {
    builder.add({.key = first_key + i,
                 .content = contents[i],
                 .language = "c",
                 .symbols = {},
                 .signature = {},
                 .path = "a.c"});
  }
  return lexical::Segment::of(std::move(builder).finish());
}

/// Chunks whose words lie in as many segments as is wanted, of about one size.
class Chunks {
 public:
  Chunks(std::vector<std::string> contents, std::size_t segments)
      : contents_(std::move(contents)), store_(expect(VectorStore::open(folder_.path()))) {
    std::vector<ChunkRow> rows;
    for (const std::string& content : contents_) {
      rows.push_back(row(content));
    }
    expect(store_.insert(std::move(rows)));
    Keys keys;
    std::vector<std::shared_ptr<const lexical::Segment>> made;
    for (std::size_t i = 0; i < segments; ++i) {
      const std::size_t begin = contents_.size() * i / segments;
      const std::size_t end = contents_.size() * (i + 1) / segments;
      made.push_back(segment_of(std::span(contents_).subspan(begin, end - begin), begin));
    }
    for (std::uint64_t key = 0; key < contents_.size(); ++key) {
      keys.push_back(key);
    }
    view_.emplace(expect(store_.snapshot()), lexical::WordIndex(std::move(made), keys));
    EXPECT_EQ(view_->words.documents(), contents_.size());
  }

  const std::vector<std::string>& contents() const { return contents_; }

  Keys found(const TextPattern& pattern) const {
    return expect(chunks_with(*view_, std::span(&pattern, 1), {}, PathScope({}, true))).keys;
  }

  /// Every chunk is read.
  Keys scanned(const TextPattern& pattern) const {
    Keys keys;
    for (std::size_t i = 0; i < contents_.size(); ++i) {
      if (pattern.matches(contents_[i])) {
        keys.push_back(i);
      }
    }
    return keys;
  }

 private:
  support::TempDir folder_;
  std::vector<std::string> contents_;
  VectorStore store_;
  std::optional<corpus::View> view_;
};

std::string calls_of(int first, int last) {
  std::string out;
  for (int i = first; i < last; ++i) {
    out += "pre" + std::to_string(10000 + i) + "();\n";
  }
  return out;
}

TEST(TextSearch, TheSameTermsInSeveralSegmentsHideNone) {
  const Chunks chunks({calls_of(0, 1500), calls_of(0, 1500), "int prezzz(int a);"}, 3);
  EXPECT_EQ(chunks.found(expect(TextPattern::regex("int pre[z]+\\("))), Keys{2});
  EXPECT_EQ(chunks.found(TextPattern::literal("prez")), Keys{2});
}

TEST(TextSearch, MoreTermsThanAreLookedUpHideNone) {
  for (const int terms : {1997, 1998, 1999, 2000, 2001, 4000}) {
    const Chunks chunks({calls_of(0, terms), "prezzz", "other"}, 2);
    EXPECT_EQ(chunks.found(TextPattern::literal("pre")), (Keys{0, 1})) << terms;
  }
}

/// What names are made of, and what stands beside them.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {
      "kmalloc", "array",  "HTTP",   "Server", "x",      "Z",      "_",      "_",      "12",
      "345678",  "(",      ")",      " ",      " ",      ".",      "\n",     "\u91CA", "\u653E",
      "\u30AB",  "\u00E9", "\u0416", "\u2192", "\u2014", "\u201C", "\u00A0", "//",     "\"",
      "/*",      "*/",     "\u0130", "K",      "preX",   "preY",   "\u7684", ";",      "#"};
  std::string out;
  for (std::size_t n = 5 + random() % 40; n > 0; --n) {
    out += parts[random() % parts.size()];
  }
  if (random() % 5 == 0) {
    out += std::string(60 + random() % 10, 'a') + parts[random() % parts.size()];
  }
  return out;
}

/// Any part of a text, from one character's beginning to another's.
std::string part_of(const std::string& text, std::mt19937& random) {
  const auto is_begin = [&](std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
  };
  std::size_t begin = random() % text.size();
  std::size_t end = std::min(text.size(), begin + 1 + random() % 16);
  while (!is_begin(begin)) {
    --begin;
  }
  while (!is_begin(end)) {
    ++end;
  }
  return text.substr(begin, end - begin);
}

class AgainstAScan : public testing::TestWithParam<std::uint32_t> {
 protected:
  AgainstAScan() : random_(GetParam()) {
    std::vector<std::string> contents;
    for (int i = 0; i < 120; ++i) {
      contents.push_back(random_text(random_));
    }
    contents.push_back(calls_of(0, 1200));
    contents.push_back(calls_of(0, 1200));
    chunks_.emplace(std::move(contents), GetParam());
  }

  std::mt19937 random_;
  std::optional<Chunks> chunks_;
};

TEST_P(AgainstAScan, QuotedTextIsFoundEverywhere) {
  for (int i = 0; i < 100; ++i) {
    const std::string text =
        part_of(chunks_->contents()[random_() % chunks_->contents().size()], random_);
    const TextPattern pattern = TextPattern::literal(text);
    ASSERT_EQ(chunks_->found(pattern), chunks_->scanned(pattern)) << "'" << text << "'";
  }
}

TEST_P(AgainstAScan, ARegularExpressionIsFoundEverywhere) {
  for (const char* const expression : {"kmalloc_array\\(",
                                       "kmalloc[_a]*array",
                                       "pre[0-9]+\\(",
                                       "pre[XY]",
                                       "HTTP.*Server",
                                       "HTTPS?erver",
                                       "[[:alpha:]_]array",
                                       "[^]x]Server",
                                       "[]x]Server",
                                       "(array+)*x",
                                       "x+?Z",
                                       "Z{0,2}Server",
                                       "(HTTP|kmalloc)_",
                                       "kmalloc\\)|preX",
                                       "\\bHTTP\\b",
                                       "(?i)PREy",
                                       "\\(kmalloc",
                                       "12\\.|345678",
                                       "(x|Z)+_",
                                       "[[:alpha:]a-z]x",
                                       "[\\w]array",
                                       "[\\d]+_",
                                       "\u91CAkmalloc",
                                       "kmalloc.*\u653E",
                                       "(?:HTTP|preX|345)_?[a-z]*",
                                       "pre1000[0-9]\\(\\);",
                                       "\\.kmalloc",
                                       "(?i)kmalloc|\u91CA",
                                       "a{60,}",
                                       "kmalloc$",
                                       "^array",
                                       "Server{1}_",
                                       "kmalloc(_array)?\\(",
                                       "(preX)*preY",
                                       "[a-z]{3}X",
                                       "array\\*/",
                                       "[^a-z_]kmalloc[^a-z_]x",
                                       "x[_-]Z|\\Q/*\\E",
                                       "[[:digit:]]{2}array",
                                       "\\w+\\("}) {
    const TextPattern pattern = expect(TextPattern::regex(expression));
    ASSERT_EQ(chunks_->found(pattern), chunks_->scanned(pattern)) << expression;
  }
}

/// An expression of what stands in the texts and of operators.
std::string random_expression(const std::vector<std::string>& contents, std::mt19937& random) {
  static const std::vector<std::string> operators = {
      "*", "+",  "?",      "{2}",  "|", "|", "(?i)", "\\w",  "\\b",
      ".", ".*", "[A-Z_]", "[^a]", "$", "^", "\\s*", "\\d+", "[KS\u91CA]"};
  std::string out;
  for (std::size_t n = 1 + random() % 4; n > 0; --n) {
    const std::string text = part_of(contents[random() % contents.size()], random);
    const std::string quoted = text.contains("\\E") ? "x" : "\\Q" + text + "\\E";
    out += random() % 2 == 0 ? "(?:" + quoted + ")" : quoted;
    out += random() % 3 == 0 ? "" : operators[random() % operators.size()];
  }
  return out;
}

TEST_P(AgainstAScan, GeneratedExpressionsAreFoundEverywhere) {
  int found = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string expression = random_expression(chunks_->contents(), random_);
    const Result<TextPattern> pattern = TextPattern::regex(expression);
    if (pattern) {
      ASSERT_EQ(chunks_->found(*pattern), chunks_->scanned(*pattern)) << expression;
      found += chunks_->found(*pattern).empty() ? 0 : 1;
    }
  }
  EXPECT_GT(found, 100);
}

INSTANTIATE_TEST_SUITE_P(Segments, AgainstAScan, testing::Range(1U, 13U));

}  // namespace
}  // namespace quire::searching
