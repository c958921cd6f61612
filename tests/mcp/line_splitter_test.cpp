#include "mcp/line_splitter.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::mcp {
namespace {

using Found = LineSplitter::Found;

/// All that is found in `pieces`, too long lines as "!".
std::vector<std::string> lines_of(const std::vector<std::string>& pieces, std::size_t longest) {
  LineSplitter splitter(longest);
  std::vector<std::string> lines;
  for (const std::string& piece : pieces) {
    splitter.add(piece);
    std::string line;
    for (Found found = splitter.next(line); found != Found::nothing; found = splitter.next(line)) {
      lines.push_back(found == Found::line ? line : "!");
    }
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineSplitter, JoinsPieces) {
  EXPECT_EQ(lines_of({"a", "b\nc", "\n", "d"}, 10), (Lines{"ab", "c"}));
}

TEST(LineSplitter, GivesEachLineOfAPiece) {
  EXPECT_EQ(lines_of({"a\n\nb\r\n"}, 10), (Lines{"a", "", "b"}));
}

TEST(LineSplitter, TellsOfLinesThatAreTooLong) {
  EXPECT_EQ(lines_of({"1234\n12345\n1234\n"}, 4), (Lines{"1234", "!", "1234"}));
}

TEST(LineSplitter, HoldsNoMoreThanALine) {
  EXPECT_EQ(lines_of({"123", "45", "6", "7\nab\n"}, 4), (Lines{"!", "ab"}));
}

}  // namespace
}  // namespace quire::mcp
