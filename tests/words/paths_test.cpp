#include "words/paths.hpp"

#include <gtest/gtest.h>

namespace quire::words {
namespace {

TEST(PathEnd, HasAtMostFourParts) {
  EXPECT_EQ(path_end("a/b/c/d/e.cpp"), "b/c/d/e.cpp");
  EXPECT_EQ(path_end("c/d/e.cpp"), "c/d/e.cpp");
  EXPECT_EQ(path_end(""), "");
}

TEST(FileStem, IsTheNameWithoutItsLastEnding) {
  EXPECT_EQ(file_stem("src/net/http.go"), "http");
  EXPECT_EQ(file_stem("a/archive.tar.gz"), "archive.tar");
  EXPECT_EQ(file_stem("a/.profile"), ".profile");
  EXPECT_EQ(file_stem("Makefile"), "Makefile");
}

}  // namespace
}  // namespace quire::words
