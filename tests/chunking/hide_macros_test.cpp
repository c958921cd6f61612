#ifdef QUIRE_GRAMMARS

#include "chunking/languages/hide_macros.hpp"

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

TEST(HideMacros, DecorationsBecomeCommentsOfTheirLength) {
  EXPECT_EQ(hide_macros("PNG_API int f(void);"), "/*   */ int f(void);");
  EXPECT_EQ(hide_macros("GLAPI void APIENTRY f(int a);"), "/* */ void /*    */ f(int a);");
  EXPECT_EQ(hide_macros("class MY_API Server : Base {"), "class /*  */ Server : Base {");
  EXPECT_EQ(hide_macros("void f() NOEXCEPT {"), "void f() /*    */ {");
  EXPECT_EQ(hide_macros("API int f(void);"), "    int f(void);");
  EXPECT_EQ(hide_macros("namespace net VISIBLE(default) {"), "namespace net /*            */ {");
}

TEST(HideMacros, TypesValuesAndCallsStay) {
  for (const std::string_view text :
       {"FILE *open(BOOL flag);", "static DWORD count;", "BOOL f(void);", "static BOOL f(void) {",
        "#define MAX_SIZE A b c", "TEST(Parser, Accepts) {", "int x = MAX + MIN;",
        "enum { RED, GREEN };", "\"MY API f(\" // SOME MACRO f(x)\n", "struct FOO bar;"}) {
    EXPECT_EQ(hide_macros(text), text);
  }
}

TEST(HideMacros, UnclosedQuotesAndCommentsAreNoTrouble) {
  for (const std::string_view text : {"'", "\"\\", "/*", "/* *", "#define A \\", "A\\\n'", "#"}) {
    EXPECT_EQ(hide_macros(text), text);
  }
}

TEST(HideMacros, NamesBehindMacrosAreFound) {
  constexpr std::string_view kText = R"(_BEGIN_NAMESPACE_VERSION

/* Doubles. */
LIB_API LIB_PURE number_t
twice(number_t x)
{
  return 2 * x;
}
class LIB_API Server : public Base {
  int port_;
};
LIB_API std::string name(int x) NOEXCEPT;
)";
  EXPECT_EQ(symbols(kText, "cpp"),
            (Outline{"function twice", "class Server", "field Server::port_", "function name"}));
  EXPECT_TRUE(named("twice", chunk(kText, "cpp", "")).text.contains("/* Doubles. */\nLIB_API"));
}

}  // namespace
}  // namespace quire::chunking

#endif
