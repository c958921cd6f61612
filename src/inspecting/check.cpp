#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/try.hpp"
#include "base/uuid.hpp"
#include "base/verified_bytes.hpp"
#include "inspecting/damage_cause.hpp"
#include "inspecting/inspect_files.hpp"
#include "lexical/segment.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/cache_file.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/leftovers.hpp"
#include "store/next_vectors.hpp"
#include "store/recovery.hpp"
#include "store/vectors/distance.hpp"

namespace quire::inspecting {
namespace {

using store::kIndexName;
using store::kMetadataName;

/// The byte that an error names: every reader of ours says "byte N" of where it stopped first, and
/// then perhaps others, of what proves it.
std::uint64_t byte_in(std::string_view message) {
  constexpr std::string_view kWord = "byte ";
  const std::size_t at = message.find(kWord);
  std::uint64_t byte = 0;
  if (at != std::string_view::npos) {
    for (std::size_t i = at + kWord.size();
         i < message.size() && std::isdigit(static_cast<unsigned char>(message[i])) != 0; ++i) {
      byte = byte * 10 + static_cast<std::uint64_t>(message[i] - '0');
    }
  }
  return byte;
}

bool is_damage(const Error& error) {
  return error.code == ErrorCode::corrupt || error.code == ErrorCode::store_serde ||
         error.code == ErrorCode::store_index;
}

/// Looks at each file by itself, then at what they say together.
class Check {
 public:
  Check(base::FileSystem& files, const std::string& folder, const store::FolderContent& content)
      : files_(files), folder_(folder), content_(content) {}

  Result<CheckReport> run() {
    report_.exists = content_.index || content_.metadata || !content_.journals.empty();
    if (!report_.exists) {
      return std::move(report_);
    }
    QUIRE_TRY(each_file());
    QUIRE_TRY(together());
    return std::move(report_);
  }

 private:
  Status each_file() {
    const checkpoint::CacheFile cache = read_cache();
    if (content_.index) {
      const std::string_view bytes = content_.index->view();
      const std::string name = content_.waiting_index.empty() ? kIndexName : content_.waiting_index;
      QUIRE_TRY(find(name, index(bytes), bytes, cache.index_blocks));
    }
    if (content_.metadata) {
      const std::string_view bytes = content_.metadata->view();
      QUIRE_TRY(find(kMetadataName, metadata(bytes), bytes, cache.metadata_blocks));
    }
    for (const store::JournalFile& file : content_.journals) {
      QUIRE_TRY_ASSIGN(const std::unique_ptr<base::File> opened,
                       store::reopen(files_, folder_, file));
      QUIRE_TRY_ASSIGN(const std::string bytes, opened->read_at(0, file.size));
      const bool newest = &file == &content_.journals.back();
      QUIRE_TRY(find(file.name, journal(bytes, file.name, newest), bytes));
    }
    if (!content_.waiting_index.empty()) {
      report_.notes.push_back(content_.waiting_index +
                              " stands for index.usearch: a change of all vectors was cut short "
                              "when it was decided; the next write ends it");
    }
    for (const std::string& name : content_.names) {
      if (store::is_leftover(name) && name != content_.waiting_index) {
        report_.notes.push_back(name +
                                " is left over from a write that was cut short; the next "
                                "write removes it");
      }
    }
    return {};
  }

  /// What the pair was when it was written; nothing where no cache says so.
  checkpoint::CacheFile read_cache() const {
    auto cache = content_.cache ? checkpoint::read_cache(content_.cache->view())
                                : Result<checkpoint::CacheFile>(checkpoint::CacheFile{});
    return std::move(cache).value_or(checkpoint::CacheFile{});
  }

  /// Reports damage of a file of these bytes, each block of which had one of `hashes` when it was
  /// written. What is no damage (a newer format, a swap that goes on) ends the check.
  Status find(const std::string& name,
              const Status& sound,
              std::string_view bytes,
              const std::vector<std::uint64_t>& hashes = {}) {
    if (sound) {
      return {};
    }
    if (!is_damage(sound.error())) {
      return sound;
    }
    Finding finding{name, byte_in(sound.error().message), sound.error().message};
    narrow(finding, bytes, hashes);
    if (const std::string_view cause = damage_cause(bytes); !cause.empty()) {
      finding.problem.append("; ").append(cause);
    }
    report_.findings.push_back(std::move(finding));
    return {};
  }

