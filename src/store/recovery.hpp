#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <quire/vector_store.hpp>

#include "base/files.hpp"
#include "base/uuid.hpp"
#include "store/generation.hpp"
#include "store/journal/journal.hpp"

namespace quire::store {

/// Without a lock, files may be swapped while one is being read; at most this often.
inline constexpr int kMaxAttempts = 8;

/// A journal as it was when the folder was opened. There may be thousands: none keeps a descriptor.
struct JournalFile {
  std::uint64_t generation = 0;
  std::string name;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  /// Not to be touched beyond its sound frames, as a recovering writer cuts off what comes after
  /// them.
  std::shared_ptr<const base::FileBytes> mapped;
};

/// Opens the same file again. Error: `not_found` if it is gone, or another one has its name.
Result<std::unique_ptr<base::File>> reopen(base::FileSystem& files,
                                           const std::string& folder,
                                           const JournalFile& journal);

/// Everything of a store's folder that is looked at; opened under the swap lock, it belongs
/// together.
struct FolderContent {
  std::vector<std::string> names;          ///< Of all that is there, sorted.
  std::unique_ptr<base::FileBytes> index;  ///< Null: not there.
  /// The name under which `index` lies, while it waits for its own (waiting_index()); else "".
  std::string waiting_index;
  std::unique_ptr<base::FileBytes> metadata;  ///< Likewise.
  std::unique_ptr<base::FileBytes> cache;  ///< Of index.usearch's lsn; null: none that can be had.
  std::vector<JournalFile> journals;       ///< By generation.
};

/// Lists the folder and opens what is in it, under the shared swap lock if `lock`; begins again
/// when a listed file is gone. No folder: no names. Errors: `locked`, `store_io`, `not_found` (a
/// file goes whenever it is listed).
Result<FolderContent> open_folder(base::FileSystem& files, const std::string& folder, bool lock);

/// A journal that was replayed: the checkpoint does not hold all of it.
struct ReplayedJournal {
  journal::Header header;
  std::uint64_t bytes = 0;  ///< Up to the end of its last sound frame.
};

/// What a store's folder holds, read at one moment. Reading writes nothing.
struct Recovered {
  std::shared_ptr<Generation> generation;
  ViewPoint view;
  base::Uuid uuid;  ///< Nil: no store yet, or an imported pair.
  std::uint64_t checkpoint_lsn = 0;
  std::uint64_t journal_bytes = 0;

  std::vector<ReplayedJournal> replayed;  ///< By generation.
  /// The newest journal and how far it was read; nothing where there is none.
  std::optional<journal::Header> last_header;
  journal::Scan last_scan;
  std::uint64_t highest_generation = 0;  ///< Of any journal file, obsolete ones too.
  std::string waiting_index;             ///< FolderContent::waiting_index.
  /// Obsolete journals, and what is_leftover(): for a writer to remove.
  std::vector<std::string> leftovers;
};

enum class Caches { use, ignore };

/// Reads the store in `folder`: both checkpoint files, then the journal beyond the older of them. A
/// folder that holds no store gives an empty generation. Takes no lock if options.read_only. With
/// Caches::ignore everything is read and verified at once. Errors: as VectorStore::open().
Result<Recovered> recover(base::FileSystem& files,
                          const std::string& folder,
                          const StoreOptions& options,
                          Caches caches = Caches::use);

}  // namespace quire::store
