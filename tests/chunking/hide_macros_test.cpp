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

TEST(HideMacros, DefinesEndWhereTheirLinesDo) {
  EXPECT_EQ(hide_macros("#define A(x) f(/* n */ x)\n"), "#define A(x) f(        x)\n");
  EXPECT_EQ(hide_macros("#define A 1 /* end */\n"), "#define A 1 /* end */\n");
  EXPECT_EQ(hide_macros("#define A /* a\n b */ 1\n"), "#define A    \\\n      1\n");
  EXPECT_EQ(hide_macros("#define A_H \nint a;\n"), "#define A_H;\nint a;\n");
  EXPECT_EQ(hide_macros("/*\n#define A /* b */ 1\n"), "/*\n#define A /* b */ 1\n");
  constexpr std::string_view kText = R"(#define COLORS(X) \
  X(RED)   /* warm */ \
  X(GREEN) "/*" \
  X(BLUE)
#define EMPTY 
enum color { COLORS(AS_ENUM) };
#define CALL(x) do { /* n */ f(x); } while (0)

void follow_one(void) {
  go();
}
)";
  EXPECT_EQ(outline(kText, "c"),
            (Outline{"1-4 macro COLORS", "5-7 enum color", "9-11 function follow_one"}));
}

TEST(HideMacros, BareLinesOfMacrosAreHiddenAboveDeclarations) {
  EXPECT_EQ(hide_macros("INIT(a)\nINIT(b)\nint f(int x) {}\n"),
            "/*   */\n/*   */\nint f(int x) {}\n");
  for (const std::string_view text :
       {"TEST(A, B)\n{}\n", "INIT(a);\nint b;\n", "enum {\nX(a)\nX(b)\n};\n", "  INIT(a)\nint b;\n",
        "INIT(a)\nf(b);\n"}) {
    EXPECT_EQ(hide_macros(text), text);
  }
}

TEST(HideMacros, PointersToFunctionsAndLowerCaseExportsAreDecorated) {
  EXPECT_EQ(hide_macros("LIB int (*f)(int a) ATTR;"), "    int (*f)(int a) /**/;");
  EXPECT_EQ(hide_macros("class core_export A : B {"), "class /*       */ A : B {");
  EXPECT_EQ(hide_macros("struct a_api A {"), "struct /* */ A {");
  for (const std::string_view text :
       {"struct tm now {0};", "enum class A : int {", "class A final {", "enum mode a : 2;"}) {
    EXPECT_EQ(hide_macros(text), text);
  }
}

TEST(HideMacros, ModulesOfCppAreReadWithoutTheirWords) {
  constexpr std::string_view kText = R"(module;
export module shop.cart:part;
import std;
import <vector>;
export import "a.h";
export struct Cart {
  int total() const { return 0; }
};
export template <typename T>
T largest(T a, T b) {
  return a < b ? b : a;
}
export namespace net {
void open();
}
export {
int shared;
}
void module_free(int import);
)";
  EXPECT_EQ(symbols(kText, "cpp"),
            (Outline{"struct Cart", "method Cart::total", "function largest", "namespace net",
                     "function net::open", "variable shared", "function module_free"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
