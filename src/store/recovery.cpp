#include "store/recovery.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/leftovers.hpp"
#include "store/store_lock.hpp"
#include "store/waiting_index.hpp"

namespace quire::store {
namespace {

using base::FileBytes;
using base::FileSystem;

Result<std::unique_ptr<FileBytes>> map_if_listed(FileSystem& files,
                                                 const std::string& folder,
                                                 const std::vector<std::string>& names,
                                                 const std::string& name) {
  if (!std::ranges::binary_search(names, name)) {
    return std::unique_ptr<FileBytes>();
  }
  return base::map_file(files, base::join(folder, name));
}

Result<JournalFile> open_journal(FileSystem& files,
                                 const std::string& folder,
                                 const std::string& name) {
  JournalFile journal;
  journal.generation = journal::generation_of(name);
  journal.name = name;
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file,
                   files.open(base::join(folder, name), base::OpenMode::read));
  QUIRE_TRY_ASSIGN(journal.mapped, file->map_alone());
  journal.size = journal.mapped->view().size();
  journal.inode = file->inode();
  return journal;
}

std::unique_ptr<FileBytes> map_cache_of(FileSystem& files,
                                        const std::string& folder,
                                        const FileBytes* index) {
  if (index == nullptr) {
    return nullptr;
  }
  const auto split = checkpoint::split_index_file(index->view());
  return split && split->footer ? map_cache(files, folder, split->footer->lsn) : nullptr;
}

Result<FolderContent> try_to_open(FileSystem& files, const std::string& folder, bool lock) {
  FolderContent content;
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(folder));
  if (!stat.exists) {
    return content;
  }
  if (!stat.is_directory) {
    return fail(ErrorCode::store_io, "not a folder; name another place for the store");
  }
  std::optional<SharedSwapLock> held;
  if (lock) {
    QUIRE_TRY_ASSIGN(held, SharedSwapLock::acquire(files, folder));
  }
  QUIRE_TRY_ASSIGN(content.names, files.list(folder));
  QUIRE_TRY_ASSIGN(content.metadata, map_if_listed(files, folder, content.names, kMetadataName));
  if (content.metadata != nullptr) {
    content.waiting_index =
        waiting_index(content.names, content.metadata->view()).value_or(std::string());
  }
  QUIRE_TRY_ASSIGN(content.index,
                   map_if_listed(files, folder, content.names,
                                 content.waiting_index.empty() ? std::string(kIndexName)
                                                               : content.waiting_index));
  content.cache = map_cache_of(files, folder, content.index.get());
  for (const std::string& name : content.names) {
    if (journal::generation_of(name) != 0) {
      QUIRE_TRY_ASSIGN(content.journals.emplace_back(), open_journal(files, folder, name));
    }
  }
  std::ranges::sort(content.journals, {}, &JournalFile::generation);
  return content;
}

/// The first journal that is still needed: the last one that begins at or before `lsn`. Those
/// before it hold nothing that the checkpoint lacks.
Result<std::size_t> first_needed(const std::vector<JournalFile>& journals,
                                 const std::vector<journal::Header>& headers,
                                 std::uint64_t lsn,
                                 const std::string& missing) {
  for (std::size_t i = journals.size(); i-- > 0;) {
    if (headers[i].base_lsn <= lsn) {
      return i;
    }
  }
  return fail(ErrorCode::corrupt, journals.front().name + " begins after commit " +
                                      std::to_string(headers.front().base_lsn) +
                                      ", the checkpoint ends at commit " + std::to_string(lsn) +
                                      ": " + missing + " is missing");
}

/// True at each journal that a newer one took over (writer_start.cpp): that one begins where it
/// does, or before.
std::vector<bool> taken_over(const std::vector<journal::Header>& headers) {
  std::vector<bool> out(headers.size());
  std::uint64_t begin = UINT64_MAX;
  for (std::size_t i = headers.size(); i-- > 0;) {
    out[i] = headers[i].base_lsn >= begin;
    begin = std::min(begin, headers[i].base_lsn);
  }
  return out;
}

/// Replays journals over a checkpoint image.
class Replay {
 public:
  /// `missing`: what must be missing if the first journal begins after `from_lsn`.
  Replay(FileSystem& files,
         const std::string& folder,
         Recovered& out,
         std::uint64_t from_lsn,
         std::string missing)
      : files_(files),
        folder_(folder),
        out_(out),
        reached_(from_lsn),
        missing_(std::move(missing)) {}

  Status run(std::vector<JournalFile> journals) {
    std::vector<journal::Header> headers;
    for (const JournalFile& file : journals) {
      QUIRE_TRY_ASSIGN(const journal::Header header,
                       journal::read_header(file.mapped->view(), file.name));
      QUIRE_TRY(check_owner(header, file.name));
      QUIRE_TRY(check_name(header, file.name));
      headers.push_back(header);
    }
    if (journals.empty()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const std::size_t first, first_needed(journals, headers, reached_, missing_));
    const std::vector<bool> old = taken_over(headers);
    for (std::size_t i = 0; i < journals.size(); ++i) {
      QUIRE_TRY(old[i] ? remember(journals[i], headers[i]) : Status{});
    }
    for (std::size_t i = 0; i < journals.size(); ++i) {
      if (i < first || old[i]) {
        out_.leftovers.push_back(journals[i].name);
      } else {
        QUIRE_TRY(replay(journals[i], headers[i], i + 1 == journals.size()));
      }
    }
    return old_commits_.empty() ? Status{} : differs(old_commits_.begin()->first);
  }

