#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"

namespace quire::support {

/// What a machine finds on its disk after the program stopped in the middle.
enum class CrashModel : std::uint8_t {
  kill,        ///< kill -9: everything the program did is there, synced or not.
  power_loss,  ///< Nothing that was not synced is there.
  scattered,   ///< Any subset of the un-synced 64-byte sectors (some zeroed) and of the names.
  scattered_names_kept,  ///< The same of the sectors; all creations, renames and unlinks are there.
};

enum class Fault : std::uint8_t {
  io_error,     ///< The call does nothing and fails.
  disk_full,    ///< Likewise, with the words of a full disk.
  short_write,  ///< A write leaves a part of its bytes, then fails; other calls as io_error.
};

/// A disk in memory that remembers what was synced. It is stricter than a real one: data of a new
/// file may be lost with its name, renames reach the disk in any order, and bytes whose sync failed
/// never get there, whatever is synced later.
///
/// Changes are numbered from 0, and so are calls (changes, and everything else that can fail:
/// reads, stats, locks, ...). Folders given by path from a root that is always there.
class SimulatedFileSystem : public base::FileSystem {
 public:
  /// `seed` makes the random numbers that entropy() gives.
  explicit SimulatedFileSystem(std::uint64_t seed = 1);
  ~SimulatedFileSystem() override;

  std::uint64_t changes() const;
  std::uint64_t calls() const;

  /// The machine stops at change `number`: a write may be torn there, anything else does not
  /// happen, and every call from then on fails without effect.
  void crash_at_change(std::uint64_t number);
  bool crashed() const;

  /// Call `number` fails. If `lasting`, so do all later ones (of disk_full and short_write: those
  /// that need space).
  void fail_at_call(std::uint64_t number, Fault fault, bool lasting = false);
  /// The sync of a file that comes as number `number` (from 0) fails.
  void fail_at_sync(std::uint64_t number);
  std::uint64_t syncs() const;
  /// How many calls have failed because they were told to.
  std::uint64_t faults() const;
  /// No call fails from now on.
  void heal();

  /// Called before each change; after_crash() then gives what a crash right there leaves.
  void before_change(std::function<void()> observer);

  /// The disk after a crash now. Equal seeds give equal disks.
  std::shared_ptr<SimulatedFileSystem> after_crash(CrashModel model, std::uint64_t seed = 0) const;

  /// Every file, path to bytes, as a program sees it.
  std::map<std::string, std::string> files() const;
  /// Puts a whole synced file there, behind everybody's back; its folder must exist.
  void put(const std::string& path, std::string bytes);

  Result<std::unique_ptr<base::File>> open(const std::string& path, base::OpenMode mode) override;
  Result<base::FileStat> stat(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Status create_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status unlink(const std::string& path) override;
  Status remove_folder(const std::string& path) override;
  Status sync_folder(const std::string& folder) override;
  Result<std::string> entropy(std::size_t size) override;
  std::string process_description() override;
  void sleep_ms(unsigned milliseconds) override;
  std::string network_file_system(const std::string& folder) override;

  struct Disk;

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace quire::support
