#include "store/merge.hpp"

#include <chrono>
#include <optional>
#include <thread>

#include "base/checksum.hpp"
#include "base/strangers.hpp"
#include "base/try.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/merge_progress.hpp"
#include "store/vectors/hnsw_builder.hpp"

namespace quire::store {
namespace {

/// Beyond this share of changed rows a new graph is as cheap, and finds better.
constexpr double kRebuildShare = 0.3;
/// What is kept of a merge that may be ended: how often, from how many rows on that were linked,
/// and of how many at most where it has to be done within milliseconds.
constexpr std::chrono::seconds kKeepEvery{5};
constexpr std::size_t kWorthKeeping = 512;
constexpr std::size_t kQuicklyKept = 150'000;
constexpr std::size_t kWriteBufferBytes = std::size_t{1} << 20;

/// Calls visit(RowRef) for each live row by rising key; stops at the first error.
template <class Visit>
Status for_each_live_row(const Generation& generation, const ViewPoint& at, Visit&& visit) {
  for (std::size_t row = 0; row < generation.image().rows(); ++row) {
    if (generation.image_row_visible(row, at.lsn)) {
      QUIRE_TRY(visit(RowRef{false, row}));
    }
  }
  for (std::size_t row = 0; row < at.delta_size; ++row) {
    if (generation.delta().row(row).visible_at(at.lsn)) {
      QUIRE_TRY(visit(RowRef{true, row}));
    }
  }
  return {};
}

Status go_on(const std::atomic<bool>& stop) {
  return stop.load(std::memory_order_relaxed)
             ? fail(ErrorCode::unavailable, "the store is being closed")
             : Status{};
}

/// True if most of the checkpoint's graph can be kept.
bool worth_keeping(const Generation& generation, const ViewPoint& at) {
  const CheckpointImage& image = generation.image();
  const double changes =
      static_cast<double>(at.removed_image_rows) + static_cast<double>(at.delta_size);
  return image.graph() != nullptr && image.slots_are_rows() &&
         changes <= kRebuildShare * static_cast<double>(image.rows());
}

/// The visible rows of the checkpoint, 64 a word.
std::vector<std::uint64_t> kept_rows(const Generation& generation, const ViewPoint& at) {
  std::vector<std::uint64_t> words(generation.image().rows() / 64 + 1);
  for (std::size_t row = 0; row < generation.image().rows(); ++row) {
    const std::uint64_t visible = generation.image_row_visible(row, at.lsn) ? 1 : 0;
    words[row / 64] |= visible << (row % 64);
  }
  return words;
}

/// Buffers what is written, hashing it on its way to the file.
class FileWriter {
 public:
  static Result<FileWriter> create(base::FileSystem& files, const std::string& path) {
    QUIRE_TRY_ASSIGN(std::unique_ptr<base::File> file, base::create_file(files, path));
    return FileWriter(std::move(file));
  }

  Status write(std::string_view bytes) {
    hash_->update(bytes);
    buffer_ += bytes;
    return buffer_.size() < kWriteBufferBytes ? Status{} : flush();
  }

  Status finish() {
    QUIRE_TRY(flush());
    QUIRE_TRY(file_->sync());
    return file_->close();
  }

  std::uint64_t hash() const { return hash_->value(); }
  std::uint64_t size() const { return written_ + buffer_.size(); }

 private:
  explicit FileWriter(std::unique_ptr<base::File> file)
      : file_(std::move(file)), hash_(std::make_unique<base::Checksum>()) {}

