#include "support/simulated_file_system.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "base/try.hpp"

namespace quire::support {
namespace {

constexpr std::size_t kSector = 64;
constexpr std::uint64_t kNever = UINT64_MAX;

struct Inode;
using InodePtr = std::shared_ptr<Inode>;
using Names = std::map<std::string, InodePtr>;

/// Something done to a file's bytes since its last sync.
struct Change {
  std::uint64_t offset = 0;
  std::string bytes;
  bool truncates = false;
};

/// Something done to a folder's names since its last sync: `removed` went, `added` came.
struct NameChange {
  std::string removed;
  std::string added;
  InodePtr inode;
};

struct Lock {
  std::uint64_t byte = 0;
  std::uint64_t owner = 0;
  base::LockMode mode = base::LockMode::shared;
};

/// A file or a folder: as programs see it, as the disk has it, and what lies between.
struct Inode {
  bool is_folder = false;
  std::uint64_t number = 0;
  std::string bytes;
  std::string durable_bytes;
  std::vector<Change> pending;
  Names names;
  Names durable_names;
  std::vector<NameChange> pending_names;
  std::vector<Lock> locks;
};

void write_into(std::string& bytes, std::uint64_t offset, std::string_view piece) {
  if (!piece.empty()) {
    bytes.resize(std::max<std::size_t>(bytes.size(), offset + piece.size()), '\0');
    std::ranges::copy(piece, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
}

void redo(const Change& change, std::string& bytes) {
  if (change.truncates) {
    bytes.resize(change.offset, '\0');
  } else {
    write_into(bytes, change.offset, change.bytes);
  }
}

void redo(const NameChange& change, Names& names) {
  if (!change.removed.empty()) {
    names.erase(change.removed);
  }
  if (!change.added.empty()) {
    names[change.added] = change.inode;
  }
}

using Random = std::mt19937_64;

/// True in `eighths` of eight cases.
bool chance(Random& random, std::uint64_t eighths) {
  return random() % 8 < eighths;
}

/// What of one un-synced write a loss of power leaves, sector by sector.
void scatter(const Change& write, std::uint64_t kept_eighths, Random& random, std::string& bytes) {
  const std::uint64_t end = write.offset + write.bytes.size();
  for (std::uint64_t at = write.offset; at < end;) {
    const std::uint64_t next = std::min(end, (at / kSector + 1) * kSector);
    const std::string_view piece(write.bytes.data() + (at - write.offset), next - at);
    if (chance(random, kept_eighths)) {
      write_into(bytes, at, piece);
    } else if (chance(random, 2)) {
      write_into(bytes, at, std::string(piece.size(), '\0'));
    }
    at = next;
  }
  if (chance(random, 4)) {
    bytes.resize(std::max<std::size_t>(bytes.size(), end), '\0');
  }
}

std::string scattered(const std::string& durable,
                      const std::vector<Change>& pending,
                      Random& random) {
  std::string bytes = durable;
  const std::uint64_t kept_eighths = random() % 5 * 2;
  for (const Change& change : pending) {
    if (!change.truncates) {
      scatter(change, kept_eighths, random, bytes);
    } else if (chance(random, kept_eighths)) {
      redo(change, bytes);
    }
  }
  return bytes;
}

/// The name that is left of `path` when its folder is taken off, and the folders before it.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    at = end + 1;
  }
  return parts;
}

class CopiedBytes : public base::FileBytes {
 public:
  explicit CopiedBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

std::unexpected<Error> io_failure(const std::string& action, const std::string& words) {
  return fail(ErrorCode::store_io, action + ": " + words + " (simulated)");
}

}  // namespace

/// All state; open files hold it too. Every public call of file system and file holds `mutex`,
/// which is recursive because an observer looks at the disk in the middle of a change.
struct SimulatedFileSystem::Disk {
  mutable std::recursive_mutex mutex;
  InodePtr root = std::make_shared<Inode>();
  std::uint64_t next_inode = 1;
  std::uint64_t next_owner = 1;
  std::uint64_t random_state = 0;

