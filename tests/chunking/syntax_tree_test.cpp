#ifdef QUIRE_GRAMMARS

#include "chunking/syntax_tree.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "chunking/languages/language.hpp"

namespace quire::chunking {
namespace {

TEST(Grammar, EveryRuleOfEveryLanguageNamesANodeOfItsGrammar) {
  for (const Language& language :
       {c_language(), cpp_language(), go_language(), java_language(), javascript_language(),
        python_language(), rust_language(), tsx_language(), typescript_language()}) {
    const auto grammar = Grammar::named(language.name);
    ASSERT_TRUE(grammar) << language.name;
    for (const auto& rules : {language.rules, language.family_rules}) {
      for (const Rule& rule : rules) {
        EXPECT_TRUE(grammar->type_id(rule.node_type)) << language.name << ": " << rule.node_type;
      }
    }
  }
}

TEST(Grammar, UnknownNameIsNothing) {
  EXPECT_FALSE(Grammar::named("klingon"));
}

TEST(SyntaxTree, NodeThatEndsWithALineFeedEndsOnItsLine) {
  constexpr std::string_view kText = "#define A 1\nint x;\n";
  const auto tree = SyntaxTree::parse(kText, Grammar::named("c").value());
  ASSERT_TRUE(tree);
  TreeCursor cursor = tree->walk();
  ASSERT_TRUE(cursor.to_first_child());
  EXPECT_EQ(cursor.node().type(), "preproc_def");
  EXPECT_EQ(cursor.node().rows(), (Rows{0, 0}));
  EXPECT_EQ(cursor.node().field("name").text(kText), "A");
  ASSERT_TRUE(cursor.to_next_sibling());
  EXPECT_EQ(cursor.node().rows(), (Rows{1, 1}));
}

TEST(SyntaxTree, MissingNodeHasNoTypeTextOrChildren) {
  const Node none;
  EXPECT_FALSE(none.exists());
  EXPECT_EQ(none.type(), "");
  EXPECT_EQ(none.text("abc"), "");
  EXPECT_EQ(none.child_count(), 0U);
  EXPECT_FALSE(none.field("name").exists());
  EXPECT_FALSE(none.child("identifier").exists());
}

TEST(SyntaxTree, TooLargeATextIsNotParsed) {
  const std::string text(kMaxParsedBytes + 1, ' ');
  const auto tree = SyntaxTree::parse(text, Grammar::named("c").value());
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error(), NoSymbols::too_costly);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

struct SlowText {
  std::string_view language;
  std::string_view before;  ///< 3,000 times.
  std::string_view tail;    ///< 30,000 times.
};

/// S2: each of these kept the parser busy for minutes, in ways that its own steps do not show.
constexpr auto kSlowTexts = std::to_array<SlowText>({
    // Skipped tokens are copied whenever one is skipped.
    {"c", "int a(){}\n", "\x01x"},
    {"cpp", "int a(){}\n", "\x01x"},
    {"java", "class A { void f() {} }\n", "\x01x"},
    {"python", "x = 1\n", "\x01x\n"},
    {"rust", "fn a() {}\n", "\x01x"},
    // All comments before an error are walked over at each error.
    {"c", "/**//**//**//**//**//**//**//**//**/", "\x01x"},
    {"go", "/**//**//**//**//**//**//**//**//**/", "\x01x"},
    // The text is read to its end for the end of each comment, or for the line behind it.
    {"c", "", "x = /*\n"},
    {"python", "x = 1\n", "#x\n"},
});

TEST(SyntaxTree, S2CostlyTextsAreGivenUp) {
  for (const SlowText& slow : kSlowTexts) {
    const std::string text = repeated(slow.before, 3000) + repeated(slow.tail, 30'000);
    const auto tree = SyntaxTree::parse(text, Grammar::named(slow.language).value());
    ASSERT_FALSE(tree) << slow.language << slow.before << slow.tail;
    EXPECT_EQ(tree.error(), NoSymbols::too_costly);
  }
}

/// Slow for its length, but it is over soon.
TEST(SyntaxTree, ShortTextsAreParsedWhateverIsInThem) {
  for (const SlowText& slow : kSlowTexts) {
    const std::string text = repeated(slow.before, 20) + repeated(slow.tail, 50);
    EXPECT_TRUE(SyntaxTree::parse(text, Grammar::named(slow.language).value()))
        << slow.language << slow.before << slow.tail;
  }
}

TEST(SyntaxTree, AParseEndsSoonAfterItShould) {
  for (const std::string_view piece : {"int f() { return 1; }\n", "x = /*\n", "\x01"}) {
    const std::string text = repeated(piece, 2'000'000 / piece.size());
    int asked = 0;
    const std::function<bool()> should_stop = [&asked] { return ++asked > 3; };
    const auto tree = SyntaxTree::parse(text, Grammar::named("c").value(), StopCheck(should_stop));
    ASSERT_FALSE(tree) << piece;
    EXPECT_EQ(tree.error(), NoSymbols::stopped) << piece;
    EXPECT_LT(asked, 10) << piece;
  }
}

}  // namespace
}  // namespace quire::chunking

#endif
