#include "installing/difference.hpp"

#include <gtest/gtest.h>

namespace quire::installing {
namespace {

TEST(Difference, IsOneHunkWithThreeLinesAround) {
  EXPECT_EQ(difference("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n5b\n6\n7\n8\n", "f"),
            "--- f\n+++ f\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+5b\n 6\n 7\n 8\n");
}

TEST(Difference, OfFilesThatComeAndGo) {
  EXPECT_EQ(difference(std::nullopt, "a\n", "f"), "--- /dev/null\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(difference("a", std::nullopt, "f"),
            "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n\\ No newline at end of file\n");
  EXPECT_EQ(difference("a\na\n", "a\na\na\n", "f"), "--- f\n+++ f\n@@ -1,2 +1,3 @@\n a\n a\n+a\n");
  EXPECT_EQ(difference("a", "a", "f"), "");
}

}  // namespace
}  // namespace quire::installing
