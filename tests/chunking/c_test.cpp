#ifdef QUIRE_GRAMMARS

#include <algorithm>

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

TEST(C, FunctionsOfEveryShapeAreNamed) {
  constexpr std::string_view kText = R"(static struct list *list_new(int value)
{
  return 0;
}
int old_style(a, b)
  int a;
  char *b;
{
  return a;
}
EXPORT int exported(void) {
  return 1;
}
static int __init my_init(void)
{
  return 0;
}
int (*get_callback(int x))(int) {
  return 0;
}
int declared(int a, int b);
extern char *attributed(const char *s) __attribute__((nonnull));
API void CALL two_macros(int a);
extern int unreadable(int a) __THROW __attribute_pure__;
)";
  EXPECT_EQ(symbols(kText, "c"),
            (Outline{"function list_new", "function old_style", "function exported",
                     "function my_init", "function get_callback", "function declared",
                     "function attributed", "function two_macros", "function unreadable"}));
}

TEST(C, TypesAndDataAreNamed) {
  constexpr std::string_view kText = R"(#ifndef A_H
#define A_H
#define LIMIT 3
struct list {
  struct list *next;
};
struct list;
typedef struct node_s {
  int a;
} node_t;
typedef unsigned long word;
typedef enum { RED, GREEN } color;
typedef int (*callback)(int);
union either { int a; float b; };
int counter, other;
static const struct operations my_operations = {
  .open = my_open,
};
int (*handler)(int);
#endif
)";
  EXPECT_EQ(symbols(kText, "c"),
            (Outline{"macro LIMIT", "struct list", "field list::next", "struct node_t",
                     "struct node_s", "field node_t::a", "type word", "enum color",
                     "constant color::RED", "constant color::GREEN", "type callback",
                     "union either", "field either::a", "field either::b", "variable counter",
                     "variable other", "constant my_operations", "variable handler"}));
}

TEST(C, CommentDirectlyAboveBelongsToTheFunction) {
  constexpr std::string_view kText = R"(/* A licence
 * of a few
 * lines. */

/* Not about f. */

/* Adds
 * one. */
int f(int x)
{
  return x + 1;
} /* f */

int g(int x) /* about g */
{
  return x + 1;
}
)";
  EXPECT_EQ(outline(kText, "c"), (Outline{"1-5", "7-12 function f", "14-17 function g"}));
}

TEST(C, BothBranchesOfAConditionAreLookedAt) {
  constexpr std::string_view kText = R"(#if defined(X)
int f(void) {
  return 1;
}
#elif Y
int f(void) {
  return 2;
}
#else
int f(void) {
  return 3;
}
#endif
)";
  EXPECT_EQ(outline(kText, "c"), (Outline{"1-4 function f", "5-8 function f", "9-13 function f"}));
}

TEST(C, RunOfMacrosIsCutAtSomeFortyLines) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "#define NAME_" + std::to_string(i) + " " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(outline(text, "c"),
            (Outline{"1-40 macro NAME_0", "41-80 macro NAME_40", "81-100 macro NAME_80"}));
}

TEST(C, LongFunctionBecomesPartsOfItsName) {
  std::string text = "// Long.\nint f(void)\n{\n";
  for (int i = 0; i < 100; ++i) {
    text += i % 10 == 9 ? "\n" : "  call();\n";
  }
  text += "}\n";
  const auto chunks = chunk(text, "c", "a.c");
  ASSERT_GE(chunks.size(), 2U);
  ASSERT_LE(chunks.size(), 4U);
  for (const SourceChunk& part : chunks) {
    EXPECT_EQ(part.symbol_name, "f");
    EXPECT_EQ(part.symbol_kind, "function");
    EXPECT_EQ(part.signature, "int f(void)");
  }
  EXPECT_EQ(chunks.front().start_line, 1);
  EXPECT_EQ(names(chunks.front()), Outline{"f"});
  EXPECT_EQ(names(chunks.back()), Outline{});
}

TEST(C, ChunkKnowsKindsAndLinesOfAllThatBeginInIt) {
  const auto chunks = chunk(
      "#define RING_CAP 64\n"
      "/* Where a ring is. */\n"
      "enum ring_state { RING_OPEN };\n"
      "int ring_put(int a);\n",
      "c", "ring.h");
  ASSERT_EQ(chunks.size(), 1U);
  const auto has = [&](const Definition& definition) {
    return std::ranges::find(chunks[0].symbols, definition) != chunks[0].symbols.end();
  };
  EXPECT_TRUE(has({"RING_CAP", "macro", 1, 1, 1}));
  EXPECT_TRUE(has({"ring_state", "enum", 3, 2, 3}));
  EXPECT_TRUE(has({"ring_put", "function", 4, 4, 4}));
}

TEST(C, LongDefinitionKnowsItsWholeExtentWhereItBegins) {
  std::string text = "/* Waits. */\nint f(void) {\n";
  for (int line = 0; line < 150; ++line) {
    text += "  wait();\n";
  }
  text += "}\n";
  const auto chunks = chunk(text, "c", "a.c");
  EXPECT_EQ(chunks.front().symbols, (std::vector<Definition>{{"f", "function", 2, 1, 153}}));
}

TEST(C, CarriageReturnsChangeNoLine) {
  constexpr std::string_view kText =
      "// Adds.\r\nint f(int x)\r\n{\r\n  return x;\r\n}\r\n\r\nint g(void)\r\n{\r\n  return "
      "1;\r\n}";
  EXPECT_EQ(outline(kText, "c"), (Outline{"1-5 function f", "7-10 function g"}));
  EXPECT_EQ(named("f", chunk(kText, "c", "")).signature, "int f(int x)");
}

TEST(C, ByteOrderMarkIsPassedOver) {
  EXPECT_EQ(outline("\xEF\xBB\xBFint f(void)\n{\n  return 1;\n}\n", "c"),
            (Outline{"1-4 function f"}));
}

TEST(C, SignatureIsCutBetweenCharacters) {
  const std::string text =
      "int f(int a" + std::string(184, 'a') + "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9) {\n}\n";
  const std::string signature = chunk(text, "c", "").at(0).signature;
  EXPECT_LE(signature.size(), 200U);
  EXPECT_GE(signature.size(), 190U);
  EXPECT_TRUE(signature.ends_with("\xC3\xA9")) << signature;
}

TEST(C, EachNameOfADeclarationIsFound) {
  constexpr std::string_view kText = R"(typedef struct node { int v; } node_t, *node_ptr;
static struct { int w; } rows[] = {
  {1},
}, more;
struct named { int x; } instance, *pointer;
int first = 1, *second, call(int);
)";
  EXPECT_EQ(symbols(kText, "c"),
            (Outline{"struct node_t", "struct node", "type node_ptr", "field node_t::v",
                     "variable rows", "field rows::w", "variable more", "variable instance",
                     "variable pointer", "struct named", "field named::x", "variable first",
                     "variable second", "function call"}));
}

TEST(C, LocalsAreNoSymbolsButTypesAndMacrosInAFunctionAre) {
  constexpr std::string_view kText = R"(int f(void) {
#define STEP 2
  struct local { int a; } here;
  int count = 1, other(int);
  return count;
}
)";
  EXPECT_EQ(symbols(kText, "c"),
            (Outline{"function f", "macro f::STEP", "struct f::local", "field f::local::a"}));
  EXPECT_EQ(outline(kText, "c"), (Outline{"1-6 function f"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
