#include "store/import_conversion.hpp"

#include <utility>

#include "base/strangers.hpp"
#include "base/try.hpp"
#include "store/cache_folder.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"

namespace quire::store {
namespace {

Status keep_original(const StoreFolder& folder,
                     const std::string& name,
                     std::vector<std::string>& leftovers) {
  base::FileSystem& files = *folder.files;
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(folder.path_of(name)));
  if (!stat.exists) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> bytes,
                   base::map_file(files, folder.path_of(name)));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> copy,
                   base::create_file(files, folder.path_of(original_name(name))));
  QUIRE_TRY(copy->write_at(0, bytes->view()));
  QUIRE_TRY(copy->sync());
  QUIRE_TRY(copy->close());
  leftovers.push_back(original_name(name));
  return {};
}

Status convert_with_vectors(const StoreFolder& folder,
                            const StoreOptions& options,
                            State& state,
                            WriterLock& lock) {
  base::FileSystem& files = *folder.files;
  const std::atomic<bool> never = false;
  QUIRE_TRY_ASSIGN(const std::shared_ptr<CheckpointImage> image,
                   write_pair(folder, snapshot_of(state.now()), options, never));
  state.note_cache(image->metadata_lsn(), write_cache(files, folder.path, *image));
  QUIRE_TRY_ASSIGN(std::optional<SwapLock> exclusive, lock.lock_swap(files, kSwapPatience));
  if (!exclusive) {
    return fail(ErrorCode::unavailable,
                "convert the store " + folder.path + ": a reader is opening it; try again");
  }
  QUIRE_TRY(swap_pair(files, folder.path));
  QUIRE_TRY(exclusive->release());
  return state.load();
}

/// There is no graph to write, and no row either: a stamped metadata.json keeps the next key.
Status convert_without_vectors(const StoreFolder& folder, State& state) {
  base::FileSystem& files = *folder.files;
  records::FileHeader header;
  header.uuid = state.now().uuid;
  header.next_key = state.now().view.next_key;
  header.format = state.now().generation->format();
  std::string text;
  records::MetadataWriter metadata([&](std::string_view bytes) {
    text += bytes;
    return Status{};
  });
  QUIRE_TRY(metadata.begin(header));
  QUIRE_TRY(metadata.finish());
  const std::string unfinished = folder.path_of(temporary_name(kMetadataName));
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file, base::create_file(files, unfinished));
  QUIRE_TRY(file->write_at(0, text));
  QUIRE_TRY(file->sync());
  QUIRE_TRY(file->close());
  QUIRE_TRY(files.rename(unfinished, folder.path_of(kMetadataName)));
  QUIRE_TRY(files.sync_folder(folder.path));
  return state.load();
}

}  // namespace

Result<base::Uuid> new_uuid(base::FileSystem& files) {
  QUIRE_TRY_ASSIGN(const std::string bytes, files.entropy(sizeof(base::Uuid::bytes)));
  return base::uuid_from_bytes(bytes);
}

Status convert_import(const StoreFolder& folder,
                      const StoreOptions& options,
                      State& state,
                      WriterLock& lock) {
  for (const char* name : {kIndexName, kMetadataName}) {
    QUIRE_TRY(keep_original(folder, name, state.now().leftovers));
  }
  QUIRE_TRY(folder.files->sync_folder(folder.path));
  QUIRE_TRY_ASSIGN(state.now().uuid, new_uuid(*folder.files));
  return state.now().generation->format().dimensions == 0
             ? convert_without_vectors(folder, state)
             : convert_with_vectors(folder, options, state, lock);
}

}  // namespace quire::store