  std::uint64_t changes = 0;
  std::uint64_t calls = 0;
  std::uint64_t syncs = 0;
  std::uint64_t faults = 0;
  std::uint64_t crash_at = kNever;
  bool crashed = false;
  std::uint64_t fail_at = kNever;
  std::uint64_t fail_at_sync = kNever;
  Fault fault = Fault::io_error;
  bool fault_lasts = false;
  std::function<void()> observer;

  /// The write during which the observer looks, or the machine stopped.
  InodePtr torn_inode;
  Change torn_write;

  InodePtr make_inode(bool is_folder) {
    auto inode = std::make_shared<Inode>();
    inode->is_folder = is_folder;
    inode->number = next_inode++;
    return inode;
  }

  /// splitmix64. https://prng.di.unimi.it/splitmix64.c
  std::uint64_t next_random() {
    std::uint64_t z = random_state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  bool fails_now(bool needs_space) const {
    if (!fault_lasts) {
      return calls == fail_at;
    }
    return calls >= fail_at && (fault == Fault::io_error || needs_space);
  }

  Status begin_call(const std::string& action, bool needs_space = false) {
    if (crashed) {
      return io_failure(action, "the machine has stopped");
    }
    const bool fails = fails_now(needs_space);
    ++calls;
    if (fails) {
      ++faults;
      return io_failure(
          action, fault == Fault::io_error ? "Input/output error" : "No space left on device");
    }
    return {};
  }

  Status begin_change(const std::string& action) {
    if (observer) {
      observer();
    }
    if (changes == crash_at) {
      crashed = true;
      return io_failure(action, "the machine stops");
    }
    ++changes;
    return {};
  }

  /// The folder of the last part of `path`, or null.
  InodePtr folder_of(const std::vector<std::string>& parts) const {
    InodePtr folder = root;
    for (std::size_t i = 0; folder && i + 1 < parts.size(); ++i) {
      folder = child(*folder, parts[i]);
    }
    return folder && folder->is_folder ? folder : nullptr;
  }

  static InodePtr child(const Inode& folder, const std::string& name) {
    const auto found = folder.names.find(name);
    return found == folder.names.end() ? nullptr : found->second;
  }

  InodePtr find(const std::string& path) const {
    const std::vector<std::string> parts = parts_of(path);
    const InodePtr folder = folder_of(parts);
    return parts.empty() || !folder ? folder : child(*folder, parts.back());
  }

  static void change_names(Inode& folder, NameChange change) {
    redo(change, folder.names);
    folder.pending_names.push_back(std::move(change));
  }

  static void change_bytes(Inode& inode, Change change) {
    redo(change, inode.bytes);
    inode.pending.push_back(std::move(change));
  }

  static void make_durable(Inode& inode) {
    for (const Change& change : inode.pending) {
      redo(change, inode.durable_bytes);
    }
    inode.pending.clear();
  }

  static void make_names_durable(Inode& folder) {
    folder.durable_names = folder.names;
    folder.pending_names.clear();
  }

  Status sync_names(const InodePtr& folder, const std::string& path) {
    QUIRE_TRY(begin_call("sync folder " + path));
    QUIRE_TRY(begin_change("sync folder " + path));
    make_names_durable(*folder);
    return {};
  }
};

namespace {

using Disk = SimulatedFileSystem::Disk;
using Guard = std::lock_guard<std::recursive_mutex>;

/// Copies a disk as a crash leaves it.
class Aftermath {
 public:
  Aftermath(const Disk& disk, CrashModel model, std::uint64_t seed)
      : disk_(disk), model_(model), random_(seed) {}

  InodePtr of(const InodePtr& inode) {
    if (!inode) {
      return nullptr;
    }
    InodePtr& copy = copies_[inode.get()];
    if (!copy) {
      copy = std::make_shared<Inode>();
      copy->is_folder = inode->is_folder;
      copy->number = inode->number;
      if (inode->is_folder) {
        copy_names(*inode, *copy);
      } else {
        copy_bytes(*inode, *copy);
      }
    }
    return copy;
  }

