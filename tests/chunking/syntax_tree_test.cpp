#ifdef QUIRE_GRAMMARS

#include "chunking/syntax_tree.hpp"

#include <string>

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
  EXPECT_FALSE(SyntaxTree::parse(text, Grammar::named("c").value()));
}

}  // namespace
}  // namespace quire::chunking

#endif
