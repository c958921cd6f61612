#include "store/backup.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "base/strangers.hpp"
#include "base/try.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/merge.hpp"
#include "store/recovery.hpp"

namespace quire::store {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

Status check_target(const StoreFolder& to) {
  QUIRE_TRY_ASSIGN(const base::FileStat stat, to.files->stat(to.path));
  if (stat.exists && !stat.is_directory) {
    return fail(ErrorCode::invalid_argument, to.path + " is no folder");
  }
  if (stat.exists) {
    QUIRE_TRY_ASSIGN(const std::vector<std::string> names, to.files->list(to.path));
    if (!names.empty()) {
      return fail(ErrorCode::invalid_argument,
                  to.path + " is not empty; name a folder that is not there yet");
    }
  }
  return to.files->create_folder(to.path);
}

/// Files that are written under temporary names, and get their own all at once.
class Copies {
 public:
  explicit Copies(const StoreFolder& to) : to_(to) {}

  Status write(const std::string& name, std::string_view bytes) {
    QUIRE_TRY_ASSIGN(const auto file, begin(name));
    for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      QUIRE_TRY(file->write_at(at, bytes.substr(at, kPieceBytes)));
    }
    QUIRE_TRY(file->sync());
    return file->close();
  }

  Status copy(const std::string& name, const base::File& from, std::uint64_t size) {
    QUIRE_TRY_ASSIGN(const auto file, begin(name));
    for (std::uint64_t at = 0; at < size; at += kPieceBytes) {
      const std::size_t piece = std::min<std::uint64_t>(kPieceBytes, size - at);
      QUIRE_TRY_ASSIGN(const std::string bytes, from.read_at(at, piece));
      QUIRE_TRY(file->write_at(at, bytes));
    }
    QUIRE_TRY(file->sync());
    return file->close();
  }

  /// In the order in which they were begun, each on the disk before the next.
  Status name_all() {
    for (const std::string& name : names_) {
      QUIRE_TRY(to_.files->rename(to_.path_of(temporary_name(name)), to_.path_of(name)));
      QUIRE_TRY(to_.files->sync_folder(to_.path));
    }
    return {};
  }

  void discard() {
    for (const std::string& name : names_) {
      for (const std::string& one : {name, temporary_name(name)}) {
        const Status removed = to_.files->unlink(to_.path_of(one));
        static_cast<void>(removed);  // It may not have come that far; the error is told anyway.
      }
    }
    names_.clear();
  }

 private:
  Result<std::unique_ptr<base::File>> begin(const std::string& name) {
    names_.push_back(name);
    return base::create_file(*to_.files, to_.path_of(temporary_name(name)));
  }

  const StoreFolder& to_;
  std::vector<std::string> names_;
};

/// Up to its last sound frame: what comes after that was never acknowledged.
Status copy_journal(const StoreFolder& from, const JournalFile& journal, Copies& copies) {
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> file, reopen(*from.files, from.path, journal));
  QUIRE_TRY_ASSIGN(const journal::Header header,
                   journal::read_header(journal.mapped->view(), journal.name));
  QUIRE_TRY_ASSIGN(const journal::Scan scan,
                   journal::scan(*file, journal.size, header, journal::kHeaderSize, header.base_lsn,
                                 journal.name, [](const journal::Frame&) { return Status{}; }));
  return copies.copy(journal.name, *file, scan.end_offset);
}

/// The pair stays as it was when the folder was opened, whatever takes its place; journals may be
/// gone: `not_found`.
Status copy_files(const StoreFolder& from, Copies& copies) {
  QUIRE_TRY_ASSIGN(const FolderContent content, open_folder(*from.files, from.path, true));
  for (auto journal = content.journals.rbegin(); journal != content.journals.rend(); ++journal) {
    QUIRE_TRY(copy_journal(from, *journal, copies));
  }
  if (content.index != nullptr) {
    QUIRE_TRY(copies.write(kIndexName, content.index->view()));
  }
  return content.metadata != nullptr ? copies.write(kMetadataName, content.metadata->view())
                                     : Status{};
}

/// Begins again when a writer took a journal away meanwhile.
Status copy_at_one_moment(const StoreFolder& from, Copies& copies) {
  Status copied = copy_files(from, copies);
  for (int attempt = 1; attempt < kMaxAttempts && !copied; ++attempt) {
    if (copied.error().code != ErrorCode::not_found) {
      break;
    }
    copies.discard();
    copied = copy_files(from, copies);
  }
  return copied;
}

Status verify(const StoreFolder& folder) {
  StoreOptions options;
  options.read_only = true;
  const auto read = recover(*folder.files, folder.path, options, Caches::ignore);
  return read ? Status{} : std::unexpected(read.error());
}

}  // namespace

Status copy_store(const StoreFolder& from, const StoreFolder& to) {
  QUIRE_TRY(check_target(to));
  Copies copies(to);
  Status done = copy_at_one_moment(from, copies);
  done = done ? copies.name_all() : done;
  done = done ? verify(to) : done;
  if (!done) {
    copies.discard();
    return std::unexpected(done.error().while_doing("back up " + from.path + " to " + to.path));
  }
  return {};
}

}  // namespace quire::store
