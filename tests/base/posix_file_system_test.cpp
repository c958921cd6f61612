#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "support/temp_dir.hpp"

namespace quire::base {
namespace {

using support::TempDir;

class PosixFileSystem : public ::testing::Test {
 protected:
  std::unique_ptr<File> open(const std::string& path, OpenMode mode) {
    auto file = files->open(path, mode);
    EXPECT_TRUE(file.has_value()) << file.error().message;
    return std::move(file).value();
  }

  void write(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(open(path, OpenMode::create)->write_at(0, bytes).has_value());
  }

  std::string at(const std::string& name) const {
    return name.empty() ? dir.path().string() : (dir.path() / name).string();
  }

  TempDir dir;
  std::shared_ptr<FileSystem> files = posix_file_system();
};

void expect_failure(const auto& result, ErrorCode code, const std::string& words) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(to_string(result.error().code), to_string(code));
  EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
}

mode_t mode_of(const std::string& path) {
  struct stat found{};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777;
}

TEST_F(PosixFileSystem, AReplacedFileKeepsItsModeAndLeavesNothingAside) {
  write(at("a"), "old and longer");
  ASSERT_EQ(::chmod(at("a").c_str(), 0640), 0);
  ASSERT_TRUE(replace_file(at("a"), "new").has_value());
  EXPECT_EQ(read_file(*files, at("a")).value(), "new");
  EXPECT_EQ(mode_of(at("a")), 0640U);
  EXPECT_EQ(files->list(at("")).value(), (std::vector<std::string>{"a"}));
}

TEST_F(PosixFileSystem, AFileThatIsMissingIsMadeWithItsFolders) {
  ASSERT_TRUE(replace_file(at("b/c/d"), "new").has_value());
  EXPECT_EQ(read_file(*files, at("b/c/d")).value(), "new");
}

TEST_F(PosixFileSystem, WhatNobodyMayWriteIsNotReplaced) {
  write(at("a"), "old");
  ASSERT_EQ(::chmod(at("a").c_str(), 0444), 0);
  expect_failure(replace_file(at("a"), "new"), ErrorCode::store_io, "a is read-only");
  EXPECT_EQ(read_file(*files, at("a")).value(), "old");
  expect_failure(replace_file(at(""), "new"), ErrorCode::store_io, "is no file");
}

TEST_F(PosixFileSystem, WhatWasWrittenIsRead) {
  const auto file = open(at("a"), OpenMode::create);
  ASSERT_TRUE(file->write_at(0, "hello world").has_value());
  ASSERT_TRUE(file->write_at(6, "there, all").has_value());
  ASSERT_TRUE(file->sync().has_value());
  EXPECT_EQ(file->read_at(0, 100).value(), "hello there, all");
  EXPECT_EQ(file->read_at(6, 5).value(), "there");
  EXPECT_EQ(file->read_at(50, 5).value(), "");
  EXPECT_EQ(file->size().value(), 16U);
  EXPECT_EQ(file->map().value()->view(), "hello there, all");
  EXPECT_TRUE(file->close().has_value());
  EXPECT_EQ(read_file(*files, at("a")).value(), "hello there, all");
  EXPECT_EQ(map_file(*files, at("a")).value()->view(), "hello there, all");
}

TEST_F(PosixFileSystem, LargeFilesAreReadWhole) {
  std::string bytes;
  for (std::size_t i = 0; i < (std::size_t{3} << 20) + 17; ++i) {
    bytes.push_back(static_cast<char>(i * 2654435761U >> 13));
  }
  write(at("large"), bytes);
  EXPECT_EQ(read_file(*files, at("large")).value(), bytes);
  EXPECT_EQ(open(at("large"), OpenMode::read)->read_at(1, (std::size_t{2} << 20)).value(),
            bytes.substr(1, std::size_t{2} << 20));
}

TEST_F(PosixFileSystem, ImpossibleSizesCostNoMemory) {
  write(at("a"), "abc");
  EXPECT_EQ(open(at("a"), OpenMode::read)->read_at(0, std::size_t{1} << 60).value(), "abc");
}

TEST_F(PosixFileSystem, WritingPastTheEndLeavesZeros) {
  const auto file = open(at("a"), OpenMode::create);
  ASSERT_TRUE(file->write_at(4, "x").has_value());
  EXPECT_EQ(file->read_at(0, 10).value(), std::string("\0\0\0\0x", 5));
}

TEST_F(PosixFileSystem, TruncateCutsAndExtends) {
  const auto file = open(at("a"), OpenMode::create);
  ASSERT_TRUE(file->write_at(0, "abcdef").has_value());
  ASSERT_TRUE(file->truncate(2).has_value());
  ASSERT_TRUE(file->truncate(4).has_value());
  EXPECT_EQ(file->read_at(0, 10).value(), std::string("ab\0\0", 4));
}

TEST_F(PosixFileSystem, EmptyFileMapsToNothing) {
  write(at("a"), "");
  EXPECT_EQ(map_file(*files, at("a")).value()->view(), "");
}

TEST_F(PosixFileSystem, MappingOutlivesFileAndName) {
  write(at("a"), "still here");
  const auto bytes = map_file(*files, at("a")).value();
  ASSERT_TRUE(files->unlink(at("a")).has_value());
  EXPECT_EQ(bytes->view(), "still here");
}

TEST_F(PosixFileSystem, OnlyAnEmptyFolderIsRemoved) {
  ASSERT_TRUE(files->create_folder(at("f")).has_value());
  write(at("f/a"), "");
  expect_failure(files->remove_folder(at("f")), ErrorCode::store_io, "remove folder " + at("f"));
  ASSERT_TRUE(files->unlink(at("f/a")).has_value());
  EXPECT_TRUE(files->remove_folder(at("f")).has_value());
  expect_failure(files->remove_folder(at("f")), ErrorCode::not_found, at("f"));
}

TEST_F(PosixFileSystem, OpenModesCreateKeepAndEmpty) {
  expect_failure(files->open(at("a"), OpenMode::read), ErrorCode::not_found, at("a"));
  EXPECT_EQ(open(at("a"), OpenMode::read_write)->size().value(), 0U);
  write(at("a"), "abc");
  EXPECT_EQ(open(at("a"), OpenMode::read_write)->size().value(), 3U);
  EXPECT_EQ(open(at("a"), OpenMode::create)->size().value(), 0U);
}

TEST_F(PosixFileSystem, ReadOnlyHandleRefusesToWrite) {
  write(at("a"), "abc");
  const auto file = open(at("a"), OpenMode::read);
  expect_failure(file->write_at(7, "x"), ErrorCode::store_io, "at byte 7: Bad file descriptor");
  expect_failure(file->truncate(1), ErrorCode::store_io, "truncate " + at("a"));
  EXPECT_EQ(file->read_at(0, 9).value(), "abc");
}

TEST_F(PosixFileSystem, ClosedFileFailsAndClosingTwiceIsFine) {
  const auto file = open(at("a"), OpenMode::create);
  EXPECT_TRUE(file->close().has_value());
  EXPECT_TRUE(file->close().has_value());
  expect_failure(file->read_at(0, 1), ErrorCode::store_io, "Bad file descriptor");
  expect_failure(file->sync(), ErrorCode::store_io, "sync " + at("a"));
  expect_failure(file->size(), ErrorCode::store_io, "stat " + at("a"));
  expect_failure(file->map(), ErrorCode::store_io, "stat " + at("a"));
  expect_failure(file->try_lock(3, LockMode::shared), ErrorCode::store_io,
                 "lock " + at("a") + " at byte 3");
  expect_failure(file->unlock(3), ErrorCode::store_io, "unlock " + at("a") + " at byte 3");
}

TEST_F(PosixFileSystem, AFileThatCannotBeMappedIsSaid) {
  const std::string path = "/sys/devices/system/cpu/online";
  if (!files->stat(path).value().exists) {
    GTEST_SKIP() << path << " is not here";
  }
  expect_failure(open(path, OpenMode::read)->map(), ErrorCode::store_io, "map " + path);
}

TEST_F(PosixFileSystem, ACopyOfAMappedFileIsWhatTheFileHas) {
  write(at("a"), "0123456789");
  const auto bytes = map_file(*files, at("a")).value();
  char to[4] = {};
  bytes->copy(3, sizeof to, to);
  EXPECT_EQ(std::string_view(to, sizeof to), "3456");
  bytes->release();
  EXPECT_EQ(bytes->view(), "0123456789");
}

TEST_F(PosixFileSystem, FoldersPipesAndDevicesAreNotFiles) {
  expect_failure(files->open(at(""), OpenMode::read), ErrorCode::store_io, "Is a directory");
  expect_failure(files->open(at(""), OpenMode::read_write), ErrorCode::store_io, "Is a directory");
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  expect_failure(files->open(at("pipe"), OpenMode::read), ErrorCode::store_io,
                 "not a regular file");
  expect_failure(files->open("/dev/null", OpenMode::read_write), ErrorCode::store_io,
                 "not a regular file");
}

TEST_F(PosixFileSystem, FileWhereAFolderShouldBeIsSaid) {
  write(at("a"), "abc");
  const std::string below = at("a") + "/b";
  expect_failure(files->open(below, OpenMode::read), ErrorCode::store_io, "Not a directory");
  expect_failure(files->open(below, OpenMode::create), ErrorCode::store_io, "Not a directory");
  expect_failure(files->stat(below), ErrorCode::store_io, "Not a directory");
  expect_failure(files->list(at("a")), ErrorCode::store_io, "Not a directory");
  expect_failure(files->create_folder(below), ErrorCode::store_io, "Not a directory");
  expect_failure(files->create_folder(at("a")), ErrorCode::store_io, "File exists");
  expect_failure(files->sync_folder(at("a")), ErrorCode::store_io, "Not a directory");
}

TEST_F(PosixFileSystem, PlacesThatRefuseEvenRootAreNamed) {
  expect_failure(files->open("/proc/quire-test", OpenMode::create), ErrorCode::store_io,
                 "open /proc/quire-test: ");
  expect_failure(files->create_folder("/proc/quire-test/a"), ErrorCode::store_io,
                 "create folder /proc/quire-test");
  expect_failure(files->rename(at("absent"), at("b")), ErrorCode::not_found, at("absent"));
  expect_failure(files->unlink(at("absent")), ErrorCode::not_found, "unlink " + at("absent"));
  expect_failure(files->unlink(at("")), ErrorCode::store_io, "unlink " + at(""));
  expect_failure(files->create_folder(""), ErrorCode::store_io, "create folder");
}

TEST_F(PosixFileSystem, ARenameThatIsRefusedChangesNothing) {
  write(at("a"), "abc");
  ASSERT_TRUE(files->create_folder(at("f/g")).has_value());
  expect_failure(files->rename(at("a"), at("f")), ErrorCode::store_io,
                 "rename " + at("a") + " to " + at("f") + ": Is a directory");
  expect_failure(files->rename(at("f"), at("f/g")), ErrorCode::store_io, "rename " + at("f"));
  EXPECT_EQ(read_file(*files, at("a")).value(), "abc");
  EXPECT_EQ(files->list(at("")).value(), (std::vector<std::string>{"a", "f"}));
}

TEST_F(PosixFileSystem, NoPermissionIsSaid) {
  write(at("a"), "abc");
  ASSERT_EQ(::chmod(at("a").c_str(), 0), 0);
  // Root may read everything; nobody may not.
  const uid_t before = ::geteuid();
  if (before == 0) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto opened = files->open(at("a"), OpenMode::read);
  ASSERT_EQ(::seteuid(before), 0);
  expect_failure(opened, ErrorCode::store_io, "open " + at("a") + ": Permission denied");
}

TEST_F(PosixFileSystem, StatTellsAbsentFilesAndFolders) {
  write(at("a"), "abc");
  EXPECT_FALSE(files->stat(at("absent")).value().exists);
  const FileStat file = files->stat(at("a")).value();
  EXPECT_TRUE(file.exists);
  EXPECT_FALSE(file.is_directory);
  EXPECT_EQ(file.size, 3U);
  EXPECT_TRUE(files->stat(at("")).value().is_directory);
  write(at("b"), "");
  ASSERT_TRUE(files->rename(at("a"), at("b")).has_value());
  EXPECT_EQ(files->stat(at("b")).value().inode, file.inode);
  EXPECT_FALSE(files->stat(at("a")).value().exists);
}

TEST_F(PosixFileSystem, ListIsSortedAndWithoutDots) {
  for (const char* name : {"b", "a", ".hidden", "c"}) {
    write(at(name), "");
  }
  EXPECT_EQ(files->list(at("")).value(), (std::vector<std::string>{".hidden", "a", "b", "c"}));
  expect_failure(files->list(at("absent")), ErrorCode::not_found, "list " + at("absent"));
}

TEST_F(PosixFileSystem, FoldersAreCreatedWithTheirParents) {
  const std::string deep = at("x//y/z/");
  EXPECT_TRUE(files->create_folder(deep).has_value());
  EXPECT_TRUE(files->create_folder(deep).has_value());
  EXPECT_TRUE(files->stat(at("x/y/z")).value().is_directory);
  EXPECT_TRUE(files->sync_folder(deep).has_value());
}

TEST_F(PosixFileSystem, FoldersAtTheTopAreThere) {
  EXPECT_TRUE(files->create_folder("/").has_value());
  EXPECT_TRUE(files->create_folder("//tmp").has_value());
  EXPECT_EQ(files->network_file_system("/quire-absent/a"), files->network_file_system("/"));
  EXPECT_EQ(files->network_file_system("/proc/self/cmdline/a"), "");
}

TEST_F(PosixFileSystem, RelativeFoldersAreCreatedInTheWorkingFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(at(""));
  const Status created = files->create_folder("one");
  const std::string place = files->network_file_system("two/three");
  std::filesystem::current_path(before);
  EXPECT_TRUE(created.has_value());
  EXPECT_EQ(place, files->network_file_system(at("")));
  EXPECT_TRUE(files->stat(at("one")).value().is_directory);
}

TEST_F(PosixFileSystem, EntropyDiffers) {
  const std::string first = files->entropy(64).value();
  EXPECT_EQ(first.size(), 64U);
  EXPECT_NE(first, files->entropy(64).value());
  EXPECT_EQ(files->entropy(0).value(), "");
}

TEST_F(PosixFileSystem, ProcessDescriptionNamesPidAndProgram) {
  const std::string text = files->process_description();
  EXPECT_TRUE(text.starts_with("pid " + std::to_string(::getpid()) + " (")) << text;
  EXPECT_NE(text.find("base_test"), std::string::npos) << text;
  EXPECT_EQ(text.find('\0'), std::string::npos);
  EXPECT_LT(text.size(), 300U);
}

TEST_F(PosixFileSystem, LimitedFileSizeFailsAndSaysWhere) {
  // The signal would end the process; ignored, the write fails with EFBIG.
  auto* const before = ::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit small = old;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto file = files->open(at("a"), OpenMode::create);
  const Status within = (*file)->write_at(0, std::string(900, 'x'));
  const Status across = (*file)->write_at(900, std::string(200, 'y'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  ::signal(SIGXFSZ, before);
  EXPECT_TRUE(within.has_value());
  expect_failure(across, ErrorCode::store_io, "write " + at("a") + " at byte 1000: File too large");
  EXPECT_EQ((*file)->size().value(), 1000U);
}

TEST_F(PosixFileSystem, FullDiskFailsAndSaysWhere) {
  const std::string place = at("full");
  ASSERT_TRUE(files->create_folder(place).has_value());
  if (::mount("none", place.c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "mounting a small tmpfs is not permitted here: " << std::strerror(errno);
  }
  {
    const auto file = open(place + "/a", OpenMode::create);
    const Status status = file->write_at(0, std::string(100'000, 'x'));
    expect_failure(status, ErrorCode::store_io,
                   "write " + place + "/a at byte 65536: No space left on device");
    EXPECT_TRUE(file->truncate(0).has_value());
    EXPECT_TRUE(file->write_at(0, "room again").has_value());
    EXPECT_TRUE(file->close().has_value());
    EXPECT_EQ(files->network_file_system(place), "");
  }
  EXPECT_EQ(::umount(place.c_str()), 0);
}

TEST_F(PosixFileSystem, LocksOfTwoOpensConflictInOneProcess) {
  const auto one = open(at("LOCK"), OpenMode::read_write);
  const auto two = open(at("LOCK"), OpenMode::read_write);
  EXPECT_TRUE(one->try_lock(0, LockMode::exclusive).value());
  EXPECT_TRUE(one->try_lock(0, LockMode::exclusive).value());
  EXPECT_FALSE(two->try_lock(0, LockMode::exclusive).value());
  EXPECT_FALSE(two->try_lock(0, LockMode::shared).value());
  EXPECT_TRUE(two->try_lock(1, LockMode::exclusive).value());
  EXPECT_TRUE(one->unlock(0).has_value());
  EXPECT_TRUE(two->try_lock(0, LockMode::shared).value());
  EXPECT_TRUE(one->try_lock(0, LockMode::shared).value());
  EXPECT_FALSE(two->try_lock(0, LockMode::exclusive).value());
  EXPECT_TRUE(one->close().has_value());
  EXPECT_TRUE(two->try_lock(0, LockMode::exclusive).value());
}

TEST_F(PosixFileSystem, LockSurvivesAnUnrelatedOpenAndClose) {
  const auto holder = open(at("LOCK"), OpenMode::read_write);
  ASSERT_TRUE(holder->try_lock(0, LockMode::exclusive).value());
  ASSERT_TRUE(open(at("LOCK"), OpenMode::read)->close().has_value());
  EXPECT_FALSE(open(at("LOCK"), OpenMode::read_write)->try_lock(0, LockMode::exclusive).value());
}

TEST_F(PosixFileSystem, SharedLocksNeedReadingAndExclusiveOnesWriting) {
  write(at("LOCK"), "");
  const auto reader = open(at("LOCK"), OpenMode::read);
  EXPECT_TRUE(reader->try_lock(0, LockMode::shared).value());
  expect_failure(reader->try_lock(0, LockMode::exclusive), ErrorCode::store_io,
                 "lock " + at("LOCK"));
}

/// A child process that takes a lock and then sleeps until it is killed.
class LockingChild {
 public:
  explicit LockingChild(const std::string& path) {
    int ready[2] = {};
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto file = posix_file_system()->open(path, OpenMode::read_write);
      const bool locked = file && (*file)->try_lock(0, LockMode::exclusive).value_or(false);
      if (::write(ready[1], locked ? "y" : "n", 1) == 1) {
        ::pause();
      }
      ::_exit(0);
    }
    char answer = 0;
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    locked_ = answer == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
  }
  LockingChild(const LockingChild&) = delete;
  LockingChild& operator=(const LockingChild&) = delete;
  ~LockingChild() { kill(); }

  bool locked() const { return locked_; }

  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      pid_ = -1;
    }
  }

 private:
  pid_t pid_ = -1;
  bool locked_ = false;
};

TEST_F(PosixFileSystem, LockOfAnotherProcessConflictsAndDiesWithIt) {
  const auto mine = open(at("LOCK"), OpenMode::read_write);
  LockingChild child(at("LOCK"));
  ASSERT_TRUE(child.locked());
  EXPECT_FALSE(mine->try_lock(0, LockMode::exclusive).value());
  EXPECT_FALSE(mine->try_lock(0, LockMode::shared).value());
  child.kill();
  EXPECT_TRUE(mine->try_lock(0, LockMode::exclusive).value());
}

TEST_F(PosixFileSystem, LockHeldHereIsRefusedToAnotherProcess) {
  const auto mine = open(at("LOCK"), OpenMode::read_write);
  ASSERT_TRUE(mine->try_lock(0, LockMode::exclusive).value());
  EXPECT_FALSE(LockingChild(at("LOCK")).locked());
}

TEST_F(PosixFileSystem, FilesAreNotInheritedByPrograms) {
  const auto file = open(at("LOCK"), OpenMode::read_write);
  ASSERT_TRUE(file->try_lock(0, LockMode::exclusive).value());
  const std::string command = "ls -l /proc/$$/fd | grep -q " + at("LOCK");
  EXPECT_NE(std::system(command.c_str()), 0);
}

TEST_F(PosixFileSystem, ProcFilesAreReadThoughTheySayTheyAreEmpty) {
  EXPECT_FALSE(read_file(*files, "/proc/self/stat").value().empty());
  expect_failure(read_file(*files, "/proc/self/mem"), ErrorCode::store_io,
                 "read /proc/self/mem at byte 0");
}

TEST(Join, PutsOneSlashBetween) {
  EXPECT_EQ(join("a", "b"), "a/b");
  EXPECT_EQ(join("a/", "b"), "a/b");
  EXPECT_EQ(join("/", "b"), "/b");
  EXPECT_EQ(join("", "b"), "b");
}

}  // namespace
}  // namespace quire::base