  std::uint64_t reached() const { return reached_; }

 private:
  Status check_owner(const journal::Header& header, const std::string& name) {
    if (out_.uuid.is_nil()) {
      out_.uuid = header.uuid;
    }
    if (header.uuid != out_.uuid) {
      return fail(ErrorCode::corrupt, name + " belongs to store " + base::to_string(header.uuid) +
                                          ", the rest of the folder to " +
                                          base::to_string(out_.uuid));
    }
    return {};
  }

  /// A copy under another name would be taken for a journal that took the original over.
  static Status check_name(const journal::Header& header, const std::string& name) {
    const std::string own = journal::file_name(header.generation);
    return own == name ? Status{}
                       : fail(ErrorCode::corrupt,
                              name + " was written as " + own + ": it was copied or renamed");
  }

  Result<journal::Scan> scan(const JournalFile& file,
                             const journal::Header& header,
                             const std::function<Status(const journal::Frame&)>& visit) {
    QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> opened, reopen(files_, folder_, file));
    return journal::scan(*opened, file.size, header, journal::kHeaderSize, header.base_lsn,
                         file.name, visit);
  }

  Status replay(const JournalFile& file, const journal::Header& header, bool last) {
    if (!out_.replayed.empty() && header.base_lsn != end_of_previous_) {
      return fail(ErrorCode::corrupt,
                  file.name + " begins after commit " + std::to_string(header.base_lsn) +
                      ", the journal before it ends at commit " + std::to_string(end_of_previous_));
    }
    adopt_format(header);
    QUIRE_TRY_ASSIGN(journal::Scan scan, this->scan(file, header, [&](const journal::Frame& frame) {
      return apply(frame, file);
    }));
    if (!last && scan.tail_bytes != 0) {
      return fail(ErrorCode::corrupt, file.name + " is damaged at byte " +
                                          std::to_string(scan.end_offset) +
                                          ": a newer journal follows it");
    }
    out_.view.next_key = std::max(out_.view.next_key, header.next_key);
    out_.journal_bytes += scan.end_offset;
    out_.replayed.push_back({header, scan.end_offset});
    end_of_previous_ = scan.end_lsn;
    out_.last_header = header;
    out_.last_scan = std::move(scan);
    return {};
  }

  /// The journal that took this one over must hold the same commits.
  Status remember(const JournalFile& file, const journal::Header& header) {
    const auto scanned = scan(file, header, [&](const journal::Frame& frame) {
      if (frame.lsn > reached_) {
        old_commits_[frame.lsn] = base::checksum(frame.payload);
      }
      return Status{};
    });
    return scanned ? Status{} : std::unexpected(scanned.error());
  }

  Status compare(const journal::Frame& frame) {
    const auto old = old_commits_.find(frame.lsn);
    if (old == old_commits_.end()) {
      return {};
    }
    const bool same = old->second == base::checksum(frame.payload);
    old_commits_.erase(old);
    return same ? Status{} : differs(frame.lsn);
  }

  static Status differs(std::uint64_t lsn) {
    return fail(ErrorCode::corrupt, "two journals hold different commits " + std::to_string(lsn) +
                                        ": two programs have written at once");
  }

  /// Before its first checkpoint a store's format stands in its journals alone.
  void adopt_format(const journal::Header& header) {
    if (out_.generation->format().dimensions == 0) {
      out_.generation->set_format(header.format);
    }
  }

  Status apply(const journal::Frame& frame, const JournalFile& file) {
    QUIRE_TRY(compare(frame));
    if (frame.lsn <= reached_) {
      return {};
    }
    auto record = decode_redo_record(frame.payload);
    auto view =
        record ? apply(*record, frame, file) : Result<ViewPoint>(std::unexpected(record.error()));
    if (!view) {
      return std::unexpected(
          view.error().while_doing(file.name + " at byte " + std::to_string(frame.offset)));
    }
    out_.generation->apply_attributes(*record);
    out_.view = *view;
    reached_ = frame.lsn;
    return {};
  }

  /// Vectors and text stay where they are on the disk.
  Result<ViewPoint> apply(RedoRecord& record,
                          const journal::Frame& frame,
                          const JournalFile& file) {
    const char* const payload =
        file.mapped->view().data() + frame.offset + journal::kFrameHeaderSize;
    const auto mapped = [&](std::string_view part) {
      return std::string_view(payload + (part.data() - frame.payload.data()), part.size());
    };
    for (RedoRecord::Insert& insert : record.inserts) {
      insert.vector = mapped(insert.vector);
      insert.chunk = mapped(insert.chunk);
    }
    for (RedoRecord::Update& update : record.updates) {
      update.chunk = mapped(update.chunk);
    }
    return out_.generation->apply(record, frame.lsn, out_.view, file.mapped);
  }

  FileSystem& files_;
  const std::string& folder_;
  Recovered& out_;
  std::uint64_t reached_;
  const std::string missing_;
  std::uint64_t end_of_previous_ = 0;
  /// Checksums of what taken-over journals hold and no newer one was seen to hold, by lsn.
  std::map<std::uint64_t, std::uint64_t> old_commits_;
};

