#include "searching/name_pattern.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace quire::searching {
namespace {

double score(std::string_view pattern,
             std::string_view name,
             std::string_view package = "",
             std::string_view path = "") {
  return NamePattern(pattern).score(name, {package, path}).value_or(0);
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