 private:
  void copy_bytes(const Inode& inode, Inode& copy) {
    std::vector<Change> pending = inode.pending;
    std::string bytes = inode.bytes;
    if (disk_.torn_inode.get() == &inode) {
      Change torn = disk_.torn_write;
      torn.bytes.resize(random_() % (torn.bytes.size() + 1));
      redo(torn, bytes);
      pending.push_back(std::move(torn));
    }
    if (model_ == CrashModel::kill) {
      copy.bytes = std::move(bytes);
      copy.durable_bytes = inode.durable_bytes;
      copy.pending = std::move(pending);
    } else {
      copy.durable_bytes = model_ == CrashModel::power_loss
                               ? inode.durable_bytes
                               : scattered(inode.durable_bytes, pending, random_);
      copy.bytes = copy.durable_bytes;
    }
  }

  void copy_names(const Inode& folder, Inode& copy) {
    const bool killed = model_ == CrashModel::kill;
    Names names = killed ? folder.names : folder.durable_names;
    if (model_ == CrashModel::scattered || model_ == CrashModel::scattered_names_kept) {
      for (const NameChange& change : folder.pending_names) {
        if (model_ == CrashModel::scattered_names_kept || chance(random_, 4)) {
          redo(change, names);
        }
      }
    }
    copy.names = all_of(names);
    copy.durable_names = killed ? all_of(folder.durable_names) : copy.names;
    if (killed) {
      for (const NameChange& change : folder.pending_names) {
        copy.pending_names.push_back({change.removed, change.added, of(change.inode)});
      }
    }
  }

  Names all_of(const Names& names) {
    Names copies;
    for (const auto& [name, inode] : names) {
      copies[name] = of(inode);
    }
    return copies;
  }

  const Disk& disk_;
  CrashModel model_;
  Random random_;
  std::map<const Inode*, InodePtr> copies_;
};

class SimulatedFile : public base::File {
 public:
  SimulatedFile(std::shared_ptr<Disk> disk, InodePtr inode, std::string path, bool writable)
      : disk_(std::move(disk)),
        inode_(std::move(inode)),
        path_(std::move(path)),
        writable_(writable),
        owner_(disk_->next_owner++) {}
  SimulatedFile(const SimulatedFile&) = delete;
  SimulatedFile& operator=(const SimulatedFile&) = delete;
  ~SimulatedFile() override {
    const Guard guard(disk_->mutex);
    release();
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    const Guard guard(disk_->mutex);
    QUIRE_TRY(begin("read"));
    return inode_->bytes.substr(std::min<std::uint64_t>(offset, inode_->bytes.size()), size);
  }

  Result<std::unique_ptr<base::FileBytes>> map() const override {
    const Guard guard(disk_->mutex);
    QUIRE_TRY(begin("map"));
    return std::make_unique<CopiedBytes>(inode_->bytes);
  }

  Result<std::uint64_t> size() const override {
    const Guard guard(disk_->mutex);
    QUIRE_TRY(begin("stat"));
    return inode_->bytes.size();
  }

  std::uint64_t inode() const override {
    const Guard guard(disk_->mutex);
    return inode_->number;
  }

  Status write_at(std::uint64_t offset, std::string_view bytes) override;
  Status truncate(std::uint64_t size) override;
  Status sync() override;
  Result<bool> try_lock(std::uint64_t byte, base::LockMode mode) override;
  Status unlock(std::uint64_t byte) override;

  Status close() override {
    const Guard guard(disk_->mutex);
    if (closed_) {
      return {};
    }
    release();
    return disk_->begin_call("close " + path_);
  }

 private:
  Status begin(const char* action, bool needs_space = false) const {
    const std::string words = std::string(action) + " " + path_;
    if (closed_) {
      return io_failure(words, "Bad file descriptor");
    }
    return disk_->begin_call(words, needs_space);
  }

  Status begin_writing(const char* action, bool needs_space = false) const {
    if (!writable_) {
      return io_failure(std::string(action) + " " + path_, "opened for reading");
    }
    return begin(action, needs_space);
  }

  void release() {
    closed_ = true;
    std::erase_if(inode_->locks, [&](const Lock& lock) { return lock.owner == owner_; });
  }

  void drop_lock(std::uint64_t byte) {
    std::erase_if(inode_->locks,
                  [&](const Lock& l) { return l.owner == owner_ && l.byte == byte; });
  }

