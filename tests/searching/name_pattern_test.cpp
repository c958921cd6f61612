#include "searching/name_pattern.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

using Parts = std::vector<std::string>;

double score(std::string_view pattern,
             std::string_view name,
             std::string_view package = "",
             std::string_view path = "") {
  return NamePattern(pattern).score(name, {package, path}).value_or(0);
}

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

TEST(NamePattern, ScoresWholeNamesBeginningsAndParts) {
  EXPECT_EQ(score("Start", "net.Server.Start"), 3);
  EXPECT_EQ(score("Server::Start", "net.Server.Start"), 3);
  EXPECT_EQ(score("Sta", "net.Server.Start"), 2);
  EXPECT_EQ(score("Server", "net.Server.Start"), 2);
  EXPECT_EQ(score("tar", "net.Server.Start"), 1);
  EXPECT_EQ(score("stop", "net.Server.Start"), 0);
}

TEST(NamePattern, TheCaseThatWasWrittenIsBetter) {
  EXPECT_EQ(score("Box.Open", "Box.Open"), 3);
  EXPECT_EQ(score("Box.Open", "Box.open"), 2.75);
  EXPECT_EQ(score("ring", "RING_CAP"), 1.75);
}

TEST(NamePattern, PackageModuleAndPathMayStandBefore) {
  EXPECT_EQ(score("com.acme.Ledger.post", "Ledger.post", "com.acme"), 3);
  EXPECT_EQ(score("acme.Ledger.post", "Ledger.post", "com.acme"), 3);
  EXPECT_EQ(score("org.other.Ledger.post", "Ledger.post", "com.acme"), 0);
  EXPECT_EQ(score("github.com/a/queue.(*Queue).Push", "Queue.Push", "queue"), 3);
  EXPECT_EQ(score("crate::net::pool::Pool", "Pool", "", "src/net/pool.rs"), 3);
  EXPECT_EQ(score("jobs.Job.load", "Job.load", "", "lib/jobs.py"), 3);
  EXPECT_EQ(score("jobs.Job.load", "Circle.load", "", "lib/shapes.dart"), 0);
}

TEST(NamePattern, KnowsANameOfAnotherPackage) {
  EXPECT_TRUE(NamePattern("org.other.Ledger").ends_with("Ledger"));
  EXPECT_FALSE(NamePattern("org.other.Ledger").ends_with("edger"));
}

}  // namespace
}  // namespace quire::searching
