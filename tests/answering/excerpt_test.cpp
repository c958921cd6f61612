#include "answering/excerpt.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "answering/shown_part.hpp"

namespace quire::answering {
namespace {

using Lines = std::vector<std::string_view>;

/// What a searcher marks where each letter of `terms` stands for a term of its own.
std::vector<TextMatch> matches_in(std::string_view content, std::string_view terms) {
  std::vector<TextMatch> matches;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const std::size_t term = terms.find(content[at]);
    if (term != std::string_view::npos) {
      matches.push_back({at, at + 1, term});
    }
  }
  return matches;
}

Excerpt excerpt_in(std::string_view content, std::string_view terms, std::size_t limit) {
  return excerpt_of(content, matches_in(content, terms), limit);
}

TEST(Excerpt, BeginsAtTheFirstLineThatIsNotBlank) {
  const Excerpt excerpt = excerpt_in("\n  \none\ntwo\nthree\n\n", "", 2);
  EXPECT_EQ(excerpt.first, 2U);
  EXPECT_EQ(excerpt.lines, (Lines{"one", "two"}));
  EXPECT_EQ(excerpt.after, 1U);
}

TEST(Excerpt, IsWhereMostDifferentTermsStand) {
  const Excerpt excerpt = excerpt_in("XXX\n-\n-X-\n-Y-\n-", "XY", 2);
  EXPECT_EQ(excerpt.first, 2U);
  EXPECT_EQ(excerpt.lines, (Lines{"-X-", "-Y-"}));
  EXPECT_EQ(excerpt.after, 1U);
}

TEST(Excerpt, OfEqualWindowsTheFirstIsTaken) {
  EXPECT_EQ(excerpt_in("X\n-\n-\nX", "X", 2).first, 0U);
}

TEST(Excerpt, HoldsWhatThereIs) {
  EXPECT_EQ(excerpt_in("", "X", 5).lines, Lines{""});
  EXPECT_EQ(excerpt_in("one", "X", 5).lines, Lines{"one"});
  const Excerpt none = excerpt_in("-\nX", "X", 0);
  EXPECT_TRUE(none.lines.empty());
  EXPECT_EQ(none.first, 0U);
  EXPECT_EQ(none.after, 2U);
}

TEST(Excerpt, IsWidenedByLinesOfTheChunk) {
  constexpr std::string_view kContent = "a\nb\nX\nc\nd";
  Excerpt excerpt = excerpt_in(kContent, "X", 1);
  excerpt.widen(kContent, 1, 2);
  EXPECT_EQ(excerpt.first, 1U);
  EXPECT_EQ(excerpt.lines, (Lines{"b", "X", "c", "d"}));
  EXPECT_EQ(excerpt.after, 0U);
}

SearchHit hit_with(std::string content, std::optional<std::string> symbol) {
  SearchHit hit;
  hit.meta.content = std::move(content);
  hit.meta.symbol_name = std::move(symbol);
  return hit;
}

TEST(Signature, IsTheLineThatNamesTheSymbol) {
  const SearchHit hit = hit_with("\n@cached\ndef run(self):\n  pass", "Job.run");
  EXPECT_EQ(signature_of(hit).lines, Lines{"def run(self):"});
  EXPECT_EQ(signature_of(hit).first, 2U);
}

TEST(Signature, WithoutASymbolIsTheFirstLineThatIsNotBlank) {
  EXPECT_EQ(signature_of(hit_with("\n\none\ntwo", std::nullopt)).lines, Lines{"one"});
  EXPECT_EQ(signature_of(hit_with("one", "unheard_of")).lines, Lines{"one"});
}

TEST(ShownPart, IsAllButOfLinesThatNobodyWrote) {
  SearchHit hit;
  hit.meta.content = std::string(20'000, 'a') + "\u00e9needle" + std::string(20'000, 'b');
  hit.matches = {{20'002, 20'008, 0}, {39'000, 39'001, 0}};
  const ShownPart part = shown_part(hit);
  EXPECT_FALSE(part.is_all);
  EXPECT_LE(part.text.size(), 4096U);
  ASSERT_EQ(part.matches.size(), 1U);
  EXPECT_EQ(part.text.substr(part.matches[0].begin, 6), "needle");
  hit.meta.content.resize(16'384);
  hit.matches = {};
  EXPECT_TRUE(shown_part(hit).is_all);
  EXPECT_EQ(shown_part(hit).text, hit.meta.content);
}

TEST(SignatureOf, EndsWithinALineThatNobodyWrote) {
  SearchHit hit;
  for (int i = 0; i < 2000; ++i) {
    hit.meta.content += "\u00e9";
  }
  EXPECT_EQ(signature_of(hit).lines.front().size(), 1024U);
  hit.meta.content.insert(0, "x");
  EXPECT_EQ(signature_of(hit).lines.front().size(), 1023U);
}

}  // namespace
}  // namespace quire::answering
