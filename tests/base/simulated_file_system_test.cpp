#include "support/simulated_file_system.hpp"

#include <functional>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/try.hpp"

namespace quire::support {
namespace {

using base::LockMode;
using base::OpenMode;

constexpr CrashModel kModels[] = {CrashModel::kill, CrashModel::power_loss, CrashModel::scattered,
                                  CrashModel::scattered_names_kept};

/// What `path` holds on `files`, or nothing.
std::optional<std::string> content(SimulatedFileSystem& files, const std::string& path) {
  const auto bytes = base::read_file(files, path);
  return bytes ? std::optional(*bytes) : std::nullopt;
}

std::optional<std::string> after(const SimulatedFileSystem& files,
                                 CrashModel model,
                                 const std::string& path,
                                 std::uint64_t seed = 0) {
  return content(*files.after_crash(model, seed), path);
}

class SimulatedFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<base::File> create(const std::string& path) {
    return files.open(path, OpenMode::create).value();
  }

  std::unique_ptr<base::File> durable(const std::string& path, std::string_view bytes) {
    auto file = create(path);
    EXPECT_TRUE(file->write_at(0, bytes).has_value());
    EXPECT_TRUE(file->sync().has_value());
    EXPECT_TRUE(files.sync_folder("").has_value());
    return file;
  }

  SimulatedFileSystem files;
};

TEST_F(SimulatedFileSystemTest, ProgramSeesWhatItWrote) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, "hello").has_value());
  ASSERT_TRUE(file->write_at(7, "x").has_value());
  ASSERT_TRUE(file->truncate(8).has_value());
  EXPECT_EQ(file->read_at(0, 100).value(), std::string("hello\0\0x", 8));
  EXPECT_EQ(file->map().value()->view().size(), 8U);
  EXPECT_EQ(files.stat("a").value().size, 8U);
  EXPECT_EQ(files.list("").value(), std::vector<std::string>{"a"});
  EXPECT_EQ(files.open("b", OpenMode::read).error().code, ErrorCode::not_found);
  EXPECT_EQ(files.open("no/b", OpenMode::create).error().code, ErrorCode::store_io);
  EXPECT_EQ(files.unlink("b").error().code, ErrorCode::not_found);
}

TEST_F(SimulatedFileSystemTest, KillKeepsEverythingAndKeepsItUnsynced) {
  const auto file = durable("a", "old");
  ASSERT_TRUE(file->write_at(0, "new").has_value());
  ASSERT_TRUE(files.rename("a", "b").has_value());
  const auto killed = files.after_crash(CrashModel::kill);
  EXPECT_EQ(content(*killed, "b"), "new");
  EXPECT_EQ(content(*killed, "a"), std::nullopt);
  EXPECT_EQ(after(*killed, CrashModel::power_loss, "a"), "old");
}

TEST_F(SimulatedFileSystemTest, PowerLossDropsWhatWasNotSynced) {
  const auto file = durable("a", "old");
  ASSERT_TRUE(file->write_at(0, "new").has_value());
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "old");
  ASSERT_TRUE(file->sync().has_value());
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "new");
}

TEST_F(SimulatedFileSystemTest, PowerLossDropsNamesUntilTheFolderIsSynced) {
  const auto file = create("a");
  ASSERT_TRUE(file->write_at(0, "x").has_value());
  ASSERT_TRUE(file->sync().has_value());
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), std::nullopt);
  ASSERT_TRUE(files.sync_folder("").has_value());
  ASSERT_TRUE(files.rename("a", "b").has_value());
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "x");
  EXPECT_EQ(after(files, CrashModel::power_loss, "b"), std::nullopt);
  EXPECT_EQ(after(files, CrashModel::scattered_names_kept, "b"), "x");
  ASSERT_TRUE(files.unlink("b").has_value());
  EXPECT_EQ(after(files, CrashModel::kill, "b"), std::nullopt);
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "x");
}

