#include "searching/file_role.hpp"

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

TEST(FileRole, IsToldByThePath) {
  EXPECT_EQ(role_of("src/parser.cpp", "cpp"), FileRole::source);
  EXPECT_EQ(role_of("tests/parser.cpp", "cpp"), FileRole::test);
  EXPECT_EQ(role_of("net/http_test.go", "go"), FileRole::test);
  EXPECT_EQ(role_of("Tests/Unit/FooTest.php", "php"), FileRole::test);
  EXPECT_EQ(role_of("src/app.spec.ts", "typescript"), FileRole::test);
  EXPECT_EQ(role_of("src/contest.py", "python"), FileRole::source);
  EXPECT_EQ(role_of("src/latest/attest.py", "python"), FileRole::source);
  EXPECT_EQ(role_of("examples/hello.rs", "rust"), FileRole::example);
  EXPECT_EQ(role_of("docs/guide.md", "markdown"), FileRole::docs);
  EXPECT_EQ(role_of("README.md", "markdown"), FileRole::docs);
  EXPECT_EQ(role_of("vendor/lib/a.go", "go"), FileRole::vendored);
  EXPECT_EQ(role_of("vendor/lib/a_test.go", "go"), FileRole::vendored);
  EXPECT_EQ(role_of("static/jquery.min.js", "javascript"), FileRole::generated);
  EXPECT_EQ(role_of("lib/compat.py", "python"), FileRole::legacy);
  EXPECT_EQ(role_of("pkg/__init__.py", "python"), FileRole::interface);
  EXPECT_EQ(role_of("index.d.ts", "typescript"), FileRole::interface);
  EXPECT_EQ(role_of("package.json", "json"), FileRole::data);
}

}  // namespace
}  // namespace quire::searching
