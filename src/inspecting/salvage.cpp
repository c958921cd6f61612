#include "inspecting/salvage.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/record_table.hpp"
#include "store/redo_record.hpp"
#include "store/vectors/distance.hpp"
#include "store/vectors/usearch_file.hpp"
#include "store/waiting_index.hpp"

namespace quire::inspecting {
namespace {

using store::kIndexName;
using store::kMetadataName;

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

class Salvager {
 public:
  Salvager(base::FileSystem& files,
           const std::string& folder,
           const base::Uuid& owner,
           std::vector<std::string>& actions)
      : files_(files), folder_(folder), owner_(owner), actions_(actions) {}

  Result<Salvage> run(const std::vector<std::string>& names) {
    QUIRE_TRY(read_pair(names));
    std::vector<std::string> journals;
    std::ranges::copy_if(names, std::back_inserter(journals),
                         [](const std::string& name) { return journal::generation_of(name) != 0; });
    std::ranges::sort(journals, {}, journal::generation_of);
    for (const std::string& name : journals) {
      QUIRE_TRY(replay(name));
    }
    drop_replaced();
    count_lost();
    return std::move(out_);
  }

 private:
  void drop(const std::string& what, const Error& error) {
    actions_.push_back("dropped " + what + ": " + error.message);
  }

  void drop(const std::vector<std::uint64_t>& keys, const std::string& what) {
    if (!keys.empty()) {
      actions_.push_back("dropped " + what + ": keys " + ranges_of(keys) + " (" +
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
      actions_.push_back("dropped " + name + ": it belongs to store " + base::to_string(uuid) +
                         ", the rest to " + base::to_string(owner_));
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
      actions_.push_back(name + " is missing");
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
    out_.fields = table.header().fields;
    out_.next_key = table.header().next_key;
    out_.format = image.format();
    reached_ = image.metadata_lsn();
    std::vector<std::uint64_t> damaged;
    for (std::size_t row = 0; row < image.rows(); ++row) {
      const std::uint64_t key = table.keys()[row];
      known_.insert(key);
      if (!image.has_sound_row(row)) {
        damaged.push_back(key);
        continue;
      }
      std::vector<float> numbers(out_.format.dimensions);
      vectors::decode_vector(out_.format, image.vector(row), numbers);
      out_.rows.insert_or_assign(key, ChunkRow{table.chunk(row), std::move(numbers)});
    }
    actions_.push_back("dropped what shares a block with damage: " +
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
        out_.fields = table.header().fields;
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
      known_.insert(key);
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
    const VectorFormat format = file->stored_format();
    if (out_.format.dimensions != 0 && format != out_.format) {
      actions_.push_back("dropped " + std::string(kIndexName) + ": it holds vectors of " +
                         std::to_string(format.dimensions) +
                         " dimensions, metadata.json declares " +
                         std::to_string(out_.format.dimensions));
      return;
    }
    if (!split->footer && !bare_ && table.size() != 0) {
      actions_.push_back("kept the vectors of " + std::string(kIndexName) +
                         ", whose footer is gone: no checksum covers them");
    }
    bare_ = bare_ && !split->footer;
    reached_ = split->footer ? std::min(reached_, split->footer->lsn) : 0;
    out_.format = format;
    std::vector<std::uint64_t> lonely;
    for (const vectors::UsearchFile::Entry& entry : file->entries()) {
      known_.insert(entry.key);
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
      actions_.push_back("dropped " + name + ": no journal belongs to files without footers");
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
    for (const FieldSpec& field : record.fields) {
      if (find_field(out_.fields, field.name) == nullptr) {
        out_.fields.push_back(field);
      }
    }
    for (const store::RedoRecord::Update& update : record.updates) {
      const auto row = out_.rows.find(update.key);
      auto meta = decode(update.chunk);
      if (meta && row != out_.rows.end()) {
        row->second.meta = std::move(*meta);
      }
    }
    for (const store::RedoRecord::Insert& insert : record.inserts) {
      known_.insert(insert.key);
      auto meta = decode(insert.chunk);
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

  Result<ChunkMeta> decode(std::string_view chunk) const {
    return records::decode_chunk(chunk, records::MemberSet::all(), out_.fields);
  }

  /// Where the commit that replaced a chunk is lost in part, both may be there: the later counts.
  void drop_replaced() {
    for (const FieldSpec& field : out_.fields) {
      std::map<OwnField::Value, std::uint64_t> newest;
      std::vector<std::uint64_t> replaced;
      for (const auto& [key, row] : out_.rows) {
        const auto own = std::ranges::find(row.meta.fields, field.name, &OwnField::name);
        if (!field.unique || own == row.meta.fields.end()) {
          continue;
        }
        const auto [other, is_first] = newest.try_emplace(own->value, key);
        if (!is_first) {
          replaced.push_back(std::exchange(other->second, key));
        }
      }
      for (const std::uint64_t key : replaced) {
        out_.rows.erase(key);
      }
      std::ranges::sort(replaced);
      drop(replaced, "chunks whose unique \"" + field.name + "\" a later one has");
    }
  }

  void count_lost() {
    for (const std::uint64_t key : known_) {
      out_.lost += out_.rows.contains(key) ? 0 : 1;
    }
    if (!known_.empty()) {
      out_.next_key = std::max(out_.next_key, *known_.rbegin() + 1);
    }
    out_.next_key += doubtful_keys_;
  }

  base::FileSystem& files_;
  const std::string& folder_;
  base::Uuid owner_;  ///< Nil: not known yet.
  std::vector<std::string>& actions_;
  Salvage out_;
  bool bare_ = false;              ///< Both files of the pair are of the original design.
  std::set<std::uint64_t> known_;  ///< Keys that were live as far as anything says.
  std::uint64_t reached_ = 0;
  std::uint64_t doubtful_keys_ = 0;  ///< That damage may hide beyond next_key.
};

}  // namespace

Result<Salvage> salvage(base::FileSystem& files,
                        const std::string& folder,
                        const std::vector<std::string>& names,
                        const base::Uuid& owner,
                        std::vector<std::string>& actions) {
  return Salvager(files, folder, owner, actions).run(names);
}

}  // namespace quire::inspecting
