#include "store/merge_progress.hpp"

#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "store/cache_folder.hpp"

namespace quire::store {
namespace {

/// What a progress belongs to, in front of it. Its rows are those of one store, whose keys are
/// given once, beside one checkpoint: another one may have replaced all vectors.
std::string owner(const Snapshot& snapshot) {
  std::string out;
  base::ByteWriter to(out);
  to.bytes(snapshot.uuid.view());
  to.u64(snapshot.generation->image().index_lsn());
  to.u32(snapshot.format().dimensions);
  to.u8(static_cast<std::uint8_t>(snapshot.format().metric));
  to.u8(static_cast<std::uint8_t>(snapshot.format().scalar));
  to.pad_to(8);
  return out;
}

}  // namespace

std::optional<vectors::LinkProgress> find_progress(const StoreFolder& folder,
                                                   const Snapshot& snapshot,
                                                   const StoreOptions& options) {
  const auto mapped =
      base::map_file(*folder.files, base::join(base::join(folder.path, kCacheFolder), kMergeName));
  const std::string ours = owner(snapshot);
  if (!mapped || !(*mapped)->view().starts_with(ours)) {
    return std::nullopt;
  }
  auto progress =
      vectors::LinkProgress::read((*mapped)->view().substr(ours.size()), options.connectivity);
  return progress ? std::optional(std::move(*progress)) : std::nullopt;
}

void keep_progress(const StoreFolder& folder,
                   const Snapshot& snapshot,
                   const vectors::HnswBuilder& graph) {
  const Status kept = write_cache_file(*folder.files, folder.path, kMergeName,
                                       owner(snapshot) + graph.unfinished());
  static_cast<void>(kept);
}

void forget_progress(const StoreFolder& folder) {
  const Status removed = remove_cache_file(*folder.files, folder.path, kMergeName);
  static_cast<void>(removed);  // It belongs to an old checkpoint from now on.
}

}  // namespace quire::store
