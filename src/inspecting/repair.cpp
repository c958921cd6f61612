#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/leftovers.hpp"
#include "store/merge.hpp"
#include "store/next_vectors.hpp"
#include "store/open_store.hpp"
#include "store/redo_record.hpp"
#include "store/store_lock.hpp"
#include "store/vectors/distance.hpp"
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

constexpr std::size_t kMaxRanges = 5;

/// "0 to 24, 31, 40 to 42", the first few ranges of rising keys.
std::string ranges_of(const std::vector<std::uint64_t>& keys) {
  std::string out;
  std::size_t ranges = 0;
  for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
    if (++ranges > kMaxRanges) {
      return out + ", ...";
    }
    do {
      ++end;
    } while (end < keys.size() && keys[end] == keys[end - 1] + 1);
    out += (out.empty() ? "" : ", ") + std::to_string(keys[begin]);
    out += end - begin > 1 ? " to " + std::to_string(keys[end - 1]) : "";
  }
  return out;
}

/// Everything in a store's folder that verifies.
struct Salvage {
  VectorFormat format;
  std::map<std::uint64_t, ChunkRow> rows;
  std::map<std::string, std::string, std::less<>> attributes;
  std::uint64_t next_key = 0;
  std::uint64_t lost = 0;
};

class Salvager {
 public:
  /// `owner`: whose files count, where that is known; else metadata.json's uuid decides, then
  /// index.usearch's, then the first journal's.
  Salvager(base::FileSystem& files,
           const std::string& folder,
           const base::Uuid& owner,
           RepairReport& report)
      : files_(files), folder_(folder), owner_(owner), report_(report) {}

  Result<Salvage> run(const std::vector<std::string>& names) {
    QUIRE_TRY(read_pair(names));
    std::vector<std::string> journals;
    std::ranges::copy_if(names, std::back_inserter(journals),
                         [](const std::string& name) { return journal::generation_of(name) != 0; });
    std::ranges::sort(journals, {}, journal::generation_of);
    for (const std::string& name : journals) {
      QUIRE_TRY(replay(name));
    }
    count_lost();
    return std::move(out_);
  }

 private:
  void drop(const std::string& what, const Error& error) {
    report_.actions.push_back("dropped " + what + ": " + error.message);
  }

  void drop(const std::vector<std::uint64_t>& keys, const std::string& what) {
    if (!keys.empty()) {
      report_.actions.push_back("dropped " + what + ": keys " + ranges_of(keys) + " (" +
                                std::to_string(keys.size()) + " of them)");
    }
  }

  /// Keys mean something within one store only. Files of the original design name none.
  bool is_ours(const std::string& name, const base::Uuid& uuid) {
    if (uuid.is_nil() || owner_.is_nil()) {
      owner_ = uuid.is_nil() ? owner_ : uuid;
      return true;
    }
    if (uuid != owner_) {
      report_.actions.push_back("dropped " + name + ": it belongs to store " +
                                base::to_string(uuid) + ", the rest to " + base::to_string(owner_));
    }
    return uuid == owner_;
  }

  /// The file that stands for index.usearch: perhaps one that waits for its name.
  std::string index_name(const std::vector<std::string>& names) {
    const auto metadata = base::map_file(files_, base::join(folder_, kMetadataName));
    const auto waiting = metadata ? store::waiting_index(names, (*metadata)->view()) : std::nullopt;
    return waiting.value_or(kIndexName);
  }

  Result<std::unique_ptr<base::FileBytes>> map(const std::vector<std::string>& names,
                                               const std::string& name) {
    if (!std::ranges::binary_search(names, name)) {
      report_.actions.push_back(name + " is missing");
      return std::unique_ptr<base::FileBytes>();
    }
    return base::map_file(files_, base::join(folder_, name));
  }

  /// A pair whose damage its cache tells to the block; null where there is none or no damage.
  std::shared_ptr<const store::CheckpointImage> damaged_image(
      const std::vector<std::string>& names) {
    const auto map_one = [&](const std::string& name) {
      auto bytes = std::ranges::binary_search(names, name)
                       ? base::map_file(files_, base::join(folder_, name))
                       : Result<std::unique_ptr<base::FileBytes>>(nullptr);
      return bytes ? std::move(*bytes) : nullptr;
    };
    std::unique_ptr<base::FileBytes> index = map_one(index_name(names));
    std::unique_ptr<base::FileBytes> metadata = map_one(kMetadataName);
    const auto split = index != nullptr ? checkpoint::split_index_file(index->view())
                                        : fail(ErrorCode::not_found, kIndexName);
    if (!split || !split->footer) {
      return nullptr;
    }
    auto cache = store::map_cache(files_, folder_, split->footer->lsn);
    const auto image =
        store::CheckpointImage::load(std::move(index), std::move(metadata), std::move(cache));
    return image && (*image)->has_cache() && !(*image)->verify_all() ? *image : nullptr;
  }

