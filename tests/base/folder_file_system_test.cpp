#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/folder_identity.hpp"
#include "base/strangers.hpp"
#include "support/temp_dir.hpp"

namespace quire::base {
namespace {

namespace fs = std::filesystem;

using support::TempDir;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder to be in, and one beside it that nobody may touch.
class FolderFileSystem : public ::testing::Test {
 protected:
  FolderFileSystem() {
    dir.write("in/a", "abc");
    dir.write("out/precious", "precious");
  }

  std::string at(const std::string& name) const { return join(folder, name); }
  fs::path outside() const { return dir.path() / "out"; }

  void expect_refused(const Status& status, ErrorCode code) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, code) << status.error().message;
  }

  template <class Value>
  static Status status_of(const Result<Value>& result) {
    return result ? Status{} : std::unexpected(result.error());
  }

  TempDir dir;
  std::string folder = real_path((dir.path() / "in").string());
  std::shared_ptr<FileSystem> files = folder_file_system(folder);
};

TEST_F(FolderFileSystem, IsAFileSystem) {
  ASSERT_TRUE(files->create_folder(at("x/y")));
  const auto file = files->open(at("x/y/f"), OpenMode::create);
  ASSERT_TRUE(file && (*file)->write_at(0, "bytes") && (*file)->sync());
  EXPECT_EQ(files->stat(at("x/y/f"))->inode, (*file)->inode());
  EXPECT_EQ(read_file(*files, at("x/y/f")).value(), "bytes");
  ASSERT_TRUE(files->rename(at("x/y/f"), at("g")));
  EXPECT_EQ(files->list(folder).value(), (std::vector<std::string>{"a", "g", "x"}));
  EXPECT_TRUE(files->stat(at("x/y"))->is_directory);
  EXPECT_TRUE(files->sync_folder(at("x")));
  EXPECT_TRUE(files->unlink(at("g")));
  EXPECT_TRUE(files->remove_folder(at("x/y")));
  EXPECT_FALSE(files->stat(at("x/y"))->exists);
  expect_refused(status_of(files->open(at("absent"), OpenMode::read)), ErrorCode::not_found);
  expect_refused(status_of(files->list(at("absent"))), ErrorCode::not_found);
}