  Status flush() {
    QUIRE_TRY(file_->write_at(written_, buffer_));
    written_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  std::unique_ptr<base::File> file_;
  std::unique_ptr<base::Checksum> hash_;
  std::string buffer_;
  std::uint64_t written_ = 0;
};

constexpr std::uint16_t kUsearchMajor = 2;

/// Whose bits are set among the rows of `progress`, which get their vectors: the live ones. Nothing
/// where it is of no use: most of its rows are gone, or a row that it should have is not in it.
std::optional<std::vector<std::uint64_t>> kept_rows(vectors::LinkProgress& progress,
                                                    const Snapshot& snapshot) {
  const Generation& generation = *snapshot.generation;
  const std::size_t size = snapshot.format().bytes_per_vector();
  std::vector<std::uint64_t> words(progress.slots() / 64 + 1);
  std::uint32_t slot = 0;
  std::size_t kept = 0;
  bool fits = true;
  const Status walked = for_each_live_row(generation, snapshot.at, [&](RowRef row) {
    const std::uint64_t key = generation.key(row);
    while (slot < progress.slots() && progress.key(slot) < key) {
      ++slot;
    }
    if (slot < progress.slots()) {
      const char* const stored = generation.vector(row);
      fits = fits && progress.key(slot) == key &&
             progress.checksum(slot) == vectors::vector_checksum({stored, size});
      progress.set_vector(slot, stored);
      words[slot / 64] |= std::uint64_t{1} << (slot % 64);
      ++kept;
    }
    return Status{};
  });
  const double lost = static_cast<double>(progress.slots() - kept);
  fits = fits && walked && lost <= kRebuildShare * static_cast<double>(progress.slots());
  return fits ? std::optional(std::move(words)) : std::nullopt;
}

/// How many of the first live rows `graph` has from what was linked before: by an earlier merge
/// that was ended, or by the one that made the checkpoint.
std::uint64_t adopt_rows(const StoreFolder& folder,
                         const Snapshot& snapshot,
                         const StoreOptions& options,
                         vectors::HnswBuilder& graph) {
  if (snapshot.next != nullptr) {
    return 0;
  }
  if (auto progress = find_progress(folder, snapshot, options)) {
    const auto kept = kept_rows(*progress, snapshot);
    if (kept && graph.adopt_unfinished(*progress, *kept)) {
      return graph.size();
    }
  }
  const Generation& generation = *snapshot.generation;
  const bool adopted = worth_keeping(generation, snapshot.at) &&
                       graph.adopt(*generation.image().graph(), kept_rows(generation, snapshot.at));
  return adopted ? graph.size() : 0;
}

/// Links what is not linked yet, and keeps how far it came: every few seconds, as that may take a
/// while, and in the end, if it is told to stop and that takes no time that close() would wait for.
Status link(const StoreFolder& folder,
            const Snapshot& snapshot,
            vectors::HnswBuilder& graph,
            const std::atomic<bool>& stop) {
  auto last_kept = std::chrono::steady_clock::now();
  const Status linked = graph.link([&] {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_kept >= kKeepEvery) {
      keep_progress(folder, snapshot, graph);
      last_kept = now;
    }
    return go_on(stop).has_value();
  });
  if (!linked && graph.linked() >= kWorthKeeping && graph.size() <= kQuicklyKept) {
    keep_progress(folder, snapshot, graph);
  }
  return linked;
}

Result<std::unique_ptr<vectors::HnswBuilder>> merge_graph(const StoreFolder& folder,
                                                          const Snapshot& snapshot,
                                                          const StoreOptions& options,
                                                          const std::atomic<bool>& stop) {
  const std::size_t threads =
      options.build_threads != 0 ? options.build_threads : std::thread::hardware_concurrency();
  const Generation& generation = *snapshot.generation;
  auto graph = std::make_unique<vectors::HnswBuilder>(
      snapshot.format(), vectors::GraphOptions{options.connectivity, options.expansion_add},
      threads);
  const std::uint64_t adopted = adopt_rows(folder, snapshot, options, *graph);
  std::uint64_t number = 0;
  QUIRE_TRY(for_each_live_row(generation, snapshot.at, [&](RowRef row) {
    const std::uint64_t key = generation.key(row);
    if (number++ >= adopted) {
      graph->add(key,
                 snapshot.next != nullptr ? snapshot.next->vector(key) : generation.vector(row));
    }
    return go_on(stop);
  }));
  QUIRE_TRY(link(folder, snapshot, *graph, stop));
  return graph;
}

Status write_index(base::FileSystem& files,
                   const std::string& path,
                   const vectors::HnswBuilder& graph,
                   const Snapshot& snapshot,
                   const std::atomic<bool>& stop) {
  QUIRE_TRY_ASSIGN(FileWriter out, FileWriter::create(files, path));
  QUIRE_TRY(graph.save([&](std::string_view bytes) {
    const Status wanted = go_on(stop);
    return wanted ? out.write(bytes) : wanted;
  }));
  QUIRE_TRY(out.write(checkpoint::encode_footer(
      {snapshot.uuid, snapshot.at.lsn, kUsearchMajor, out.size(), out.hash()})));
  return out.finish();
}

Status write_metadata(base::FileSystem& files,
                      const std::string& path,
                      const Snapshot& snapshot,
                      const std::atomic<bool>& stop) {
  const Generation& generation = *snapshot.generation;
  QUIRE_TRY_ASSIGN(FileWriter out, FileWriter::create(files, path));
  records::MetadataWriter metadata([&](std::string_view bytes) { return out.write(bytes); });
  records::FileHeader header;
  header.uuid = snapshot.uuid;
  header.lsn = snapshot.at.lsn;
  header.next_key = snapshot.at.next_key;
  header.format = snapshot.format();
  header.attributes.insert(snapshot.attributes.begin(), snapshot.attributes.end());
  header.fields = generation.fields();
  header.updated = generation.updated(snapshot.at);
  QUIRE_TRY(metadata.begin(header));
  QUIRE_TRY(for_each_live_row(generation, snapshot.at, [&](RowRef row) {
    const Status wanted = go_on(stop);
    return wanted ? metadata.add(generation.key(row), generation.chunk(row, snapshot.at)) : wanted;
  }));
  QUIRE_TRY(metadata.finish());
  return out.finish();
}

Result<std::shared_ptr<CheckpointImage>> read_back(base::FileSystem& files,
                                                   const std::string& folder,
                                                   const std::atomic<bool>& stop) {
  QUIRE_TRY_ASSIGN(std::unique_ptr<base::FileBytes> index,
                   base::map_file(files, base::join(folder, temporary_name(kIndexName))));
  QUIRE_TRY_ASSIGN(std::unique_ptr<base::FileBytes> metadata,
                   base::map_file(files, base::join(folder, temporary_name(kMetadataName))));
  return CheckpointImage::load(std::move(index), std::move(metadata), [&] { return go_on(stop); });
}

}  // namespace

Snapshot snapshot_of(const Recovered& now) {
  return {now.generation, now.view, now.uuid, now.generation->attributes("")};
}

Result<std::shared_ptr<CheckpointImage>> write_pair(const StoreFolder& folder,
                                                    const Snapshot& snapshot,
                                                    const StoreOptions& options,
                                                    const std::atomic<bool>& stop) {
  base::FileSystem& files = *folder.files;
  QUIRE_TRY(snapshot.generation->image().verify_all());
  QUIRE_TRY(go_on(stop));
  {
    QUIRE_TRY_ASSIGN(const auto graph, merge_graph(folder, snapshot, options, stop));
    QUIRE_TRY(
        write_index(files, folder.path_of(temporary_name(kIndexName)), *graph, snapshot, stop));
  }
  QUIRE_TRY(write_metadata(files, folder.path_of(temporary_name(kMetadataName)), snapshot, stop));
  QUIRE_TRY(snapshot.generation->status());
  return read_back(files, folder.path, stop);
}

Status swap_pair(base::FileSystem& files, const std::string& folder) {
  for (const char* name : {kIndexName, kMetadataName}) {
    QUIRE_TRY(files.rename(base::join(folder, temporary_name(name)), base::join(folder, name)));
  }
  return files.sync_folder(folder);
}

std::string temporary_name(const std::string& name) {
  return name + ".tmp";
}

}  // namespace quire::store