  /// Keeps the rows whose blocks all verify.
  void take_sound_rows(const store::CheckpointImage& image) {
    const records::RecordTable& table = image.records();
    out_.attributes = table.header().attributes;
    out_.next_key = table.header().next_key;
    out_.format = image.format();
    reached_ = image.metadata_lsn();
    std::vector<std::uint64_t> damaged;
    for (std::size_t row = 0; row < image.rows(); ++row) {
      const std::uint64_t key = table.keys()[row];
      known_.emplace(key, true);
      if (!image.has_sound_row(row)) {
        damaged.push_back(key);
        continue;
      }
      std::vector<float> numbers(out_.format.dimensions);
      vectors::decode_vector(out_.format, image.vector(row), numbers);
      out_.rows.insert_or_assign(key, ChunkRow{table.chunk(row), std::move(numbers)});
    }
    report_.actions.push_back("dropped what shares a block with damage: " +
                              image.status().error().message);
    drop(damaged, "chunks in those blocks");
  }

  Status read_pair(const std::vector<std::string>& names) {
    if (const auto image = damaged_image(names); image && is_ours(kMetadataName, image->uuid())) {
      take_sound_rows(*image);
      return {};
    }
    QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> index, map(names, index_name(names)));
    QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> metadata, map(names, kMetadataName));
    records::RecordTable table;
    if (metadata != nullptr) {
      auto read = records::RecordTable::read(metadata->view());
      if (!read) {
        drop(kMetadataName, read.error());
      } else if (is_ours(kMetadataName, read->header().uuid)) {
        table = std::move(*read);
        out_.attributes = table.header().attributes;
        out_.next_key = table.header().next_key;
        out_.format = table.header().format;
        reached_ = table.header().lsn;
        bare_ = table.header().bare;
      }
    }
    if (index != nullptr) {
      join(index->view(), table);
    }
    std::vector<std::uint64_t> lonely;
    for (const std::uint64_t key : table.keys()) {
      known_.emplace(key, true);
      if (!out_.rows.contains(key)) {
        lonely.push_back(key);
      }
    }
    drop(lonely, "chunks without a vector");
    return {};
  }

  void join(std::string_view bytes, const records::RecordTable& table) {
    const auto split = checkpoint::read_index_file(bytes);
    const auto file = split ? vectors::UsearchFile::read(split->content)
                            : Result<vectors::UsearchFile>(std::unexpected(split.error()));
    if (!file) {
      drop(kIndexName, file.error());
      return;
    }
    if (split->footer && !is_ours(kIndexName, split->footer->uuid)) {
      return;
    }
    const VectorFormat format{file->dimensions(), file->metric(), scalar_of(*file)};
    if (out_.format.dimensions != 0 && format != out_.format) {
      report_.actions.push_back("dropped " + std::string(kIndexName) + ": it holds vectors of " +
                                std::to_string(format.dimensions) +
                                " dimensions, metadata.json declares " +
                                std::to_string(out_.format.dimensions));
      return;
    }
    bare_ = bare_ && !split->footer;
    reached_ = split->footer ? std::min(reached_, split->footer->lsn) : 0;
    out_.format = format;
    std::vector<std::uint64_t> lonely;
    for (const vectors::UsearchFile::Entry& entry : file->entries()) {
      known_.emplace(entry.key, true);
      const auto row = table.row_of(entry.key);
      std::string stored;
      if (!row) {
        lonely.push_back(entry.key);
      } else if (const Status good =
                     vectors::encode_vector(out_.format, file->numbers(entry.slot), stored);
                 !good) {
        drop("chunk " + std::to_string(entry.key), good.error());
      } else {
        out_.rows.insert_or_assign(entry.key,
                                   ChunkRow{table.chunk(*row), file->numbers(entry.slot)});
      }
    }
    drop(lonely, "vectors without a chunk");
  }

  static Scalar scalar_of(const vectors::UsearchFile& file) {
    switch (file.scalar()) {
      case vectors::FileScalar::bf16:
        return Scalar::bf16;
      case vectors::FileScalar::i8:
        return Scalar::i8;
      default:
        return Scalar::f32;
    }
  }

  /// Applies what is valid of one journal. What an earlier journal lost is not there; what later
  /// ones still have is.
  Status replay(const std::string& name) {
    QUIRE_TRY_ASSIGN(const std::string bytes, base::read_file(files_, base::join(folder_, name)));
    const auto header = journal::read_header(bytes, name);
    if (!header) {
      drop(name, header.error());
      doubtful_keys_ = most_keys(bytes.size());
      return {};
    }
    if (bare_) {
      report_.actions.push_back("dropped " + name +
                                ": no journal belongs to files without footers");
      return {};
    }
    if (!is_ours(name, header->uuid)) {
      return {};
    }
    doubtful_keys_ = 0;
    out_.next_key = std::max(out_.next_key, header->next_key);
    if (out_.format.dimensions == 0) {
      out_.format = header->format;
    }
    QUIRE_TRY_ASSIGN(const journal::Scan scan, scan_valid_part(bytes, *header, name));
    for (const journal::Frame& frame : scan.frames) {
      const auto record = store::decode_redo_record(frame.payload);
      if (!record) {
        drop(name + " from byte " + std::to_string(frame.offset), record.error());
        spare_keys(bytes, *header, frame.offset);
        return {};
      }
      if (frame.lsn > reached_) {
        apply(*record);
      }
    }
    return {};
  }

  /// A damaged journal is cut before its damage: what comes after it may build on what is lost.
  Result<journal::Scan> scan_valid_part(std::string_view bytes,
                                        const journal::Header& header,
                                        const std::string& name) {
    auto scan = journal::scan(bytes, header, journal::kHeaderSize, header.base_lsn, name);
    if (scan) {
      return scan;
    }
    drop("the end of " + name, scan.error());
    journal::Scan valid;
    std::uint64_t offset = journal::kHeaderSize;
    std::uint64_t lsn = header.base_lsn;
    for (;;) {
      const std::uint64_t end = end_of_frame(bytes, offset);
      const auto one = end == 0 ? std::unexpected(scan.error())
                                : journal::scan(bytes.substr(0, end), header, offset, lsn, name);
      if (!one || one->frames.size() != 1) {
        spare_keys(bytes, header, offset);
        return valid;
      }
      valid.frames.push_back(one->frames.front());
      offset = one->end_offset;
      lsn = one->end_lsn;
    }
  }

  /// No key is used twice: those of commits that verify behind the damage at `offset` stay used,
  /// and what does not verify at the end may have used one with each few of its bytes.
  void spare_keys(std::string_view bytes, const journal::Header& header, std::uint64_t offset) {
    for (const journal::Frame& frame : journal::find_frames(bytes, header, offset)) {
      if (const auto record = store::decode_redo_record(frame.payload)) {
        out_.next_key = std::max(out_.next_key, record->next_key);
        offset = frame.offset + journal::kFrameHeaderSize + frame.payload.size();
      }
    }
    doubtful_keys_ = most_keys(bytes.size() - offset);
  }

  /// That commits in so many bytes may have used; an insert takes more than its key.
  static std::uint64_t most_keys(std::uint64_t bytes) {
    return (bytes - std::min<std::uint64_t>(bytes, journal::kFrameHeaderSize)) /
           sizeof(std::uint64_t);
  }

  /// Where the frame at `offset` says that it ends; 0 if not within the bytes.
  static std::uint64_t end_of_frame(std::string_view bytes, std::uint64_t offset) {
    if (bytes.size() < offset || bytes.size() - offset < journal::kFrameHeaderSize) {
      return 0;
    }
    base::ByteReader in(bytes.substr(offset));
    in.u64();
    const std::uint64_t length = in.u64();
    const std::uint64_t room = bytes.size() - offset - journal::kFrameHeaderSize;
    return length > room ? 0 : offset + journal::kFrameHeaderSize + length;
  }

  void apply(const store::RedoRecord& record) {
    if (out_.format.dimensions == 0) {
      out_.format.dimensions = record.dimensions;
    }
    for (const std::uint64_t key : record.removals) {
      out_.rows.erase(key);
      known_.erase(key);
    }
    for (const store::RedoRecord::Insert& insert : record.inserts) {
      known_.emplace(insert.key, true);
      auto meta = records::decode_chunk(insert.chunk);
      if (meta && insert.vector.size() == out_.format.bytes_per_vector()) {
        std::vector<float> numbers(out_.format.dimensions);
        vectors::decode_vector(out_.format, insert.vector.data(), numbers);
        out_.rows.insert_or_assign(insert.key, ChunkRow{std::move(*meta), std::move(numbers)});
      }
    }
    for (const store::RedoRecord::AttributeChange& change : record.attributes) {
      if (change.value) {
        out_.attributes.insert_or_assign(std::string(change.name), std::string(*change.value));
      } else {
        out_.attributes.erase(std::string(change.name));
      }
    }
    out_.next_key = std::max(out_.next_key, record.next_key);
  }

  void count_lost() {
    for (const auto& [key, known] : known_) {
      out_.lost += out_.rows.contains(key) ? 0 : 1;
    }
    if (!known_.empty()) {
      out_.next_key = std::max(out_.next_key, known_.rbegin()->first + 1);
    }
    out_.next_key += doubtful_keys_;
  }

  base::FileSystem& files_;
  const std::string& folder_;
  base::Uuid owner_;  ///< Nil: not known yet.
  RepairReport& report_;
  Salvage out_;
  bool bare_ = false;                    ///< Both files of the pair are of the original design.
  std::map<std::uint64_t, bool> known_;  ///< Keys that were live as far as anything says.
  std::uint64_t reached_ = 0;
  std::uint64_t doubtful_keys_ = 0;  ///< That damage may hide beyond next_key.
};