std::string missing_before_journals(const FolderContent& content) {
  if (content.index == nullptr) {
    return content.metadata == nullptr ? "the pair of files before them" : kIndexName;
  }
  return content.metadata == nullptr ? kMetadataName : "the journal between them";
}

bool has_metadata_of_ours(const CheckpointImage& image) {
  return image.has_metadata() && !image.records().header().bare;
}

/// The first checkpoint over the original's pair keeps both files until its own are in place.
bool is_converting(const std::vector<std::string>& names) {
  return std::ranges::binary_search(names, original_name(kIndexName));
}

Result<Recovered> read_content(FileSystem& files,
                               const std::string& folder,
                               FolderContent content) {
  Recovered out;
  std::ranges::copy_if(
      content.names, std::back_inserter(out.leftovers),
      [&](const std::string& name) { return is_leftover(name) && name != content.waiting_index; });
  out.waiting_index = content.waiting_index;
  const std::string missing = missing_before_journals(content);
  const std::uint64_t index_size = content.index ? content.index->view().size() : 0;
  QUIRE_TRY_ASSIGN(const std::shared_ptr<CheckpointImage> image,
                   CheckpointImage::load(std::move(content.index), std::move(content.metadata),
                                         std::move(content.cache)));
  if (image->imported() && has_metadata_of_ours(*image) && !is_converting(content.names)) {
    return fail(ErrorCode::corrupt,
                std::string(kIndexName) + " ends at byte " + std::to_string(index_size) +
                    " without the footer that belongs to this metadata.json: cut off, or written "
                    "by another program");
  }
  if (image->imported() && !content.journals.empty()) {
    return fail(ErrorCode::corrupt,
                content.journals.front().name +
                    " lies beside a pair without footers, which no journal belongs to");
  }
  out.uuid = image->imported() ? base::Uuid{} : image->uuid();
  out.checkpoint_lsn = std::min(image->index_lsn(), image->metadata_lsn());
  const std::uint64_t newest = std::max(image->index_lsn(), image->metadata_lsn());
  out.generation = std::make_shared<Generation>(image);
  out.view.lsn = out.checkpoint_lsn;
  out.view.live_rows = image->rows();
  out.view.next_key = image->records().header().next_key;
  if (!content.journals.empty()) {
    out.highest_generation = content.journals.back().generation;
  }

  Replay replay(files, folder, out, out.checkpoint_lsn, missing);
  QUIRE_TRY(replay.run(std::move(content.journals)));
  if (replay.reached() < newest) {
    return fail(ErrorCode::corrupt,
                "the checkpoint's files end at commits " + std::to_string(image->index_lsn()) +
                    " (index.usearch) and " + std::to_string(image->metadata_lsn()) +
                    " (metadata.json), the journal at commit " + std::to_string(replay.reached()) +
                    ": a file is missing; `quire index --rebuild` starts over from the sources");
  }
  QUIRE_TRY(out.generation->verify_complete(out.view));
  return out;
}

}  // namespace

Result<std::unique_ptr<base::File>> reopen(FileSystem& files,
                                           const std::string& folder,
                                           const JournalFile& journal) {
  const std::string path = base::join(folder, journal.name);
  QUIRE_TRY_ASSIGN(std::unique_ptr<base::File> file, files.open(path, base::OpenMode::read));
  if (file->inode() != journal.inode) {
    return fail(ErrorCode::not_found, "open " + path + ": another file has its name now");
  }
  return file;
}

Result<FolderContent> open_folder(FileSystem& files, const std::string& folder, bool lock) {
  for (int attempt = 1;; ++attempt) {
    auto content = try_to_open(files, folder, lock);
    if (content || content.error().code != ErrorCode::not_found || attempt == kMaxAttempts) {
      return content;
    }
  }
}

Result<Recovered> recover(FileSystem& files,
                          const std::string& folder,
                          const StoreOptions& options,
                          Caches caches) {
  for (int attempt = 1;; ++attempt) {
    auto content = open_folder(files, folder, !options.read_only);
    if (!content) {
      return std::unexpected(content.error().while_doing("open store " + folder));
    }
    if (caches == Caches::ignore) {
      content->cache.reset();
    }
    const std::vector<std::string> names = content->names;
    auto recovered = read_content(files, folder, std::move(*content));
    if (recovered) {
      return recovered;
    }
    // What looks damaged may have been a swap of files under our feet, where no lock could be had.
    const auto now = files.list(folder);
    const bool changed = (now && *now != names) || recovered.error().code == ErrorCode::not_found;
    if (attempt == kMaxAttempts || !changed) {
      return std::unexpected(recovered.error().while_doing("open store " + folder));
    }
  }
}

}  // namespace quire::store