TEST_F(SimulatedFileSystemTest, OnlyAnEmptyFolderIsRemoved) {
  ASSERT_TRUE(files.create_folder("f").has_value());
  const auto file = create("f/a");
  EXPECT_FALSE(files.remove_folder("f").has_value());
  EXPECT_FALSE(files.remove_folder("f/a").has_value());
  ASSERT_TRUE(files.unlink("f/a").has_value());
  EXPECT_TRUE(files.remove_folder("f").has_value());
  EXPECT_EQ(files.remove_folder("f").error().code, ErrorCode::not_found);
}

TEST_F(SimulatedFileSystemTest, ScatteringLosesWholeSectorsOnly) {
  const auto file = durable("a", std::string(256, 'o'));
  ASSERT_TRUE(file->write_at(0, std::string(256, 'n')).has_value());
  bool mixed = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::string bytes = after(files, CrashModel::scattered, "a", seed).value();
    ASSERT_EQ(bytes.size(), 256U);
    for (std::size_t at = 0; at < bytes.size(); at += 64) {
      EXPECT_EQ(bytes.substr(at, 64), std::string(64, bytes[at]));
    }
    mixed = mixed || (bytes.contains('o') && bytes.contains('n'));
    EXPECT_EQ(bytes, after(files, CrashModel::scattered, "a", seed));
  }
  EXPECT_TRUE(mixed);
}

TEST_F(SimulatedFileSystemTest, ScatteringNeverHarmsSyncedBytes) {
  const auto file = durable("a", std::string(100, 'o'));
  ASSERT_TRUE(file->write_at(100, std::string(100, 'n')).has_value());
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(after(files, CrashModel::scattered, "a", seed)->substr(0, 100),
              std::string(100, 'o'));
  }
}

TEST_F(SimulatedFileSystemTest, CrashedMachineDoesNothingMore) {
  const auto file = durable("a", "old");
  files.crash_at_change(files.changes() + 1);
  ASSERT_TRUE(file->write_at(3, "+").has_value());
  EXPECT_FALSE(file->sync().has_value());
  EXPECT_TRUE(files.crashed());
  EXPECT_FALSE(file->write_at(0, "no").has_value());
  EXPECT_FALSE(files.unlink("a").has_value());
  EXPECT_FALSE(files.open("a", OpenMode::read).has_value());
  EXPECT_FALSE(files.stat("a").has_value());
  EXPECT_EQ(after(files, CrashModel::kill, "a"), "old+");
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "old");
}

TEST_F(SimulatedFileSystemTest, WriteInProgressIsTorn) {
  const auto file = durable("a", "");
  files.crash_at_change(files.changes());
  EXPECT_FALSE(file->write_at(0, "0123456789").has_value());
  std::map<std::size_t, int> lengths;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string bytes = after(files, CrashModel::kill, "a", seed).value();
    EXPECT_EQ(bytes, std::string("0123456789").substr(0, bytes.size()));
    ++lengths[bytes.size()];
  }
  EXPECT_EQ(lengths.size(), 11U);
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "");
}

TEST_F(SimulatedFileSystemTest, ObserverSeesTheDiskBeforeEachChange) {
  std::vector<std::optional<std::string>> seen;
  const auto file = durable("a", "");
  files.before_change([&] { seen.push_back(after(files, CrashModel::power_loss, "a")); });
  ASSERT_TRUE(file->write_at(0, "x").has_value());
  ASSERT_TRUE(file->sync().has_value());
  ASSERT_TRUE(file->truncate(0).has_value());
  EXPECT_EQ(seen, (std::vector<std::optional<std::string>>{"", "", "x"}));
}

TEST_F(SimulatedFileSystemTest, FailedSyncLosesTheBytesForGood) {
  const auto file = durable("a", "old");
  ASSERT_TRUE(file->write_at(0, "new").has_value());
  files.fail_at_sync(files.syncs());
  EXPECT_FALSE(file->sync().has_value());
  EXPECT_TRUE(file->sync().has_value());
  EXPECT_EQ(content(files, "a"), "new");
  EXPECT_EQ(after(files, CrashModel::power_loss, "a"), "old");
}