  std::shared_ptr<Disk> disk_;
  InodePtr inode_;
  std::string path_;
  bool writable_;
  bool closed_ = false;
  std::uint64_t owner_;
};

Status SimulatedFile::write_at(std::uint64_t offset, std::string_view bytes) {
  const Guard guard(disk_->mutex);
  Change change{offset, std::string(bytes), false};
  if (const Status begun = begin_writing("write", true); !begun) {
    if (writable_ && !closed_ && !disk_->crashed && disk_->fault == Fault::short_write) {
      change.bytes.resize(bytes.size() / 3);
      Disk::change_bytes(*inode_, std::move(change));
    }
    return begun;
  }
  disk_->torn_inode = inode_;
  disk_->torn_write = change;
  // After a crash the torn write stays, for after_crash().
  QUIRE_TRY(disk_->begin_change("write " + path_));
  disk_->torn_inode = nullptr;
  Disk::change_bytes(*inode_, std::move(change));
  return {};
}

Status SimulatedFile::truncate(std::uint64_t size) {
  const Guard guard(disk_->mutex);
  QUIRE_TRY(begin_writing("truncate"));
  QUIRE_TRY(disk_->begin_change("truncate " + path_));
  Disk::change_bytes(*inode_, {size, "", true});
  return {};
}

Status SimulatedFile::sync() {
  const Guard guard(disk_->mutex);
  Status begun = begin_writing("sync");
  if (begun && disk_->syncs == disk_->fail_at_sync) {
    ++disk_->faults;
    begun = io_failure("sync " + path_, "Input/output error");
  }
  ++disk_->syncs;
  if (!begun && !disk_->crashed) {
    // The system marks the bytes as clean although they never arrived: no later sync brings them.
    inode_->pending.clear();
  }
  QUIRE_TRY(begun);
  QUIRE_TRY(disk_->begin_change("sync " + path_));
  Disk::make_durable(*inode_);
  return {};
}

Result<bool> SimulatedFile::try_lock(std::uint64_t byte, base::LockMode mode) {
  const Guard guard(disk_->mutex);
  const bool exclusive = mode == base::LockMode::exclusive;
  QUIRE_TRY(exclusive ? begin_writing("lock") : begin("lock"));
  const bool conflict = std::ranges::any_of(inode_->locks, [&](const Lock& lock) {
    return lock.byte == byte && lock.owner != owner_ &&
           (exclusive || lock.mode == base::LockMode::exclusive);
  });
  if (conflict) {
    return false;
  }
  drop_lock(byte);
  inode_->locks.push_back({byte, owner_, mode});
  return true;
}

Status SimulatedFile::unlock(std::uint64_t byte) {
  const Guard guard(disk_->mutex);
  QUIRE_TRY(begin("unlock"));
  drop_lock(byte);
  return {};
}

void collect(const Inode& folder,
             const std::string& prefix,
             std::map<std::string, std::string>& out) {
  for (const auto& [name, inode] : folder.names) {
    if (inode->is_folder) {
      collect(*inode, prefix + name + "/", out);
    } else {
      out[prefix + name] = inode->bytes;
    }
  }
}

}  // namespace

SimulatedFileSystem::SimulatedFileSystem(std::uint64_t seed) : disk_(std::make_shared<Disk>()) {
  disk_->root->is_folder = true;
  disk_->random_state = seed;
}

SimulatedFileSystem::~SimulatedFileSystem() = default;

std::uint64_t SimulatedFileSystem::changes() const {
  return disk_->changes;
}

std::uint64_t SimulatedFileSystem::calls() const {
  return disk_->calls;
}

std::uint64_t SimulatedFileSystem::syncs() const {
  return disk_->syncs;
}

std::uint64_t SimulatedFileSystem::faults() const {
  return disk_->faults;
}

void SimulatedFileSystem::crash_at_change(std::uint64_t number) {
  disk_->crash_at = number;
}

bool SimulatedFileSystem::crashed() const {
  return disk_->crashed;
}

void SimulatedFileSystem::fail_at_call(std::uint64_t number, Fault fault, bool lasting) {
  disk_->fail_at = number;
  disk_->fault = fault;
  disk_->fault_lasts = lasting;
}

void SimulatedFileSystem::fail_at_sync(std::uint64_t number) {
  disk_->fail_at_sync = number;
}

void SimulatedFileSystem::heal() {
  disk_->fail_at = kNever;
  disk_->fail_at_sync = kNever;
}

void SimulatedFileSystem::before_change(std::function<void()> observer) {
  disk_->observer = std::move(observer);
}

std::shared_ptr<SimulatedFileSystem> SimulatedFileSystem::after_crash(CrashModel model,
                                                                      std::uint64_t seed) const {
  const Guard guard(disk_->mutex);
  auto after = std::make_shared<SimulatedFileSystem>();
  after->disk_->root = Aftermath(*disk_, model, seed).of(disk_->root);
  after->disk_->next_inode = disk_->next_inode;
  after->disk_->random_state = disk_->random_state ^ (seed + 1) * 0xD1342543DE82EF95;
  return after;
}

std::map<std::string, std::string> SimulatedFileSystem::files() const {
  const Guard guard(disk_->mutex);
  std::map<std::string, std::string> out;
  collect(*disk_->root, "", out);
  return out;
}

void SimulatedFileSystem::put(const std::string& path, std::string bytes) {
  const Guard guard(disk_->mutex);
  const std::vector<std::string> parts = parts_of(path);
  Inode& folder = *disk_->folder_of(parts);
  const InodePtr inode = disk_->make_inode(false);
  inode->bytes = inode->durable_bytes = std::move(bytes);
  folder.names[parts.back()] = inode;
  folder.durable_names[parts.back()] = inode;
}

Result<std::unique_ptr<base::File>> SimulatedFileSystem::open(const std::string& path,
                                                              base::OpenMode mode) {
  const Guard guard(disk_->mutex);
  const std::string action = "open " + path;
  InodePtr inode = disk_->find(path);
  const bool creates = !inode && mode != base::OpenMode::read;
  QUIRE_TRY(disk_->begin_call(action, creates));
  if (inode && inode->is_folder) {
    return io_failure(action, "Is a directory");
  }
  if (!inode) {
    const std::vector<std::string> parts = parts_of(path);
    const InodePtr folder = disk_->folder_of(parts);
    if (!creates || !folder) {
      return fail(creates ? ErrorCode::store_io : ErrorCode::not_found,
                  action + ": No such file or directory (simulated)");
    }
    QUIRE_TRY(disk_->begin_change(action));
    inode = disk_->make_inode(false);
    Disk::change_names(*folder, {"", parts.back(), inode});
  } else if (mode == base::OpenMode::create) {
    QUIRE_TRY(disk_->begin_change(action));
    Disk::change_bytes(*inode, {0, "", true});
  }
  return std::make_unique<SimulatedFile>(disk_, inode, path, mode != base::OpenMode::read);
}

Result<base::FileStat> SimulatedFileSystem::stat(const std::string& path) {
  const Guard guard(disk_->mutex);
  QUIRE_TRY(disk_->begin_call("stat " + path));
  const InodePtr inode = disk_->find(path);
  if (!inode) {
    return base::FileStat{};
  }
  return base::FileStat{.exists = true,
                        .is_directory = inode->is_folder,
                        .is_file = !inode->is_folder,
                        .size = inode->bytes.size(),
                        .inode = inode->number};
}

Result<std::vector<std::string>> SimulatedFileSystem::list(const std::string& folder) {
  const Guard guard(disk_->mutex);
  QUIRE_TRY(disk_->begin_call("list " + folder));
  const InodePtr inode = disk_->find(folder);
  if (!inode) {
    return fail(ErrorCode::not_found, "list " + folder + ": No such file or directory (simulated)");
  }
  if (!inode->is_folder) {
    return io_failure("list " + folder, "Not a directory");
  }
  std::vector<std::string> names;
  for (const auto& [name, ignored] : inode->names) {
    names.push_back(name);
  }
  return names;
}

Status SimulatedFileSystem::create_folder(const std::string& path) {
  const Guard guard(disk_->mutex);
  InodePtr folder = disk_->root;
  InodePtr above;
  for (const std::string& name : parts_of(path)) {
    InodePtr next = Disk::child(*folder, name);
    if (!next) {
      // The folder that stands may not have been synced by whoever made it.
      if (above) {
        QUIRE_TRY(disk_->sync_names(above, path));
      }
      QUIRE_TRY(disk_->begin_call("create folder " + path, true));
      QUIRE_TRY(disk_->begin_change("create folder " + path));
      next = disk_->make_inode(true);
      Disk::change_names(*folder, {"", name, next});
    }
    if (!next->is_folder) {
      return io_failure("create folder " + path, "File exists");
    }
    above = std::exchange(folder, next);
  }
  return above ? disk_->sync_names(above, path) : Status();
}

Status SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  const Guard guard(disk_->mutex);
  const std::string action = "rename " + from + " to " + to;
  QUIRE_TRY(disk_->begin_call(action));
  const InodePtr inode = disk_->find(from);
  const std::vector<std::string> old_parts = parts_of(from);
  const std::vector<std::string> new_parts = parts_of(to);
  const InodePtr old_folder = disk_->folder_of(old_parts);
  const InodePtr new_folder = disk_->folder_of(new_parts);
  if (!inode || !new_folder) {
    return fail(ErrorCode::not_found, action + ": No such file or directory (simulated)");
  }
  const InodePtr target = disk_->find(to);
  if (target && target->is_folder) {
    return io_failure(action, "Is a directory");
  }
  QUIRE_TRY(disk_->begin_change(action));
  if (old_folder == new_folder) {
    Disk::change_names(*old_folder, {old_parts.back(), new_parts.back(), inode});
  } else {
    Disk::change_names(*old_folder, {old_parts.back(), "", nullptr});
    Disk::change_names(*new_folder, {"", new_parts.back(), inode});
  }
  return {};
}

Status SimulatedFileSystem::unlink(const std::string& path) {
  const Guard guard(disk_->mutex);
  const std::string action = "unlink " + path;
  QUIRE_TRY(disk_->begin_call(action));
  const InodePtr inode = disk_->find(path);
  if (!inode) {
    return fail(ErrorCode::not_found, action + ": No such file or directory (simulated)");
  }
  if (inode->is_folder) {
    return io_failure(action, "Is a directory");
  }
  QUIRE_TRY(disk_->begin_change(action));
  const std::vector<std::string> parts = parts_of(path);
  Disk::change_names(*disk_->folder_of(parts), {parts.back(), "", nullptr});
  return {};
}

Status SimulatedFileSystem::remove_folder(const std::string& path) {
  const Guard guard(disk_->mutex);
  const std::string action = "remove folder " + path;
  QUIRE_TRY(disk_->begin_call(action));
  const InodePtr inode = disk_->find(path);
  if (!inode) {
    return fail(ErrorCode::not_found, action + ": No such file or directory (simulated)");
  }
  if (!inode->is_folder || !inode->names.empty()) {
    return io_failure(action, inode->is_folder ? "Directory not empty" : "Not a directory");
  }
  QUIRE_TRY(disk_->begin_change(action));
  const std::vector<std::string> parts = parts_of(path);
  Disk::change_names(*disk_->folder_of(parts), {parts.back(), "", nullptr});
  return {};
}

Status SimulatedFileSystem::sync_folder(const std::string& folder) {
  const Guard guard(disk_->mutex);
  const InodePtr inode = disk_->find(folder);
  if (!inode || !inode->is_folder) {
    return fail(ErrorCode::not_found, "sync folder " + folder + ": No such folder (simulated)");
  }
  return disk_->sync_names(inode, folder);
}

Result<std::string> SimulatedFileSystem::entropy(std::size_t size) {
  const Guard guard(disk_->mutex);
  QUIRE_TRY(disk_->begin_call("read random numbers"));
  std::string out;
  while (out.size() < size) {
    out.push_back(static_cast<char>(disk_->next_random()));
  }
  return out;
}

std::string SimulatedFileSystem::process_description() {
  return "pid 1 (simulated)";
}

void SimulatedFileSystem::sleep_ms(unsigned /*milliseconds*/) {}

std::string SimulatedFileSystem::network_file_system(const std::string& /*folder*/) {
  return "";
}

}  // namespace quire::support
