#include <algorithm>

#include "base/strangers.hpp"
#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "inspecting/salvage.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"
#include "store/next_vectors.hpp"
#include "store/open_store.hpp"
#include "store/records/record_table.hpp"
#include "store/store_lock.hpp"
#include "store/waiting_index.hpp"

namespace quire::inspecting {
namespace {

using store::kIndexName;
using store::kMetadataName;

constexpr std::chrono::milliseconds kLockPatience{5000};
constexpr std::chrono::milliseconds kReaderPatience{2000};
constexpr std::size_t kRowsPerCommit = 1000;
/// Where the repaired store is built before its files replace the damaged ones.
constexpr const char* kWorkFolder = "repair";
/// There, the uuid of the repaired store, once its files are whole.
constexpr const char* kReady = "ready";

/// Builds a store of what was salvaged in `folder`; its uuid, nil if there was nothing to keep.
Result<base::Uuid> build_store(const std::shared_ptr<base::FileSystem>& files,
                               const std::string& folder,
                               Salvage kept,
                               const Amend& amend) {
  StoreOptions options;
  options.dimensions = kept.format.dimensions;
  options.metric = kept.format.metric;
  options.scalar = kept.format.scalar;
  options.durability = Durability::bulk;
  QUIRE_TRY_ASSIGN(VectorStore store, store::open_store(files, folder, options));
  WriteBatch batch;
  for (const FieldSpec& field : kept.fields) {
    batch.add_field(field);
  }
  for (const auto& [name, value] : kept.attributes) {
    batch.set_attribute(name, value);
  }
  for (auto& [key, row] : kept.rows) {
    batch.insert_as({key}, std::move(row));
    if (batch.inserts().size() == kRowsPerCommit) {
      QUIRE_TRY(store.apply(batch));
      batch = {};
    }
  }
  QUIRE_TRY(store.apply(batch));
  WriteBatch last;
  last.skip_keys_to({std::min(kept.next_key, kMaxChunkKey)});
  QUIRE_TRY(store.apply(last));
  if (amend) {
    QUIRE_TRY(amend(store));
  }
  QUIRE_TRY(store.checkpoint());
  const base::Uuid uuid = base::parse_uuid(store.info().uuid);
  QUIRE_TRY(store.close());
  return uuid;
}

/// Repairs in a folder of its own, then puts the files in place. A crash in between leaves files
/// of two stores, which do not open; kReady in that folder, which keeps them all, says which of
/// them are the repaired ones, so that the next repair goes on there.
class Repair {
 public:
  Repair(std::shared_ptr<base::FileSystem> files, const std::string& folder, Amend amend)
      : files_(std::move(files)),
        folder_(folder),
        amend_(std::move(amend)),
        work_(base::join(folder, kWorkFolder)) {}

  /// Keeps nothing but the next key.
  Status discard() {
    QUIRE_TRY_ASSIGN(store::WriterLock lock,
                     store::WriterLock::acquire(*files_, folder_, kLockPatience));
    QUIRE_TRY(move_aside_what_is_no_file());
    QUIRE_TRY_ASSIGN(const base::Uuid owner, finish_earlier(lock));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
    QUIRE_TRY_ASSIGN(const Salvage found, salvage(*files_, folder_, names, owner, report_.actions));
    QUIRE_TRY(build_empty(lock, names, found.next_key));
    QUIRE_TRY(install(lock, names));
    return empty_work_folder();
  }

  Result<RepairReport> run() {
    QUIRE_TRY_ASSIGN(bool sound, is_sound());
    if (sound) {
      return std::move(report_);
    }
    QUIRE_TRY_ASSIGN(store::WriterLock lock,
                     store::WriterLock::acquire(*files_, folder_, kLockPatience));
    QUIRE_TRY(move_aside_what_is_no_file());
    QUIRE_TRY_ASSIGN(const base::Uuid owner, finish_earlier(lock));
    QUIRE_TRY_ASSIGN(sound, is_sound());
    if (!sound) {
      QUIRE_TRY(rebuild(lock, owner));
    }
    QUIRE_TRY(empty_work_folder());
    return std::move(report_);
  }

 private:
  Result<bool> is_sound() {
    QUIRE_TRY_ASSIGN(const CheckReport found, check(*files_, folder_));
    report_.chunks_kept = found.chunks;
    return !found.exists || found.findings.empty();
  }

  /// Of `folder`, the folders that a store may have in it.
  Status make_room_for_folders(const std::string& folder) {
    for (const char* const name : {store::kCacheFolder, store::kNextFolder}) {
      QUIRE_TRY(base::make_room_for_folder(*files_, base::join(folder, name)));
    }
    return {};
  }

  Status make_room_for_work() {
    QUIRE_TRY(base::make_room_for_folder(*files_, work_));
    QUIRE_TRY_ASSIGN(const base::FileStat found, files_->stat(work_));
    if (!found.exists) {
      return {};
    }
    QUIRE_TRY(make_room_for_folders(work_));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> strangers, not_files(*files_, work_));
    if (strangers.empty()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const std::string kept, base::free_name_beside(*files_, work_));
    return files_->rename(work_, kept);
  }

