#include "words/name_parts.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::words {
namespace {

using Parts = std::vector<std::string>;

TEST(NameParts, SeparateAsAnyLanguageDoes) {
  EXPECT_EQ(name_parts("net::Server::start"), (Parts{"net", "Server", "start"}));
  EXPECT_EQ(name_parts("Foo#bar"), (Parts{"Foo", "bar"}));
  EXPECT_EQ(name_parts("Foo$Inner"), (Parts{"Foo", "Inner"}));
  EXPECT_EQ(name_parts("App\\Http\\Kernel->handle"), (Parts{"App", "Http", "Kernel", "handle"}));
  EXPECT_EQ(name_parts("crate::net::Pool"), (Parts{"net", "Pool"}));
  EXPECT_EQ(name_parts("self"), (Parts{"self"}));
}

TEST(NameParts, LeaveOutArgumentsAndParametersOfTypes) {
  EXPECT_EQ(name_parts("make()"), (Parts{"make"}));
  EXPECT_EQ(name_parts("Arena<std::vector<T>>::make(int, char)"), (Parts{"Arena", "make"}));
  EXPECT_EQ(name_parts("Queue[T].Push"), (Parts{"Queue", "Push"}));
  EXPECT_EQ(name_parts("com.acme.Ledger.post(Ledger.java:12)"),
            (Parts{"com", "acme", "Ledger", "post"}));
}

TEST(NameParts, TakeReceiversAndTypesInBrackets) {
  EXPECT_EQ(name_parts("(*Queue).Push"), (Parts{"Queue", "Push"}));
  EXPECT_EQ(name_parts("github.com/a/queue.(*Queue[T]).Push"),
            (Parts{"github", "com", "a", "queue", "Queue", "Push"}));
  EXPECT_EQ(name_parts("<net::Pool as Drop>::drop"), (Parts{"net", "Pool", "drop"}));
  EXPECT_EQ(name_parts("[u8; 4]::from"), (Parts{"[u8;4]", "from"}));
  EXPECT_EQ(name_parts("(A, B)::m"), (Parts{"(A,B)", "m"}));
}

TEST(NameParts, KeepOperatorsAndOddNames) {
  EXPECT_EQ(name_parts("Num::operator bool"), (Parts{"Num", "operator bool"}));
  EXPECT_EQ(name_parts("Num::operator  ()"), (Parts{"Num", "operator()"}));
  EXPECT_EQ(name_parts("operator<<"), (Parts{"operator<<"}));
  EXPECT_EQ(name_parts("operators"), (Parts{"operators"}));
  EXPECT_EQ(name_parts("<=>"), (Parts{"<=>"}));
  EXPECT_EQ(name_parts("Version.<=>"), (Parts{"Version", "<=>"}));
  EXPECT_EQ(name_parts("runs with spaces"), (Parts{"runs with spaces"}));
  EXPECT_EQ(name_parts("~Server"), (Parts{"~Server"}));
  EXPECT_EQ(name_parts("$items"), (Parts{"items"}));
  EXPECT_EQ(name_parts(""), Parts{});
}

TEST(NameParts, BracketsThatDoNotCloseStandForThemselves) {
  EXPECT_EQ(name_parts("a<b"), (Parts{"a<b"}));
  EXPECT_EQ(name_parts("f(x"), (Parts{"f(x"}));
  EXPECT_EQ(name_parts(std::string(100000, '(') + "x").size(), 1U);
}

}  // namespace
}  // namespace quire::words