TEST_F(SimulatedFileSystemTest, EveryCallCanFailOnce) {
  const auto file = durable("a", "old");
  const auto fails = [&](const std::function<bool()>& call) {
    files.fail_at_call(files.calls(), Fault::io_error);
    const bool failed = !call();
    files.heal();
    return failed;
  };
  EXPECT_TRUE(fails([&] { return file->read_at(0, 1).has_value(); }));
  EXPECT_TRUE(fails([&] { return file->map().has_value(); }));
  EXPECT_TRUE(fails([&] { return file->size().has_value(); }));
  EXPECT_TRUE(fails([&] { return file->write_at(0, "x").has_value(); }));
  EXPECT_TRUE(fails([&] { return file->truncate(0).has_value(); }));
  EXPECT_TRUE(fails([&] { return file->try_lock(0, LockMode::shared).has_value(); }));
  EXPECT_TRUE(fails([&] { return file->unlock(0).has_value(); }));
  EXPECT_TRUE(fails([&] { return files.open("a", OpenMode::read).has_value(); }));
  EXPECT_TRUE(fails([&] { return files.stat("a").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.list("").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.create_folder("f").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.rename("a", "b").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.unlink("a").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.remove_folder("f").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.sync_folder("").has_value(); }));
  EXPECT_TRUE(fails([&] { return files.entropy(1).has_value(); }));
  EXPECT_TRUE(fails([&] { return file->close().has_value(); }));
  EXPECT_EQ(files.faults(), 17U);
  EXPECT_EQ(files.files(), (std::map<std::string, std::string>{{"a", "old"}}));
}

TEST_F(SimulatedFileSystemTest, ShortWriteLeavesAPart) {
  const auto file = durable("a", "");
  files.fail_at_call(files.calls(), Fault::short_write);
  EXPECT_FALSE(file->write_at(0, "123456789").has_value());
  EXPECT_EQ(content(files, "a"), "123");
}

TEST_F(SimulatedFileSystemTest, FullDiskRefusesOnlyWhatNeedsSpace) {
  const auto file = durable("a", "abc");
  files.fail_at_call(files.calls(), Fault::disk_full, true);
  EXPECT_FALSE(file->write_at(0, "x").has_value());
  EXPECT_FALSE(files.open("b", OpenMode::create).has_value());
  EXPECT_FALSE(files.create_folder("f").has_value());
  EXPECT_TRUE(file->read_at(0, 1).has_value());
  EXPECT_TRUE(file->sync().has_value());
  EXPECT_TRUE(files.unlink("a").has_value());
  files.heal();
  EXPECT_TRUE(files.open("b", OpenMode::create).has_value());
}

TEST_F(SimulatedFileSystemTest, CreatedFoldersAreDurable) {
  ASSERT_TRUE(files.create_folder("x/y").has_value());
  EXPECT_TRUE(files.create_folder("x/y").has_value());
  EXPECT_TRUE(files.after_crash(CrashModel::power_loss)->stat("x/y").value().is_directory);
  const auto file = create("x/y/a");
  EXPECT_EQ(after(files, CrashModel::power_loss, "x/y/a"), std::nullopt);
  ASSERT_TRUE(files.sync_folder("x/y").has_value());
  EXPECT_EQ(after(files, CrashModel::power_loss, "x/y/a"), "");
  EXPECT_EQ(files.create_folder("x/y/a").error().code, ErrorCode::store_io);
}

