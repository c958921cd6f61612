#include "installing/agents_md.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "installing/round_trip.hpp"

namespace quire::installing {
namespace {

TEST(AgentsMd, TheBlockIsShort) {
  EXPECT_LE(std::ranges::count(agents_md_block(), '\n') + 1, 12);
}

TEST(AgentsMd, AnyFileComesBack) {
  for (const char* text :
       {"", "\n", "# Rules", "# Rules\n", "# Rules\r\n\r\n- one\r\n", "# Rules\n\n\n"}) {
    SCOPED_TRACE(text);
    installed_and_back("agents.md", std::string(text));
  }
  EXPECT_EQ(installed_and_back("agents.md", std::nullopt), std::string(agents_md_block()) + "\n");
}

TEST(AgentsMd, AnotherBlockBetweenTheMarksGivesWay) {
  const std::string old = "# Rules\n\n<!-- quire:begin -->\nold\n<!-- quire:end -->\n\n# More\n";
  EXPECT_EQ(with_agents_md(old, "f").value(),
            "# Rules\n\n" + std::string(agents_md_block()) + "\n\n# More\n");
  const auto kept = without_agents_md(old, "f");
  ASSERT_FALSE(kept.has_value());
  EXPECT_EQ(
      kept.error().message,
      "f:3: the block was changed; `quire install agents.md` puts it back, or take it out by hand");
}

TEST(AgentsMd, MarksThatAreNoPairAndLoneReturnsAreRefused) {
  for (const char* text : {"<!-- quire:begin -->\n", "\n<!-- quire:end -->\n",
                           "<!-- quire:end --><!-- quire:begin -->",
                           "<!-- quire:begin --><!-- quire:begin --><!-- quire:end -->", "a\r"}) {
    EXPECT_FALSE(with_agents_md(std::string(text), "f").has_value()) << text;
    EXPECT_FALSE(without_agents_md(std::string(text), "f").has_value()) << text;
  }
}

}  // namespace
}  // namespace quire::installing
