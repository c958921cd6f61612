#include "chunking/line_chunker.hpp"

#include <string>

#include <gtest/gtest.h>

#include "chunking/invariants.hpp"
#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(LineChunker, EmptyTextHasNoChunks) {
  EXPECT_TRUE(chunk("", "text", "a.txt").empty());
}

TEST(LineChunker, BlankLinesAloneHaveNoChunks) {
  EXPECT_TRUE(chunk("\n \t\r\n\n", "text", "a.txt").empty());
  EXPECT_TRUE(chunk("\xEF\xBB\xBF\n", "text", "a.txt").empty());
}

TEST(LineChunker, ShortTextIsOneChunkWithoutBlankEnds) {
  const auto chunks = chunk("\n\none\n\ntwo\n\n", "text", "a.txt");
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].text, "one\n\ntwo");
  EXPECT_EQ(chunks[0].start_line, 3);
  EXPECT_EQ(chunks[0].end_line, 5);
  EXPECT_FALSE(chunks[0].symbol_name);
}

TEST(LineChunker, LastLineNeedsNoLineFeed) {
  EXPECT_EQ(chunk("one", "text", "a.txt").at(0).text, "one");
  EXPECT_EQ(chunk("one\n", "text", "a.txt").at(0).text, "one");
}

TEST(LineChunker, CarriageReturnsStayInTheText) {
  const auto chunks = chunk("one\r\ntwo\r\n", "text", "a.txt");
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].text, "one\r\ntwo\r");
}

TEST(LineChunker, LongTextIsCutAtABlankLineNearTheMiddle) {
  const std::string text = repeat("words\n", 33) + "\n" + repeat("words\n", 40);
  EXPECT_EQ(outline(text, "text"), (Outline{"1-33", "35-74"}));
}

TEST(LineChunker, CutPrefersBlankLinesOutsideBlocks) {
  const std::string text = repeat("a\n", 28) + "\n" + repeat("a\n", 4) + "\n        deep\n" +
                           repeat("        deep\n", 30);
  EXPECT_EQ(outline(text, "text").at(0), "1-28");
}

TEST(LineChunker, TextWithoutAnyGoodPlaceIsCutEvenly) {
  EXPECT_EQ(outline(repeat("words\n", 61), "text").size(), 2U);
  const auto pieces = outline(repeat("words\n", 1000), "text");
  EXPECT_GE(pieces.size(), 1000U / 60);
  EXPECT_LE(pieces.size(), 1000U / 25);
}

TEST(LineChunker, LongLinesAreCutByBytes) {
  const std::string line = std::string(3000, 'x') + "\n";
  const std::string text = repeat(line, 10);
  const auto chunks = chunk(text, "text", "a.txt");
  EXPECT_EQ(broken_invariant(text, chunks), "");
  EXPECT_EQ(chunks.size(), 5U);
}

TEST(LineChunker, LineLongerThanAChunkStaysWhole) {
  const std::string text = "a\n" + std::string(100'000, 'x') + "\nb\n";
  const auto chunks = chunk(text, "javascript", "a.min.js");
  EXPECT_EQ(broken_invariant(text, chunks), "");
  EXPECT_EQ(outline(text, "javascript"), (Outline{"1-1", "2-2", "3-3"}));
}

TEST(LineChunker, MarkdownIsCutAtHeadings) {
  const std::string text = "# One\n" + repeat("text\n", 25) + "## Two\n" + repeat("text\n", 25);
  EXPECT_EQ(outline(text, "markdown"), (Outline{"1-26", "27-52"}));
}

TEST(LineChunker, ShortMarkdownSectionsStayTogether) {
  const std::string text = "# One\ntext\n## Two\ntext\n## Three\ntext\n";
  EXPECT_EQ(outline(text, "markdown"), (Outline{"1-6"}));
}

TEST(LineChunker, CommentInAMarkdownFenceIsNoHeading) {
  const std::string text = repeat("text\n", 10) + "```sh\n" + repeat("# not a heading\n", 30) +
                           "```\n# Heading\n" + repeat("text\n", 10);
  EXPECT_EQ(outline(text, "markdown"), (Outline{"1-42", "43-53"}));
}

TEST(LineChunker, LongMarkdownSectionIsCutLikeText) {
  const std::string text = "# One\n" + repeat("text\n", 35) + "\n" + repeat("text\n", 40);
  EXPECT_EQ(outline(text, "markdown"), (Outline{"1-36", "38-77"}));
}

}  // namespace
}  // namespace quire::chunking
