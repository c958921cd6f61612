#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/cache_folder.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/leftovers.hpp"
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
    if (content_.index) {
      QUIRE_TRY(find(kIndexName, index(content_.index->view())));
    }
    if (content_.metadata) {
      QUIRE_TRY(find(kMetadataName, metadata(content_.metadata->view())));
    }
    for (const store::JournalFile& file : content_.journals) {
      QUIRE_TRY_ASSIGN(const std::string bytes, file.file->read_at(0, file.size));
      QUIRE_TRY(find(file.name, journal(bytes, file.name)));
    }
    for (const std::string& name : content_.names) {
      if (store::is_leftover(name)) {
        report_.notes.push_back(name +
                                " is left over from a write that was cut short; the next "
                                "write removes it");
      }
    }
    return {};
  }

  /// Reports damage. What is no damage (a newer format, a swap that goes on) ends the check.
  Status find(const std::string& name, const Status& sound) {
    if (sound) {
      return {};
    }
    if (!is_damage(sound.error())) {
      return sound;
    }
    const std::string& problem = sound.error().message;
    const std::size_t path = problem.find(folder_);  // It may hold a "byte 7" of its own.
    const std::size_t text = path == std::string::npos ? 0 : path + folder_.size();
    report_.findings.push_back({name, byte_in(std::string_view(problem).substr(text)), problem});
    return {};
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

  Status journal(std::string_view bytes, const std::string& name) {
    QUIRE_TRY_ASSIGN(const journal::Header header, journal::read_header(bytes, name));
    QUIRE_TRY_ASSIGN(const journal::Scan scan,
                     journal::scan(bytes, header, journal::kHeaderSize, header.base_lsn, name));
    for (const journal::Frame& frame : scan.frames) {
      if (const auto record = store::decode_redo_record(frame.payload); !record) {
        return std::unexpected(
            record.error().while_doing("commit at byte " + std::to_string(frame.offset)));
      }
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
      return {};
    }
    const bool said = !report_.findings.empty() && is_damage(recovered.error());
    return said ? Status{} : find(folder_, std::unexpected(recovered.error()));
  }

  /// A cache holds nothing that the files don't: whatever is wrong with it is no damage.
  void note_cache(const store::CheckpointImage& image) {
    if (content_.cache && content_.cache->view() != image.cache()) {
      report_.notes.push_back(store::cache_name(image.index_lsn()) +
                              " does not belong to the files beside it; it is ignored, and the "
                              "next checkpoint removes it");
    }
  }

  base::FileSystem& files_;
  const std::string& folder_;
  const store::FolderContent& content_;
  CheckReport report_;
};

}  // namespace

Result<CheckReport> check(base::FileSystem& files, const std::string& folder) {
  for (int attempt = 1;; ++attempt) {
    const auto content = store::open_folder(files, folder, true);
    if (!content) {
      return std::unexpected(content.error().while_doing("check store " + folder));
    }
    auto report = Check(files, folder, *content).run();
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