TEST_F(SimulatedFileSystemTest, LocksAreThoseOfOpenFiles) {
  const auto one = durable("LOCK", "");
  auto two = files.open("LOCK", OpenMode::read_write).value();
  EXPECT_TRUE(one->try_lock(0, LockMode::exclusive).value());
  EXPECT_TRUE(one->try_lock(0, LockMode::shared).value());
  EXPECT_TRUE(two->try_lock(0, LockMode::shared).value());
  EXPECT_FALSE(two->try_lock(0, LockMode::exclusive).value());
  EXPECT_TRUE(two->try_lock(1, LockMode::exclusive).value());
  two.reset();
  EXPECT_TRUE(one->try_lock(1, LockMode::exclusive).value());
  EXPECT_FALSE(
      files.open("LOCK", OpenMode::read).value()->try_lock(2, LockMode::exclusive).has_value());
  const auto after_crash = files.after_crash(CrashModel::kill);
  EXPECT_TRUE(after_crash->open("LOCK", OpenMode::read_write)
                  .value()
                  ->try_lock(1, LockMode::exclusive)
                  .value());
}

TEST_F(SimulatedFileSystemTest, EntropyRepeatsBySeedAndNotAcrossACrash) {
  EXPECT_EQ(files.entropy(16).value(), SimulatedFileSystem().entropy(16).value());
  EXPECT_NE(SimulatedFileSystem(2).entropy(16).value(), SimulatedFileSystem(3).entropy(16).value());
  EXPECT_NE(files.after_crash(CrashModel::kill)->entropy(16).value(), files.entropy(16).value());
}

/// Two protocols for "replace what `path` holds", to see whether crashes tell good from bad.
Status rewrite_in_place(SimulatedFileSystem& files, const std::string& bytes) {
  QUIRE_TRY_ASSIGN(const auto file, files.open("state", OpenMode::create));
  QUIRE_TRY(file->write_at(0, bytes));
  return file->sync();
}

Status rename_unsynced(SimulatedFileSystem& files, const std::string& bytes) {
  QUIRE_TRY_ASSIGN(const auto file, files.open("state.tmp", OpenMode::create));
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(files.rename("state.tmp", "state"));
  return files.sync_folder("");
}

Status rename_without_folder(SimulatedFileSystem& files, const std::string& bytes) {
  QUIRE_TRY_ASSIGN(const auto file, files.open("state.tmp", OpenMode::create));
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(file->sync());
  return files.rename("state.tmp", "state");
}

Status replace(SimulatedFileSystem& files, const std::string& bytes) {
  QUIRE_TRY_ASSIGN(const auto file, files.open("state.tmp", OpenMode::create));
  QUIRE_TRY(file->write_at(0, bytes));
  QUIRE_TRY(file->sync());
  QUIRE_TRY(files.rename("state.tmp", "state"));
  return files.sync_folder("");
}

/// Crashes of `protocol` that leave neither the last acknowledged state nor the attempted one.
int bad_states(const std::function<Status(SimulatedFileSystem&, const std::string&)>& protocol) {
  const std::vector<std::string> states = {std::string(200, 'a'), std::string(150, 'b'),
                                           std::string(300, 'c')};
  int bad = 0;
  for (std::uint64_t crash = 0;; ++crash) {
    SimulatedFileSystem files;
    files.crash_at_change(crash);
    std::size_t acknowledged = 0;
    while (acknowledged < states.size() && protocol(files, states[acknowledged])) {
      ++acknowledged;
    }
    for (const CrashModel model : kModels) {
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const auto found = after(files, model, "state", seed);
        const bool is_old = acknowledged == 0 ? !found : found == states[acknowledged - 1];
        const bool is_new = acknowledged < states.size() && found == states[acknowledged];
        bad += is_old || is_new ? 0 : 1;
      }
    }
    if (!files.crashed()) {
      return bad;
    }
  }
}

TEST(CrashModels, CatchFilesRewrittenInPlace) {
  EXPECT_GT(bad_states(rewrite_in_place), 10);
}

TEST(CrashModels, CatchRenamesOfUnsyncedFiles) {
  EXPECT_GT(bad_states(rename_unsynced), 5);
}

TEST(CrashModels, CatchFoldersThatAreNotSynced) {
  EXPECT_GT(bad_states(rename_without_folder), 5);
}

TEST(CrashModels, AcceptSyncedReplacement) {
  EXPECT_EQ(bad_states(replace), 0);
}

}  // namespace
}  // namespace quire::support
