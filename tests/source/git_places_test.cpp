#include "source/git_places.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/temp_tree.hpp"

namespace quire::source {
namespace {

namespace fs = std::filesystem;

class GitPlaces : public testing::Test {
 protected:
  GitPlaces() {
    ::setenv("HOME", (around.path() / "home").c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    around.write("home/.profile", "");
    around.write("tree/src/a.py", "");
  }

  /// Relative to the folder that has all of it.
  std::vector<std::string> outside(const std::string& root) const {
    std::vector<std::string> out;
    for (const fs::path& place : ignore_places_outside(around.path() / root)) {
      out.push_back(place.lexically_relative(fs::canonical(around.path())));
    }
    std::ranges::sort(out);
    return out;
  }

  support::TempTree around;
};

using Names = std::vector<std::string>;

TEST_F(GitPlaces, OfATreeByItselfAreNone) {
  EXPECT_EQ(outside("tree"), Names{});
  around.write("tree/.git/HEAD", "ref: refs/heads/main");
  around.write("tree/.git/info/exclude", "");
  EXPECT_EQ(outside("tree"), Names{});
}

TEST_F(GitPlaces, OfTheUserAreThoseOfGit) {
  around.write("home/.gitconfig", "[core]\nexcludesFile = ~/ignored\n");
  around.write("home/ignored", "");
  around.write("home/.config/git/ignore", "");
  EXPECT_EQ(outside("tree"), (Names{"home/.config/git", "home/.gitconfig", "home/ignored"}));
}

TEST_F(GitPlaces, OfAFolderInATreeAreTheIgnoreFilesAbove) {
  around.write("tree/.git/HEAD", "ref: refs/heads/main");
  around.write("tree/.git/info/exclude", "");
  around.write("tree/.gitignore", "");
  around.write("tree/src/.quireignore", "");
  around.write("tree/src/deep/a.py", "");
  EXPECT_EQ(outside("tree/src/deep"),
            (Names{"tree/.git", "tree/.git/info", "tree/.gitignore", "tree/src/.quireignore"}));
}

TEST_F(GitPlaces, OfAWorktreeAreThoseOfTheRepository) {
  around.write("main/.git/HEAD", "ref: refs/heads/main");
  around.write("main/.git/info/exclude", "");
  around.write("main/.git/worktrees/tree/commondir", "../..\n");
  around.write("tree/.git", "gitdir: " + (around.path() / "main/.git/worktrees/tree").native());
  EXPECT_EQ(outside("tree"), (Names{"main/.git/info", "main/.git/worktrees/tree/commondir"}));
}

/// A tree may name any folder as git's.
TEST_F(GitPlaces, OfWhatOnlyClaimsToBeGitsAreNone) {
  around.write("home/secrets/info/a", "");
  around.write("tree/.git", "gitdir: " + (around.path() / "home/secrets").native());
  EXPECT_EQ(outside("tree"), Names{});
}

TEST_F(GitPlaces, AFileThatCanNotBeReadAnyMoreKeepsItsText) {
  const Error denied{ErrorCode::store_io, "denied"};
  EXPECT_EQ(kept_text("/kept/a", std::unexpected(denied)), "");
  EXPECT_EQ(kept_text("/kept/a", "first"), "first");
  EXPECT_EQ(kept_text("/kept/a", std::unexpected(denied)), "first");
  EXPECT_EQ(kept_text("/kept/a", "second"), "second");
  EXPECT_EQ(kept_text("/kept/b", std::unexpected(denied)), "");
}

}  // namespace
}  // namespace quire::source