  /// Nothing can be read from it, and no file can take its place.
  Status move_aside_what_is_no_file() {
    QUIRE_TRY(make_room_for_work());
    QUIRE_TRY(make_room_for_folders(folder_));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> strangers, not_files(*files_, folder_));
    for (const std::string& name : strangers) {
      QUIRE_TRY_ASSIGN(const std::string kept, free_name_for(name));
      QUIRE_TRY(files_->rename(base::join(folder_, name), base::join(folder_, kept)));
      report_.actions.emplace_back("moved ")
          .append(name)
          .append(", which is no file, to ")
          .append(kept);
    }
    return strangers.empty() ? Status{} : files_->sync_folder(folder_);
  }

  /// Goes on with a repair that was cut short while it put its files in place; the uuid that it
  /// gave, or nil if there was none. None of them here yet: it begins anew, the store may have
  /// changed since.
  Result<base::Uuid> finish_earlier(store::WriterLock& lock) {
    const auto ready = base::read_file(*files_, base::join(work_, kReady));
    const base::Uuid uuid = ready ? base::parse_uuid(*ready) : base::Uuid{};
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
    const bool begun = !uuid.is_nil() && std::ranges::any_of(names, [&](const std::string& name) {
      return is_store_file(name) && uuid_of(name) == uuid;
    });
    if (!begun) {
      return base::Uuid{};
    }
    report_.actions.emplace_back("went on with a repair that was cut short");
    QUIRE_TRY_ASSIGN(const std::vector<std::string> missing, copy_missing(uuid));
    QUIRE_TRY(while_alone(lock, [&] { return put_in_place(missing); }));
    return uuid;
  }

  Status rebuild(store::WriterLock& lock, const base::Uuid& owner) {
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
    QUIRE_TRY_ASSIGN(Salvage found, salvage(*files_, folder_, names, owner, report_.actions));
    report_.chunks_kept = found.rows.size();
    report_.chunks_lost = found.lost;
    QUIRE_TRY(build(std::move(found)));
    QUIRE_TRY(set_aside(names));
    return install(lock, names);
  }

  /// Makes the new store in the work folder.
  Status build(Salvage kept) {
    QUIRE_TRY(empty_work_folder());
    QUIRE_TRY_ASSIGN(built_, build_store(files_, work_, std::move(kept), amend_));
    return drop_needless_journals();
  }

  /// The new store of a discard(). On a full disk it gets its room from the old one: first from
  /// what says nothing of keys, then from all. Only in that last case a crash, before the new store
  /// is in its place, forgets which keys were used.
  Status build_empty(store::WriterLock& lock,
                     const std::vector<std::string>& names,
                     std::uint64_t next_key) {
    const auto build_it = [&] {
      Salvage kept;
      kept.next_key = next_key;
      return build(std::move(kept));
    };
    Status built = build_it();
    for (const bool all : {false, true}) {
      if (built) {
        break;
      }
      QUIRE_TRY(while_alone(lock, [&] { return make_room(names, all); }));
      built = build_it();
    }
    return built;
  }

  Status make_room(std::vector<std::string> names, bool all) {
    QUIRE_TRY(store::remove_caches(*files_, folder_));
    QUIRE_TRY(store::remove_next_vectors(*files_, folder_));
    std::erase_if(names, [&](const std::string& name) {
      return name != kIndexName && !store::is_waiting_index(name) && !(all && is_store_file(name));
    });
    return store::remove_files(*files_, folder_, names);
  }