  /// A checksum tells that a file has changed, the hashes of its blocks tell where.
  static void narrow(Finding& finding,
                     std::string_view bytes,
                     const std::vector<std::uint64_t>& hashes) {
    const std::vector<std::uint64_t> found = base::hash_blocks(bytes);
    const auto changed = std::ranges::mismatch(found, hashes).in1;
    if (hashes.empty() || changed == found.end()) {
      return;
    }
    const auto begin = static_cast<std::uint64_t>(changed - found.begin()) * base::kBlockSize;
    const std::uint64_t end = std::min<std::uint64_t>(begin + base::kBlockSize, bytes.size());
    finding.problem += "; the first bytes that are not those that were written are within " +
                       std::to_string(begin) + " to " + std::to_string(end - 1);
    if (finding.offset < begin || finding.offset >= end) {
      finding.offset = begin;
    }
  }

  static Status index(std::string_view bytes) {
    QUIRE_TRY_ASSIGN(const checkpoint::IndexFile split, checkpoint::read_index_file(bytes));
    QUIRE_TRY_ASSIGN(const vectors::UsearchFile file, vectors::UsearchFile::read(split.content));
    for (const vectors::UsearchFile::Entry& entry : file.entries()) {
      QUIRE_TRY(numbers_are_finite(file, entry, bytes));
    }
    return {};
  }

  static Status numbers_are_finite(const vectors::UsearchFile& file,
                                   const vectors::UsearchFile::Entry& entry,
                                   std::string_view bytes) {
    const std::vector<float> numbers = file.numbers(entry.slot);
    if (std::ranges::all_of(numbers, [](float x) { return std::isfinite(x); })) {
      return {};
    }
    return fail(ErrorCode::corrupt, "the vector of key " + std::to_string(entry.key) +
                                        " is not finite, at byte " +
                                        std::to_string(file.vector(entry.slot) - bytes.data()));
  }

  static Status metadata(std::string_view bytes) {
    QUIRE_TRY_ASSIGN(const records::RecordTable table, records::RecordTable::read(bytes));
    return {};
  }

  Status journal(std::string_view bytes, const std::string& name, bool newest) {
    QUIRE_TRY_ASSIGN(const journal::Header header, journal::read_header(bytes, name));
    QUIRE_TRY_ASSIGN(const journal::Scan scan,
                     journal::scan(bytes, header, journal::kHeaderSize, header.base_lsn, name));
    for (const journal::Frame& frame : scan.frames) {
      if (const auto record = store::decode_redo_record(frame.payload); !record) {
        return std::unexpected(
            record.error().while_doing("commit at byte " + std::to_string(frame.offset)));
      }
    }
    if (scan.tail_bytes != 0 && !newest) {
      return fail(ErrorCode::corrupt,
                  "byte " + std::to_string(scan.end_offset) + ": the last " +
                      std::to_string(scan.tail_bytes) +
                      " bytes are no whole commit, and a newer journal follows");
    }
    if (scan.tail_bytes != 0) {
      report_.notes.push_back(name + " ends in " + std::to_string(scan.tail_bytes) +
                              " bytes of a commit that was never acknowledged, at byte " +
                              std::to_string(scan.end_offset));
    }
    return {};
  }

  Status together() {
    const auto recovered = store::recover(files_, folder_, {}, store::Caches::ignore);
    if (recovered) {
      report_.lsn = recovered->view.lsn;
      report_.chunks = recovered->view.live_rows;
      note_cache(recovered->generation->image());
      note_words(recovered->uuid);
      note_next(recovered->uuid);
      return {};
    }
    if (!is_damage(recovered.error())) {
      return std::unexpected(recovered.error());
    }
    if (report_.findings.empty()) {
      const std::string& problem = recovered.error().message;
      const std::size_t path = problem.find(folder_);  // It may hold a "byte 7" of its own.
      const std::size_t text = path == std::string::npos ? 0 : path + folder_.size();
      const std::string_view said = std::string_view(problem).substr(text);
      report_.findings.push_back({file_of(said), byte_in(said), problem});
    }
    return {};
  }

  /// The file that a message of recovery begins with, after the folder; else the folder.
  std::string file_of(std::string_view said) const {
    const std::size_t begin = std::min(said.find_first_not_of(": "), said.size());
    const std::string name(said.substr(begin, said.find_first_of(": ", begin) - begin));
    return std::ranges::binary_search(content_.names, name) ? name : folder_;
  }

