#include "searching/path_scope.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

using Texts = std::vector<std::string>;

TEST(WithoutBraces, IsEveryChoice) {
  EXPECT_EQ(without_braces("a.{c,h}"), (Texts{"a.c", "a.h"}));
  EXPECT_EQ(without_braces("{a,b}/{c,d}"), (Texts{"a/c", "a/d", "b/c", "b/d"}));
  EXPECT_EQ(without_braces("x{a,b{c,d}}"), (Texts{"xa", "xbc", "xbd"}));
  EXPECT_EQ(without_braces("{,x}y"), (Texts{"y", "xy"}));
}

TEST(WithoutBraces, LeavesWhatAreNone) {
  for (const std::string text : {"a", "{a}", "{a,b", "a}b,{", "\\{a,b}", "{a\\,b}", ""}) {
    EXPECT_EQ(without_braces(text), Texts{text}) << text;
  }
}

TEST(WithoutBraces, LeavesWhatWouldBeTooMany) {
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "{a,b}";
  }
  EXPECT_EQ(without_braces(many), Texts{many});
}

TEST(PathScope, TakesWhatOnePatternMatchesAndNoOtherExcludes) {
  const Texts patterns = {"src/**", "*.md", "!*_test.{c,h}", "!src/gen"};
  const PathScope paths(patterns, true);
  EXPECT_TRUE(paths.matches("src/a.c"));
  EXPECT_TRUE(paths.matches("docs/a.md"));
  EXPECT_FALSE(paths.matches("docs/a.c"));
  EXPECT_FALSE(paths.matches("src/a_test.h"));
  EXPECT_FALSE(paths.matches("src/gen/a.c"));
}

TEST(PathScope, OfExclusionsAloneTakesTheRest) {
  const Texts patterns = {"!tests", "!*.md"};
  const PathScope paths(patterns, true);
  EXPECT_TRUE(paths.filter().empty());
  EXPECT_TRUE(paths.matches("src/a.c"));
  EXPECT_FALSE(paths.matches("tests/a.c"));
  EXPECT_FALSE(paths.matches("a.md"));
}

TEST(PathScope, HasNoFilterWhereOnePatternTakesAll) {
  const Texts patterns = {"src/**", "**"};
  EXPECT_TRUE(PathScope(patterns, true).filter().empty());
}

}  // namespace
}  // namespace quire::searching
