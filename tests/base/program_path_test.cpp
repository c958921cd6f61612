#include "base/program_path.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/child_process.hpp"
#include "base/files.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::base {
namespace {

namespace fs = std::filesystem;
using support::expect;

/// A tree with programs in it and a folder of programs beside it; PATH and the working folder are
/// as before when the test is over. Each test has a tree of its own, as start_nothing_below() is
/// for good.
class ProgramPath : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"tree/tool", "tree/bin/tool", "beside/tool", "beside/other"}) {
      place_program(name);
    }
    fs::current_path(tree());
    start_nothing_below(tree());
  }
  void TearDown() override {
    fs::current_path(working_folder_);
    setenv("PATH", path_.c_str(), 1);
  }

  std::string at(const std::string& name) const { return real_path(folder_.path()) + "/" + name; }
  std::string tree() const { return at("tree"); }

  void place_program(const std::string& name) const {
    folder_.write(name, "#!/bin/sh\necho " + name + "\n");
    fs::permissions(folder_.path() / name, fs::perms::owner_all);
  }

  static std::string found(const std::string& path, const std::string& name = "tool") {
    setenv("PATH", path.c_str(), 1);
    return find_program(name).value_or("none");
  }

 private:
  support::TempDir folder_;
  fs::path working_folder_ = fs::current_path();
  std::string path_ = std::getenv("PATH");
};

TEST_F(ProgramPath, NamesTheFirstOfAbsoluteFolders) {
  EXPECT_EQ(found("/nowhere:" + at("beside") + ":/bin"), at("beside/tool"));
  EXPECT_EQ(found(at("beside"), "sh"), "none");
  EXPECT_EQ(found("/bin", "sh"), "/bin/sh");
}

TEST_F(ProgramPath, LeavesOutRelativeAndEmptyFolders) {
  for (const char* path :
       {"", ".", ":", "::", "bin", "./bin", "../tree", "../beside", ":/nowhere"}) {
    EXPECT_EQ(found(path), "none") << path;
    EXPECT_EQ(found(std::string(path) + ":" + at("beside")), at("beside/tool")) << path;
    EXPECT_EQ(found(at("beside") + ":" + path, "other"), at("beside/other")) << path;
  }
}

TEST_F(ProgramPath, LeavesOutFoldersOfTheTreeWhateverTheyAreCalled) {
  fs::create_directory_symlink(at("tree/bin"), at("link"));
  for (const std::string& path :
       {tree(), at("tree/bin"), at("tree/bin/"), at("beside/../tree/bin"), at("link")}) {
    EXPECT_EQ(found(path), "none") << path;
    EXPECT_EQ(found(path + ":" + at("beside")), at("beside/tool")) << path;
  }
}

TEST_F(ProgramPath, LeavesOutLinksIntoTheTree) {
  fs::create_directory(at("links"));
  fs::create_symlink(at("tree/tool"), at("links/tool"));
  EXPECT_EQ(found(at("links") + ":" + at("beside")), at("beside/tool"));
}

TEST_F(ProgramPath, TakesAFolderWhoseNameOnlyBeginsLikeTheTrees) {
  place_program("treehouse/tool");
  EXPECT_EQ(found(at("treehouse")), at("treehouse/tool"));
}

TEST_F(ProgramPath, LeavesOutWhatCannotBeExecuted) {
  fs::create_directories(at("odd/tool"));
  fs::create_directory(at("plain"));
  fs::copy_file(at("beside/tool"), at("plain/tool"));
  fs::permissions(at("plain/tool"), fs::perms::owner_read);
  EXPECT_EQ(found(at("odd") + ":" + at("plain") + ":" + at("beside")), at("beside/tool"));
}

TEST_F(ProgramPath, TakesANameWithASlashAsItIs) {
  EXPECT_EQ(found("", "/bin/sh"), "/bin/sh");
}

TEST_F(ProgramPath, IsTheSystemsWithoutTheVariable) {
  unsetenv("PATH");
  EXPECT_TRUE(expect(find_program("sh")).ends_with("/sh"));
}

TEST_F(ProgramPath, OfAnEnvironmentLosesWhatIsUnsafe) {
  const std::vector<std::string> safe =
      safe_environment({"PATH=.:/usr/bin::" + at("tree/bin") + ":/bin",
                        "LD_LIBRARY_PATH=.:", "A=.:x", "MANPATH=.", "LC_ALL=C"});
  EXPECT_EQ(safe,
            (std::vector<std::string>{"PATH=/usr/bin:/bin", "A=.:x", "MANPATH=.", "LC_ALL=C"}));
}

TEST_F(ProgramPath, IsWhatAChildAndItsChildrenUse) {
  setenv("PATH", (".:" + tree() + ":" + at("beside") + ":/usr/bin:/bin").c_str(), 1);
  ChildCommand command{.arguments = {"tool"},
                       .environment = {"PATH=.:" + tree() + ":" + at("beside")},
                       .inputs = {},
                       .outputs = {{1, 1000}},
                       .time_limit = std::chrono::seconds(20)};
  EXPECT_EQ(expect(run_child(command)).outputs.at(0), "beside/tool\n");
  command.arguments = {"sh", "-c", "tool"};
  EXPECT_EQ(expect(run_child(command)).outputs.at(0), "beside/tool\n");
}

}  // namespace
}  // namespace quire::base