/// Builds a store of what was salvaged in `folder`; its uuid, nil if there was nothing to keep.
Result<base::Uuid> build_store(const std::shared_ptr<base::FileSystem>& files,
                               const std::string& folder,
                               Salvage salvage,
                               const Amend& amend) {
  StoreOptions options;
  options.dimensions = salvage.format.dimensions;
  options.metric = salvage.format.metric;
  options.scalar = salvage.format.scalar;
  options.durability = Durability::bulk;
  QUIRE_TRY_ASSIGN(VectorStore store, store::open_store(files, folder, options));
  WriteBatch batch;
  for (const auto& [name, value] : salvage.attributes) {
    batch.set_attribute(name, value);
  }
  for (auto& [key, row] : salvage.rows) {
    batch.insert_as({key}, std::move(row));
    if (batch.inserts().size() == kRowsPerCommit) {
      QUIRE_TRY(store.apply(batch));
      batch = {};
    }
  }
  QUIRE_TRY(store.apply(batch));
  WriteBatch last;
  last.skip_keys_to({std::min(salvage.next_key, kMaxChunkKey)});
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
    QUIRE_TRY_ASSIGN(const Salvage salvage, Salvager(*files_, folder_, owner, report_).run(names));
    Salvage kept;
    kept.next_key = salvage.next_key;
    QUIRE_TRY(build(std::move(kept)));
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

  /// Nothing can be read from it, and no file can take its place.
  Status move_aside_what_is_no_file() {
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> strangers, not_files(*files_, folder_));
    for (const std::string& name : strangers) {
      const std::string kept = free_name(names, name + ".damaged");
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
    QUIRE_TRY_ASSIGN(Salvage salvage, Salvager(*files_, folder_, owner, report_).run(names));
    report_.chunks_kept = salvage.rows.size();
    report_.chunks_lost = salvage.lost;
    QUIRE_TRY(build(std::move(salvage)));
    QUIRE_TRY(set_aside(names));
    return install(lock, names);
  }

  /// Makes the new store in the work folder.
  Status build(Salvage salvage) {
    QUIRE_TRY(empty_work_folder());
    QUIRE_TRY_ASSIGN(built_, build_store(files_, work_, std::move(salvage), amend_));
    return drop_needless_journals();
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
      const std::string kept = free_name(names, name + ".damaged");
      QUIRE_TRY(copy(base::join(folder_, name), base::join(folder_, kept)));
      report_.actions.emplace_back("kept the old ").append(name).append(" as ").append(kept);
    }
    return files_->sync_folder(folder_);
  }

  /// What an earlier repair set aside stays.
  static std::string free_name(const std::vector<std::string>& names, const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; std::ranges::binary_search(names, name); ++number) {
      name = wanted + "." + std::to_string(number);
    }
    return name;
  }

  Status write_ready(const base::Uuid& uuid) {
    if (uuid.is_nil()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const auto file,
                     files_->open(base::join(work_, kReady), base::OpenMode::create));
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
    QUIRE_TRY_ASSIGN(const auto file, files_->open(to, base::OpenMode::create));
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