  /// A cache holds nothing that the files don't: whatever is wrong with it is no damage.
  void note_cache(const store::CheckpointImage& image) {
    if (content_.cache && content_.cache->view() != image.cache()) {
      report_.notes.push_back(store::cache_name(image.index_lsn()) +
                              " does not belong to the files beside it; it is ignored, and the "
                              "next checkpoint removes it");
    }
  }

  /// The same holds for words.
  void note_words(const base::Uuid& store) {
    const std::string cache = base::join(folder_, store::kCacheFolder);
    const auto names = store::names_in_cache(files_, folder_);
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
      if (!name.starts_with(lexical::kWordsPrefix)) {
        continue;
      }
      if (const Status sound = words(base::join(cache, name), store); !sound) {
        report_.notes.push_back(base::join(store::kCacheFolder, name) +
                                " can't be used; it is ignored, and the next `quire index` makes "
                                "it again: " +
                                sound.error().message);
      }
    }
  }

  /// Work that is done, and no part of the store.
  void note_next(const base::Uuid& owner) {
    const auto next = store::find_next_vectors(files_, folder_);
    if (!next || !*next) {
      return;
    }
    const store::NextContent& content = **next;
    const std::string name = base::join(store::kNextFolder, store::kNextVectorsName);
    report_.notes.push_back(content.header.uuid == owner
                                ? name + " has " + std::to_string(content.vectors.size()) +
                                      " vectors of an unfinished change to " +
                                      content.header.maker + " (" +
                                      std::to_string(content.header.format.dimensions) +
                                      " dimensions); until it is finished the old ones answer"
                                : name + " is of another store; it is ignored");
  }

  Status words(const std::string& path, const base::Uuid& store) {
    QUIRE_TRY_ASSIGN(std::unique_ptr<base::FileBytes> bytes, base::map_file(files_, path));
    QUIRE_TRY_ASSIGN(const auto segment, lexical::Segment::read("words", std::move(bytes)));
    if (segment->uuid() != store) {
      return fail(ErrorCode::corrupt, "it is of another store");
    }
    return segment->verify();
  }

  base::FileSystem& files_;
  const std::string& folder_;
  const store::FolderContent& content_;
  CheckReport report_;
};

/// A folder that can't be opened: for the names in it that are no files, or as `failure` says.
Result<CheckReport> report_of_strangers(base::FileSystem& files,
                                        const std::string& folder,
                                        const Error& failure) {
  const auto strangers = not_files(files, folder);
  if (!strangers || strangers->empty()) {
    return std::unexpected(failure);
  }
  CheckReport report;
  report.exists = true;
  for (const std::string& name : *strangers) {
    report.findings.push_back(
        {name, 0, "what stands in the file's place is no regular file (a folder, a link, a pipe)"});
  }
  return report;
}

}  // namespace

bool is_store_file(const std::string& name) {
  return name == kIndexName || name == kMetadataName || journal::generation_of(name) != 0;
}

Result<std::vector<std::string>> not_files(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(std::vector<std::string> names, files.list(folder));
  std::vector<std::string> out;
  for (const std::string& name : names) {
    QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(base::join(folder, name)));
    if (is_store_file(name) && !stat.is_file) {
      out.push_back(name);
    }
  }
  // What is not there any more was removed meanwhile, and leads nowhere by no fault.
  QUIRE_TRY_ASSIGN(names, files.list(folder));
  std::erase_if(out,
                [&](const std::string& name) { return !std::ranges::binary_search(names, name); });
  return out;
}

Result<CheckReport> check(base::FileSystem& files, const std::string& folder) {
  for (int attempt = 1;; ++attempt) {
    const auto content = store::open_folder(files, folder, true);
    if (!content) {
      return report_of_strangers(files, folder,
                                 content.error().while_doing("check store " + folder));
    }
    auto report = Check(files, folder, *content).run();
    const bool gone = !report && report.error().code == ErrorCode::not_found;
    if (gone && attempt < store::kMaxAttempts) {
      continue;
    }
    if (!report) {
      return std::unexpected(report.error().while_doing("check store " + folder));
    }
    if (report->findings.empty() || attempt == store::kMaxAttempts) {
      return report;
    }
    // What looks damaged may have been a swap of files under our feet, where no lock could be had.
    const auto now = files.list(folder);
    if (!now || *now == content->names) {
      return report;
    }
  }
}

}  // namespace quire::inspecting