mode_t mode_of(const fs::path& path) {
  struct ::stat found{};
  return ::lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

TEST_F(FolderFileSystem, WhatItCreatesIsItsOwnersAlone) {
  const mode_t mask = ::umask(0);
  const std::string top = at("new/store");
  const auto below = folder_file_system(top);
  ASSERT_TRUE(below->create_folder(top + "/x"));
  for (const OpenMode mode : {OpenMode::create, OpenMode::read_write}) {
    ASSERT_TRUE(below->open(top + "/" + std::to_string(static_cast<int>(mode)), mode));
  }
  ASSERT_TRUE(files->create_folder(folder));
  ASSERT_TRUE(files->open(at("a"), OpenMode::read_write));
  ::umask(mask);
  EXPECT_EQ(mode_of(at("new")), 0777);
  EXPECT_EQ(mode_of(top), 0700);
  EXPECT_EQ(mode_of(top + "/x"), 0700);
  EXPECT_EQ(mode_of(top + "/1"), 0600);
  EXPECT_EQ(mode_of(top + "/2"), 0600);
  EXPECT_NE(mode_of(folder), 0700);
  EXPECT_NE(mode_of(at("a")), 0600);
  ASSERT_TRUE(files->open(at("a"), OpenMode::create));
  EXPECT_EQ(mode_of(at("a")), 0600);
}

TEST_F(FolderFileSystem, NeverFollowsALinkToAFile) {
  for (const char* target : {"precious", "new"}) {
    fs::remove(at("link"));
    fs::create_symlink(outside() / target, at("link"));
    const FileStat found = files->stat(at("link")).value();
    EXPECT_TRUE(found.exists && !found.is_file && !found.is_directory);
    expect_refused(status_of(files->open(at("link"), OpenMode::read)), ErrorCode::store_io);
    expect_refused(status_of(files->open(at("link"), OpenMode::read_write)), ErrorCode::store_io);
    const auto made = files->open(at("link"), OpenMode::create);
    ASSERT_TRUE(made && (*made)->write_at(0, "ours"));
    EXPECT_TRUE(files->stat(at("link"))->is_file);
  }
  EXPECT_EQ(bytes_of(outside() / "precious"), "precious");
  EXPECT_FALSE(fs::exists(outside() / "new"));
}

TEST_F(FolderFileSystem, NeverEntersALinkToAFolder) {
  fs::create_directory_symlink(outside(), at("link"));
  expect_refused(status_of(files->list(at("link"))), ErrorCode::store_io);
  expect_refused(status_of(files->open(at("link/precious"), OpenMode::read)), ErrorCode::store_io);
  expect_refused(status_of(files->open(at("link/new"), OpenMode::create)), ErrorCode::store_io);
  expect_refused(files->unlink(at("link/precious")), ErrorCode::store_io);
  expect_refused(files->rename(at("a"), at("link/a")), ErrorCode::store_io);
  expect_refused(files->rename(at("link/precious"), at("b")), ErrorCode::store_io);
  expect_refused(files->create_folder(at("link/x")), ErrorCode::store_io);
  expect_refused(files->create_folder(at("link")), ErrorCode::store_io);
  expect_refused(files->remove_folder(at("link")), ErrorCode::store_io);
  expect_refused(files->sync_folder(at("link")), ErrorCode::store_io);
  EXPECT_EQ(std::distance(fs::directory_iterator(outside()), {}), 1);
}

TEST_F(FolderFileSystem, ACreatedFileLeavesWhatAHardLinkLeadsTo) {
  fs::create_hard_link(outside() / "precious", at("hard"));
  const auto made = files->open(at("hard"), OpenMode::create);
  ASSERT_TRUE(made && (*made)->write_at(0, "ours"));
  EXPECT_EQ(bytes_of(outside() / "precious"), "precious");
}

TEST_F(FolderFileSystem, HasNoPathsOutOfIt) {
  expect_refused(status_of(files->open(folder + "x/a", OpenMode::read)), ErrorCode::internal);
  expect_refused(status_of(files->open((outside() / "precious").string(), OpenMode::read)),
                 ErrorCode::internal);
  ASSERT_TRUE(files->create_folder(at("x")));
  for (const char* name : {"../out/precious", "x/../../out/precious", ".", ".."}) {
    expect_refused(status_of(files->open(at(name), OpenMode::read)), ErrorCode::store_io);
  }
}

TEST_F(FolderFileSystem, StaysInTheFolderThatItFound) {
  ASSERT_TRUE(files->stat(at("a"))->exists);
  fs::rename(folder, dir.path() / "moved");
  dir.write("in/other", "another folder of that name");
  EXPECT_TRUE(files->stat(at("a"))->exists);
  ASSERT_TRUE(files->open(at("b"), OpenMode::create));
  ASSERT_TRUE(files->create_folder(at("sub")));
  EXPECT_TRUE(fs::exists(dir.path() / "moved" / "b"));
  EXPECT_TRUE(fs::exists(dir.path() / "moved" / "sub"));
  // Whoever asks what the name leads to now goes on there.
  EXPECT_TRUE(files->stat(folder)->is_directory);
  EXPECT_FALSE(files->stat(at("a"))->exists);
  EXPECT_TRUE(files->stat(at("other"))->exists);
}

TEST_F(FolderFileSystem, ALinkInItsOwnPlaceIsNoFolder) {
  fs::rename(folder, dir.path() / "moved");
  fs::create_directory_symlink(outside(), folder);
  EXPECT_FALSE(files->stat(folder)->is_directory);
  expect_refused(status_of(files->open(at("precious"), OpenMode::read)), ErrorCode::store_io);
}

TEST_F(FolderFileSystem, MapsAFileWithoutADescriptor) {
  const std::unique_ptr<FileBytes> bytes =
      files->open(at("a"), OpenMode::read).value()->map_alone().value();
  EXPECT_EQ(bytes->view(), "abc");
  char copied[2];
  bytes->copy(1, 2, copied);
  EXPECT_EQ(std::string_view(copied, 2), "bc");
}

TEST_F(FolderFileSystem, StrangersAreMovedAside) {
  fs::create_directory(at("f"));
  ASSERT_EQ(::mkfifo(at("f.damaged").c_str(), 0600), 0);
  ASSERT_TRUE(make_room_for_file(*files, at("f")));
  EXPECT_TRUE(files->stat(at("f.damaged.2"))->is_directory);
  fs::create_symlink(outside(), at("d"));
  ASSERT_TRUE(make_room_for_folder(*files, at("d")));
  EXPECT_TRUE(fs::is_symlink(at("d.damaged")));
  ASSERT_TRUE(make_room_for_file(*files, at("a")));
  EXPECT_TRUE(files->stat(at("a"))->is_file);
  EXPECT_TRUE(make_room_for_file(*files, at("absent")));
}

TEST(RealPath, IsTheSamePlaceFromEverywhere) {
  const TempDir dir;
  dir.write("a/f", "");
  fs::create_directory_symlink(dir.path() / "a", dir.path() / "link");
  const std::string top = fs::canonical(dir.path()).string();
  EXPECT_EQ(real_path((dir.path() / "link/f").string()), top + "/a/f");
  EXPECT_EQ(real_path((dir.path() / "link/new/").string()), top + "/a/new");
  EXPECT_EQ(real_path("/"), "/");
  EXPECT_EQ(real_path("x"), (fs::canonical(fs::current_path()) / "x").string());
}

TEST(FolderIdentity, BelongsToOneFolder) {
  const TempDir dir;
  const std::string one = (dir.path() / "one").string();
  fs::create_directory(one);
  const std::string before = folder_identity(one);
  ASSERT_NE(before, "");
  fs::create_directory(one + "2");
  EXPECT_NE(folder_identity(one + "2"), before);
  fs::rename(one, one + "3");
  EXPECT_EQ(folder_identity(one + "3"), before);
  fs::create_directory(one);
  EXPECT_NE(folder_identity(one), before);
  fs::create_directory_symlink(one, one + "4");
  EXPECT_EQ(folder_identity(one + "4"), "");
  EXPECT_EQ(folder_identity(one + "5"), "");
}

}  // namespace
}  // namespace quire::base