  /// Puts it in the place of the old one, whose files are among `names`.
  Status install(store::WriterLock& lock, const std::vector<std::string>& names) {
    QUIRE_TRY(write_ready(built_));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> missing, copy_missing(built_));
    return while_alone(lock, [&]() -> Status {
      QUIRE_TRY(put_in_place(missing));
      return remove_others(names, built_);
    });
  }

  /// No reader may be just opening what is replaced and removed.
  template <class Act>
  Status while_alone(store::WriterLock& lock, Act&& act) {
    QUIRE_TRY_ASSIGN(std::optional<store::SwapLock> alone,
                     lock.lock_swap(*files_, kReaderPatience));
    if (!alone) {
      return fail(ErrorCode::locked,
                  "repair the store " + folder_ + ": a reader is opening it; try again");
    }
    QUIRE_TRY(act());
    return alone->release();
  }

  /// The store that a file belongs to; nil if it does not say.
  base::Uuid uuid_of(const std::string& name) const {
    const auto bytes = base::read_file(*files_, base::join(folder_, name));
    if (!bytes) {
      return {};
    }
    if (name == kIndexName) {
      const auto split = checkpoint::read_index_file(*bytes);
      return split && split->footer ? split->footer->uuid : base::Uuid{};
    }
    if (name == kMetadataName) {
      const auto table = records::RecordTable::read(*bytes);
      return table ? table->header().uuid : base::Uuid{};
    }
    const auto header = journal::read_header(*bytes, name);
    return header ? header->uuid : base::Uuid{};
  }

  /// The marker goes first: what is left without it counts for nothing.
  Status empty_work_folder() {
    auto names = files_->list(work_);
    if (!names) {
      return names.error().code == ErrorCode::not_found ? Status{} : std::unexpected(names.error());
    }
    std::erase_if(*names, [](const std::string& name) {
      return name != kReady && name != store::kLockName && !is_store_file(name) &&
             !store::is_leftover(name);
    });
    std::vector<std::string> marker{kReady};
    QUIRE_TRY(store::remove_files(*files_, work_, marker));
    QUIRE_TRY(files_->sync_folder(work_));
    QUIRE_TRY(store::remove_files(*files_, work_, *names));
    QUIRE_TRY(store::remove_caches(*files_, work_));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> foreign, files_->list(work_));
    return foreign.empty() ? files_->remove_folder(work_) : Status{};
  }

  /// A pair reproduces the store by itself; only a store without vectors has its journal alone.
  Status drop_needless_journals() {
    QUIRE_TRY_ASSIGN(std::vector<std::string> names, list_work_folder());
    if (std::ranges::binary_search(names, kIndexName)) {
      std::erase_if(names,
                    [](const std::string& name) { return journal::generation_of(name) == 0; });
      QUIRE_TRY(store::remove_files(*files_, work_, names));
    }
    return {};
  }

  Result<std::vector<std::string>> list_work_folder() {
    QUIRE_TRY_ASSIGN(const base::FileStat stat, files_->stat(work_));
    return stat.exists ? files_->list(work_) : std::vector<std::string>{};
  }

  /// Copies, so that the damaged store is whole until the repaired files replace it.
  Status set_aside(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!is_store_file(name)) {
        continue;
      }
      QUIRE_TRY_ASSIGN(const std::string kept, free_name_for(name));
      QUIRE_TRY(copy(base::join(folder_, name), base::join(folder_, kept)));
      report_.actions.emplace_back("kept the old ").append(name).append(" as ").append(kept);
    }
    return files_->sync_folder(folder_);
  }

  /// What an earlier repair set aside stays.
  Result<std::string> free_name_for(const std::string& name) {
    QUIRE_TRY_ASSIGN(const std::string path,
                     base::free_name_beside(*files_, base::join(folder_, name)));
    return path.substr(folder_.size() + 1);
  }

  Status write_ready(const base::Uuid& uuid) {
    if (uuid.is_nil()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const auto file, base::create_file(*files_, base::join(work_, kReady)));
    QUIRE_TRY(file->write_at(0, base::to_string(uuid)));
    QUIRE_TRY(file->sync());
    QUIRE_TRY(file->close());
    return files_->sync_folder(work_);
  }

  /// Copies what is not in its place yet under temporary names; those files' names. One that is may
  /// be younger than ours.
  Result<std::vector<std::string>> copy_missing(const base::Uuid& uuid) {
    QUIRE_TRY_ASSIGN(std::vector<std::string> names, list_work_folder());
    std::erase_if(names, [&](const std::string& name) {
      return !is_store_file(name) || uuid_of(name) == uuid;
    });
    for (const std::string& name : names) {
      QUIRE_TRY(copy(base::join(work_, name), base::join(folder_, temporary(name))));
    }
    return names;
  }

  static std::string temporary(const std::string& name) {
    return journal::generation_of(name) != 0 ? journal::kUnfinishedName
                                             : store::temporary_name(name);
  }

  Status copy(const std::string& from, const std::string& to) {
    QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(*files_, from));
    QUIRE_TRY_ASSIGN(const auto file, base::create_file(*files_, to));
    QUIRE_TRY(file->write_at(0, bytes->view()));
    QUIRE_TRY(file->sync());
    return file->close();
  }

  Status put_in_place(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      QUIRE_TRY(files_->rename(base::join(folder_, temporary(name)), base::join(folder_, name)));
    }
    return files_->sync_folder(folder_);
  }

  /// Vectors that were to come were to be of the old store.
  Status remove_others(std::vector<std::string> names, const base::Uuid& uuid) {
    QUIRE_TRY(store::remove_next_vectors(*files_, folder_));
    std::erase_if(names, [&](const std::string& name) {
      return (!is_store_file(name) && !store::is_waiting_index(name)) ||
             (!uuid.is_nil() && uuid_of(name) == uuid);
    });
    QUIRE_TRY(store::remove_files(*files_, folder_, names));
    return files_->sync_folder(folder_);
  }

  std::shared_ptr<base::FileSystem> files_;
  const std::string& folder_;
  const Amend amend_;
  std::string work_;
  base::Uuid built_;  ///< Of the new store; nil if it has nothing to keep.
  RepairReport report_;
};

}  // namespace

Result<RepairReport> repair(const std::shared_ptr<base::FileSystem>& files,
                            const std::string& folder,
                            const Amend& amend) {
  return Repair(files, folder, amend).run();
}

Status discard(const std::shared_ptr<base::FileSystem>& files, const std::string& folder) {
  return Repair(files, folder, {}).discard();
}

}  // namespace quire::inspecting
