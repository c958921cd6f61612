#include "source/walk.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "source/ignore_stack.hpp"
#include "support/temp_tree.hpp"

namespace quire::source {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

constexpr ::uid_t kNobody = 65534;

class Walk : public testing::Test {
 protected:
  Walk() {
    ::setenv("HOME", home.path().c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
  }

  WalkResult walked(const fs::path& below = "", WalkOptions options = {}) {
    const fs::path root = below.empty() ? tree.path() : tree.path() / below;
    Result<WalkResult> found = walk(root, options);
    EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().message);
    return found.value_or(WalkResult{});
  }

  Paths paths(const fs::path& below = "") {
    const WalkResult found = walked(below);
    Paths out;
    for (const SourceFile& file : found.files) {
      out.push_back(file.path);
    }
    return out;
  }

  support::TempTree tree;
  support::TempTree home;
};

TEST_F(Walk, ListsRegularFilesByPath) {
  for (const char* name : {"b", "a/z", "a.c", "a/b/c", "a0", ".hidden", "a/B"}) {
    tree.write(name, "text");
  }
  const Paths found = paths();
  EXPECT_EQ(found, (Paths{".hidden", "a.c", "a/B", "a/b/c", "a/z", "a0", "b"}));
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

TEST_F(Walk, SaysSizeTimeAndInode) {
  tree.write("a", "12345");
  struct stat expected{};
  ASSERT_EQ(::stat((tree.path() / "a").c_str(), &expected), 0);
  const SourceFile file = walked().files.at(0);
  EXPECT_EQ(file.size, 5U);
  EXPECT_EQ(file.mtime_ns, expected.st_mtim.tv_sec * 1'000'000'000LL + expected.st_mtim.tv_nsec);
  EXPECT_EQ(file.inode, expected.st_ino);
  const std::optional<SourceFile> again = stat_file(tree.path(), "a");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->mtime_ns, file.mtime_ns);
  EXPECT_EQ(again->inode, file.inode);
}

TEST_F(Walk, LeavesOutWhatVersionControlAndWeKeep) {
  for (const char* name :
       {".git/config", ".hg/x", ".svn/x", ".quire/metadata.json", "a/.git/x", "a/b"}) {
    tree.write(name, "");
  }
  EXPECT_EQ(paths(), (Paths{"a/b"}));
}

TEST_F(Walk, FollowsNoSymbolicLinkAndOpensNoPipe) {
  tree.write("real/file", "");
  fs::create_directory_symlink(tree.path() / "real", tree.path() / "link");
  fs::create_symlink("real/file", tree.path() / "linked_file");
  fs::create_directory_symlink("..", tree.path() / "real/loop");
  ASSERT_EQ(::mkfifo((tree.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(paths(), (Paths{"real/file"}));
  EXPECT_FALSE(read_source(tree.path(), "pipe").has_value());
  EXPECT_FALSE(read_source(tree.path(), "linked_file").has_value());
  EXPECT_FALSE(stat_file(tree.path(), "pipe").has_value());
  EXPECT_FALSE(stat_file(tree.path(), "linked_file").has_value());
}

TEST_F(Walk, AFileIsReachedThroughFoldersBelowTheRootAlone) {
  tree.write("real/file", "text");
  tree.write("beside/file", "text");
  fs::create_directory_symlink("real", tree.path() / "link");
  fs::create_directory_symlink("../../beside", tree.path() / "real/out");
  const std::string outside = (tree.path() / "beside/file").string();
  for (const std::string& path : {std::string("link/file"), std::string("real/out/file"),
                                  std::string("../file"), std::string("real/../real/file"),
                                  std::string("real//file"), std::string("./real/file"), outside}) {
    EXPECT_FALSE(read_source(tree.path(), path).has_value()) << path;
    EXPECT_FALSE(stat_file(tree.path(), path).has_value()) << path;
  }
  EXPECT_EQ(read_source(tree.path() / "link", "file").value_or("?"), "text");
  EXPECT_EQ(read_source(tree.path(), "real/file", 4).value_or("?"), "text");
  const auto large = read_source(tree.path(), "real/file", 3);
  ASSERT_FALSE(large.has_value());
  EXPECT_NE(large.error().message.find("more than 3 bytes"), std::string::npos);
}

TEST_F(Walk, TheRootItselfMayBeALink) {
  tree.write("real/file", "");
  fs::create_directory_symlink("real", tree.path() / "link");
  EXPECT_EQ(paths("link"), (Paths{"file"}));
}

TEST_F(Walk, ReportsFilesThatAreTooLarge) {
  tree.write("small", "12");
  tree.write("large", "123");
  const WalkResult found = walked("", {.max_file_bytes = 2, .should_stop = nullptr});
  ASSERT_EQ(found.files.size(), 1U);
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_EQ(found.skipped[0].path, "large");
  EXPECT_EQ(found.skipped[0].reason, "3 bytes, more than 2");
  EXPECT_FALSE(found.skipped[0].unseen);
}

TEST_F(Walk, ReportsFoldersThatItCannotList) {
  tree.write("closed/a", "");
  tree.write("open/a", "");
  fs::permissions(tree.path() / "closed", fs::perms::none);
  fs::permissions(tree.path(), fs::perms::all);
  // root may list everything, so somebody else has to try.
  const bool is_root = ::geteuid() == 0;
  ASSERT_TRUE(!is_root || ::seteuid(kNobody) == 0);
  const WalkResult found = walked();
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  fs::permissions(tree.path() / "closed", fs::perms::owner_all);
  ASSERT_EQ(found.files.size(), 1U);
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_EQ(found.skipped[0].path, "closed");
  EXPECT_TRUE(found.skipped[0].unseen);
}

TEST_F(Walk, ReportsWhatItCannotAskForInAFolderThatItCanList) {
  tree.write(".gitignore", "ignored\n");
  for (const char* name : {"listed/a", "listed/deep/b", "listed/ignored", "open"}) {
    tree.write(name, "");
  }
  fs::permissions(tree.path() / "listed",
                  fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  fs::permissions(tree.path(), fs::perms::all);
  const bool is_root = ::geteuid() == 0;
  ASSERT_TRUE(!is_root || ::seteuid(kNobody) == 0);
  const WalkResult found = walked();
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  fs::permissions(tree.path() / "listed", fs::perms::owner_all);
  ASSERT_EQ(found.files.size(), 2U);
  ASSERT_EQ(found.skipped.size(), 2U);
  EXPECT_EQ(found.skipped[0].path, "listed/a");
  EXPECT_EQ(found.skipped[0].reason, "Permission denied");
  EXPECT_TRUE(found.skipped[0].unseen);
  EXPECT_EQ(found.skipped[1].path, "listed/deep");
}

TEST_F(Walk, GoesAsDeepAsPathsCanBe) {
  const fs::path here = fs::current_path();
  fs::current_path(tree.path());
  const std::string name(200, 'd');
  for (int depth = 0; depth < 30; ++depth) {
    fs::create_directory(name);
    fs::current_path(name);
  }
  fs::current_path(here);
  tree.write("z", "");
  const WalkResult found = walked();
  EXPECT_EQ(found.files.size(), 1U);
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_TRUE(found.skipped[0].unseen);
  EXPECT_NE(found.skipped[0].reason.find("too long"), std::string::npos);
}

TEST_F(Walk, KeepsNamesAsExactBytes) {
  const std::string odd = "caf\xE9 \n\t'\"%.c";
  tree.write(odd, "x");
  EXPECT_EQ(paths(), (Paths{odd}));
  EXPECT_EQ(read_source(tree.path(), odd).value_or(""), "x");
}

TEST_F(Walk, RootsThatAreNotThereOrNotFoldersAreErrors) {
  tree.write("file", "");
  const auto absent = walk(tree.path() / "absent", {});
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
  const auto file = walk(tree.path() / "file", {});
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(file.error().message.find("file"), std::string::npos);
}

TEST_F(Walk, StopsWhenAsked) {
  tree.write("a/b", "");
  const WalkResult found = walked("", {.max_file_bytes = 100, .should_stop = [] { return true; }});
  EXPECT_TRUE(found.stopped);
  EXPECT_TRUE(found.files.empty());
}

TEST_F(Walk, AFileInAnIgnoredFolderIsNeverIncludedAgain) {
  tree.write(".gitignore", "build/\n!build/keep\n*.o\n!keep.o\n");
  for (const char* name : {"build/keep", "a.o", "keep.o", "src/a.o", "src/build"}) {
    tree.write(name, "");
  }
  EXPECT_EQ(paths(), (Paths{".gitignore", "keep.o", "src/build"}));
}

TEST_F(Walk, DeeperFilesOverruleShallowerOnes) {
  tree.write(".gitignore", "*.log\n");
  tree.write("a/.gitignore", "!*.log\n/only_here\n");
  for (const char* name : {"x.log", "a/x.log", "a/only_here", "a/b/only_here"}) {
    tree.write(name, "");
  }
  EXPECT_EQ(paths(), (Paths{".gitignore", "a/.gitignore", "a/b/only_here", "a/x.log"}));
}

TEST_F(Walk, OurIgnoreFilesOverruleGits) {
  tree.write(".git/info/exclude", "e1\ne2\n");
  tree.write(".gitignore", "!e2\ng1\ng2\n");
  tree.write(".ignore", "!g2\ni1\ni2\n");
  tree.write(".quireignore", "!i2\nq\n");
  for (const char* name : {"e1", "e2", "g1", "g2", "i1", "i2", "q"}) {
    tree.write(name, "");
  }
  // A stronger file of a shallower folder still wins over a weaker one of a deeper folder.
  tree.write("deep/.gitignore", "!q\n!i1\ni2\n");
  tree.write("deep/q", "");
  tree.write("deep/i1", "");
  tree.write("deep/i2", "");
  EXPECT_EQ(paths(), (Paths{".gitignore", ".ignore", ".quireignore", "deep/.gitignore", "deep/i2",
                            "e2", "g2", "i2"}));
}

TEST_F(Walk, RulesOfParentFoldersCountUpToTheGitTreesTop) {
  tree.write(".gitignore", "outside\n");
  tree.write("repo/.git/info/exclude", "/sub/excluded\n");
  tree.write("repo/.gitignore", "*.o\n/sub/anchored\n");
  tree.write("repo/sub/.ignore", "plain\n");
  for (const char* name : {"a.o", "anchored", "excluded", "plain", "outside", "kept"}) {
    tree.write(std::string("repo/sub/in/") + name, "");
    tree.write(std::string("repo/sub/") + name, "");
  }
  EXPECT_EQ(paths("repo/sub"), (Paths{".ignore", "in/anchored", "in/excluded", "in/kept",
                                      "in/outside", "kept", "outside"}));
  EXPECT_EQ(paths("repo/sub/in"), (Paths{"anchored", "excluded", "kept", "outside"}));
}

TEST_F(Walk, AnInnerGitTreeHasItsOwnRules) {
  tree.write(".git/HEAD", "");
  tree.write(".gitignore", "*.o\n");
  tree.write(".ignore", "*.tmp\n");
  tree.write("inner/.git/info/exclude", "/secret\n");
  for (const char* name : {"a.o", "inner/a.o", "inner/a.tmp", "inner/secret", "inner/sub/secret"}) {
    tree.write(name, "");
  }
  EXPECT_EQ(paths(), (Paths{".gitignore", ".ignore", "inner/a.o", "inner/sub/secret"}));
}

TEST_F(Walk, ASubmodulesExcludesAreFoundThroughItsGitFile) {
  tree.write(".git/modules/sub/info/exclude", "hidden\n");
  tree.write(".git/modules/tree/commondir", "../sub\n");
  tree.write("sub/.git", "gitdir: ../.git/modules/sub\n");
  tree.write("tree/.git", "gitdir: ../.git/modules/tree\n");
  for (const char* name : {"hidden", "sub/hidden", "sub/shown", "tree/hidden", "tree/shown"}) {
    tree.write(name, "");
  }
  EXPECT_EQ(paths(), (Paths{"hidden", "sub/shown", "tree/shown"}));
}

TEST_F(Walk, LinkedWorktreesOfTheRepositoryAreLeftOutAndSubmodulesAreNot) {
  tree.write(".git/HEAD", "ref: refs/heads/main\n");
  tree.write(".git/worktrees/feat/commondir", "../..\n");
  tree.write("a.c", "");
  tree.write(".worktrees/feat/.git",
             "gitdir: " + (tree.path() / ".git/worktrees/feat").string() + "\n");
  tree.write(".worktrees/feat/a.c", "");
  tree.write("relative/.git", "gitdir: ../.git/worktrees/other\n");
  tree.write("relative/a.c", "");
  tree.write("module/.git", "gitdir: ../.git/modules/module\n");
  tree.write("module/b.c", "");
  tree.write("elsewhere/.git", "gitdir: /somewhere/.git/worktrees/x\n");
  tree.write("elsewhere/c.c", "");
  EXPECT_EQ(paths(), (Paths{"a.c", "elsewhere/c.c", "module/b.c"}));
  const WalkResult found = walked();
  ASSERT_EQ(found.remarks.size(), 2U);
  EXPECT_EQ(found.remarks[0].path, ".worktrees/feat");
}

TEST_F(Walk, TheUsersOwnExcludesCount) {
  tree.write("a.swp", "");
  tree.write("a.bak", "");
  home.write(".config/git/ignore", "*.swp\n");
  EXPECT_EQ(paths(), (Paths{"a.bak"}));
  home.write(".gitconfig", "[user]\n name = x\n[core]\n\texcludesFile = ~/my_ignores\n");
  home.write("dotfiles/ignores", "*.bak\n");
  fs::create_symlink("dotfiles/ignores", home.path() / "my_ignores");
  EXPECT_EQ(paths(), (Paths{"a.swp"}));
}

TEST_F(Walk, S6IgnoreFilesThatAreTooLargeAreNotObeyedAndSaidSo) {
  tree.write("a/b/x.c", "");
  tree.write("a/y.c", "");
  tree.write("a/b/.gitignore", "x.c\n" + std::string(kMostIgnoreBytes, '#'));
  tree.write("a/.gitignore", std::string(kMostIgnoreBytes - 4, '#') + "\ny.c");
  tree.write(".git/info/exclude", "x.c\n" + std::string(kMostIgnoreBytes, '#'));
  const WalkResult found = walked("a");
  ASSERT_EQ(found.remarks.size(), 2U);
  EXPECT_EQ(found.remarks[0].path, (tree.path() / ".git/info/exclude").native());
  EXPECT_EQ(found.remarks[1].path, "b/.gitignore");
  EXPECT_EQ(found.remarks[1].text, "not obeyed: 8388612 bytes, more than 8388608");
  EXPECT_EQ(paths("a"), (Paths{"b/x.c"}));
}

TEST_F(Walk, S6LinksOfGitsThatAreTooLongAreNone) {
  tree.write("x.c", "");
  tree.write("place/info/exclude", "*.c\n");
  tree.write(".git", "gitdir: place" + std::string(1 << 20, ' '));
  EXPECT_EQ(paths(), (Paths{"place/info/exclude", "x.c"}));
  tree.write(".git", "gitdir: place");
  EXPECT_EQ(paths(), (Paths{"place/info/exclude"}));
}

TEST_F(Walk, FilesThatHoldSecretsAreLeftOutAndCounted) {
  for (const char* const path :
       {"a/.env", "a/.env.local", "a/.env.example", "a/x.c", "id_rsa", "id_rsa.pub", "tls/A.PEM"}) {
    tree.write(path, "");
  }
  EXPECT_EQ(paths(), (Paths{"a/.env.example", "a/x.c", "id_rsa.pub"}));
  WalkResult found = walked("");
  ASSERT_EQ(found.remarks.size(), 1U);
  EXPECT_EQ(found.remarks[0].path, "a/.env");
  EXPECT_EQ(found.remarks[0].text,
            "left out with 3 more, as files of such names hold secrets; a ! rule in a .quireignore "
            "brings them in");
}

TEST_F(Walk, ARuleOfAQuireignoreBringsSecretsIn) {
  tree.write(".env", "");
  tree.write("a/.env", "");
  tree.write("a/tls.key", "");
  tree.write(".gitignore", "!.env\n");
  EXPECT_EQ(paths(), (Paths{".gitignore"}));
  tree.write("a/.quireignore", "!.env\n");
  EXPECT_EQ(paths(), (Paths{".gitignore", "a/.env", "a/.quireignore"}));
  tree.write("a/.quireignore", "!.env\n.e*\n");
  EXPECT_EQ(paths(), (Paths{".gitignore", "a/.quireignore"}));
  tree.write(".quireignore", "!*\n");
  EXPECT_EQ(paths(), (Paths{".env", ".gitignore", ".quireignore", "a/.quireignore", "a/tls.key"}));
  EXPECT_EQ(walked("").remarks.size(), 0U);
}

TEST_F(Walk, WhatIsIgnoredAnywayIsNoSecret) {
  tree.write(".env", "");
  tree.write(".gitignore", ".env\n");
  EXPECT_EQ(walked("").remarks.size(), 0U);
}

TEST_F(Walk, StopsInAFolderOfManyEntries) {
  for (int i = 0; i < 3000; ++i) {
    tree.write("f" + std::to_string(i), "");
  }
  int asked = 0;
  const WalkResult found =
      walked("", {.max_file_bytes = 100, .should_stop = [&asked] { return ++asked > 3; }});
  EXPECT_TRUE(found.stopped);
  EXPECT_LT(found.files.size(), 1000U);
}

TEST_F(Walk, TakesThousandsOfFilesInNoTime) {
  for (int i = 0; i < 3000; ++i) {
    const std::string folder = "d" + std::to_string(i % 30);
    if (i < 30) {
      fs::create_directories(tree.path() / folder);
    }
    ASSERT_EQ(::mknod((tree.path() / folder / std::to_string(i)).c_str(), S_IFREG | 0600, 0), 0);
  }
  tree.write(".gitignore", "*.o\n*.a\nbuild/\n/dist\nnode_modules/\n*.log\n*~\n.cache/\n");
  EXPECT_EQ(walked().files.size(), 3001U);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(walked().files.size(), 3001U);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("milliseconds", std::to_string(took.count()));
  // Some 15 ms on an idle machine; sanitizers and neighbours take their share.
  EXPECT_LT(took.count(), 1000);
}

TEST(DisplayablePath, WritesInvalidBytesAsPercentHex) {
  EXPECT_EQ(displayable_path("src/a.c"), "src/a.c");
  EXPECT_EQ(displayable_path("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(displayable_path("caf\xE9.c"), "caf%E9.c");
  EXPECT_EQ(displayable_path("\xFF\xFE/\xC3"), "%FF%FE/%C3");
  EXPECT_EQ(displayable_path("100%"), "100%");
  EXPECT_EQ(displayable_path(""), "");
}

TEST(ReadSource, SaysWhatCouldNotBeRead) {
  support::TempTree tree;
  const auto absent = read_source(tree.path(), "a\xFF");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::store_io);
  EXPECT_NE(absent.error().message.find("a%FF: No such file"), std::string::npos);
  EXPECT_FALSE(read_source(tree.path(), "").has_value());
}

TEST(ReadSource, ReadsAllBytesOfAnySize) {
  support::TempTree tree;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{300'000}}) {
    const std::string text(size, '\x01');
    tree.write("f", text);
    EXPECT_EQ(read_source(tree.path(), "f").value_or("?"), text);
  }
}

}  // namespace
}  // namespace quire::source
