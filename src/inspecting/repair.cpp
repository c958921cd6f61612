#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/open_store.hpp"
#include "store/redo_record.hpp"
#include "store/store_lock.hpp"
#include "store/vectors/distance.hpp"

namespace quire::inspecting {
namespace {

using store::kIndexName;
using store::kMetadataName;

constexpr std::chrono::milliseconds kLockPatience{5000};
constexpr std::size_t kRowsPerCommit = 1000;
/// Where the repaired store is built before its files replace the damaged ones.
constexpr const char* kWorkFolder = "repair";

bool is_store_file(const std::string& name) {
  return name == kIndexName || name == kMetadataName || journal::generation_of(name) != 0;
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
  Salvager(base::FileSystem& files, const std::string& folder, RepairReport& report)
      : files_(files), folder_(folder), report_(report) {}

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

  Result<std::unique_ptr<base::FileBytes>> map(const std::vector<std::string>& names,
                                               const char* name) {
    if (!std::ranges::binary_search(names, name)) {
      report_.actions.push_back(std::string(name) + " is missing");
      return std::unique_ptr<base::FileBytes>();
    }
    return base::map_file(files_, base::join(folder_, name));
  }

  Status read_pair(const std::vector<std::string>& names) {
    QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> index, map(names, kIndexName));
    QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> metadata, map(names, kMetadataName));
    records::RecordTable table;
    if (metadata != nullptr) {
      if (auto read = records::RecordTable::read(metadata->view())) {
        table = std::move(*read);
        out_.attributes = table.header().attributes;
        out_.next_key = table.header().next_key;
        out_.format = table.header().format;
        reached_ = table.header().lsn;
      } else {
        drop(kMetadataName, read.error());
      }
    }
    if (index != nullptr) {
      join(index->view(), table);
    }
    for (const std::uint64_t key : table.keys()) {
      known_.emplace(key, true);
      if (!out_.rows.contains(key)) {
        report_.actions.push_back("dropped chunk " + std::to_string(key) + ": no vector of it");
      }
    }
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
    reached_ = split->footer ? std::min(reached_, split->footer->lsn) : 0;
    out_.format = {file->dimensions(), file->metric(), scalar_of(*file)};
    for (const vectors::UsearchFile::Entry& entry : file->entries()) {
      known_.emplace(entry.key, true);
      const auto row = table.row_of(entry.key);
      std::string stored;
      if (!row) {
        report_.actions.push_back("dropped vector " + std::to_string(entry.key) +
                                  ": no chunk of it");
      } else if (const Status good =
                     vectors::encode_vector(out_.format, file->numbers(entry.slot), stored);
                 !good) {
        drop("chunk " + std::to_string(entry.key), good.error());
      } else {
        out_.rows.insert_or_assign(entry.key,
                                   ChunkRow{table.chunk(*row), file->numbers(entry.slot)});
      }
    }
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
  RepairReport& report_;
  Salvage out_;
  std::map<std::uint64_t, bool> known_;  ///< Keys that were live as far as anything says.
  std::uint64_t reached_ = 0;
  std::uint64_t doubtful_keys_ = 0;  ///< That damage may hide beyond next_key.
};

/// Builds a store of what was salvaged in `folder`.
Status build_store(const std::shared_ptr<base::FileSystem>& files,
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
  return store.close();
}

class Repair {
 public:
  Repair(std::shared_ptr<base::FileSystem> files, const std::string& folder, const Amend& amend)
      : files_(std::move(files)),
        folder_(folder),
        amend_(amend),
        work_(base::join(folder, kWorkFolder)) {}

  Result<RepairReport> run() {
    QUIRE_TRY_ASSIGN(const CheckReport before, check(*files_, folder_));
    if (!before.exists || before.findings.empty()) {
      report_.chunks_kept = before.chunks;
      return std::move(report_);
    }
    QUIRE_TRY_ASSIGN(const store::WriterLock lock,
                     store::WriterLock::acquire(*files_, folder_, kLockPatience));
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files_->list(folder_));
    QUIRE_TRY_ASSIGN(Salvage salvage, Salvager(*files_, folder_, report_).run(names));
    report_.chunks_kept = salvage.rows.size();
    report_.chunks_lost = salvage.lost;
    const bool has_vectors = salvage.format.dimensions != 0;
    QUIRE_TRY(remove_work_folder());
    QUIRE_TRY(build_store(files_, work_, std::move(salvage), amend_));
    QUIRE_TRY(set_aside(names));
    QUIRE_TRY(replace(names, has_vectors));
    return std::move(report_);
  }

 private:
  Status remove_work_folder() {
    const auto names = files_->list(work_);
    if (!names) {
      return names.error().code == ErrorCode::not_found ? Status{} : std::unexpected(names.error());
    }
    for (const std::string& name : *names) {
      QUIRE_TRY(files_->unlink(base::join(work_, name)));
    }
    return files_->remove_folder(work_);
  }

  /// Copies, so that the damaged store is whole until the repaired files replace it.
  Status set_aside(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!is_store_file(name)) {
        continue;
      }
      QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(*files_, base::join(folder_, name)));
      const std::string kept = name + ".damaged";
      QUIRE_TRY_ASSIGN(const auto copy,
                       files_->open(base::join(folder_, kept), base::OpenMode::create));
      QUIRE_TRY(copy->write_at(0, bytes->view()));
      QUIRE_TRY(copy->sync());
      QUIRE_TRY(copy->close());
      report_.actions.emplace_back("kept the old ").append(name).append(" as ").append(kept);
    }
    return files_->sync_folder(folder_);
  }

  /// The pair first, then away with the journals that belong to the old one. A crash in between
  /// leaves a mixture that checks as damaged, and that a second repair joins by key again.
  Status replace(const std::vector<std::string>& names, bool has_pair) {
    if (has_pair) {
      for (const char* name : {kIndexName, kMetadataName}) {
        QUIRE_TRY(files_->rename(base::join(work_, name), base::join(folder_, name)));
      }
      QUIRE_TRY(files_->sync_folder(folder_));
    }
    for (const std::string& name : names) {
      if (journal::generation_of(name) != 0 || (!has_pair && is_store_file(name))) {
        QUIRE_TRY(files_->unlink(base::join(folder_, name)));
      }
    }
    QUIRE_TRY(files_->sync_folder(folder_));
    return remove_work_folder();
  }

  std::shared_ptr<base::FileSystem> files_;
  const std::string& folder_;
  const Amend& amend_;
  std::string work_;
  RepairReport report_;
};

}  // namespace

Result<RepairReport> repair(const std::shared_ptr<base::FileSystem>& files,
                            const std::string& folder,
                            const Amend& amend) {
  return Repair(files, folder, amend).run();
}

}  // namespace quire::inspecting
