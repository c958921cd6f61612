#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
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

/// The byte that an error names: every reader of ours says "byte N" of where it stopped.
std::uint64_t byte_in(std::string_view message) {
  constexpr std::string_view kWord = "byte ";
  const std::size_t at = message.rfind(kWord);
  std::uint64_t byte = 0;
  if (at != std::string_view::npos) {
    for (std::size_t i = at + kWord.size();
         i < message.size() && std::isdigit(static_cast<unsigned char>(message[i])) != 0; ++i) {
      byte = byte * 10 + static_cast<std::uint64_t>(message[i] - '0');
    }
  }
  return byte;
}

/// Looks at each file by itself, then at what they say together.
class Check {
 public:
  Check(base::FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

  Result<CheckReport> run() {
    QUIRE_TRY_ASSIGN(const base::FileStat stat, files_.stat(folder_));
    if (!stat.exists) {
      return std::move(report_);
    }
    QUIRE_TRY_ASSIGN(names_, files_.list(folder_));
    report_.exists = std::ranges::any_of(names_, [](const std::string& name) {
      return name == kIndexName || name == kMetadataName || journal::generation_of(name) != 0;
    });
    if (!report_.exists) {
      return std::move(report_);
    }
    QUIRE_TRY(each_file());
    QUIRE_TRY(together());
    return std::move(report_);
  }

 private:
  Status each_file() {
    for (const std::string& name : names_) {
      if (name == kIndexName) {
        QUIRE_TRY(read(name, &Check::index));
      } else if (name == kMetadataName) {
        QUIRE_TRY(read(name, &Check::metadata));
      } else if (journal::generation_of(name) != 0) {
        QUIRE_TRY(read(name, &Check::journal));
      } else if (store::is_leftover(name)) {
        report_.notes.push_back(name +
                                " is left over from a write that was cut short; the next "
                                "write removes it");
      }
    }
    return {};
  }

  Status read(const std::string& name,
              Status (Check::*look)(std::string_view, const std::string&)) {
    QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(files_, base::join(folder_, name)));
    if (const Status sound = (this->*look)(bytes->view(), name); !sound) {
      find(name, sound.error());
    }
    return {};
  }

  void find(const std::string& name, const Error& error) {
    report_.findings.push_back({name, byte_in(error.message), error.message});
  }

  Status index(std::string_view bytes, const std::string& name) {
    static_cast<void>(name);
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

  Status metadata(std::string_view bytes, const std::string& name) {
    static_cast<void>(name);
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
    const auto recovered = store::recover(files_, folder_, {});
    if (recovered) {
      report_.lsn = recovered->view.lsn;
      report_.chunks = recovered->view.live_rows;
      return {};
    }
    if (recovered.error().code == ErrorCode::store_io) {
      return std::unexpected(recovered.error());
    }
    if (report_.findings.empty()) {
      find(folder_, recovered.error());
    }
    return {};
  }

  base::FileSystem& files_;
  const std::string& folder_;
  std::vector<std::string> names_;
  CheckReport report_;
};

}  // namespace

Result<CheckReport> check(base::FileSystem& files, const std::string& folder) {
  return Check(files, folder).run();
}

}  // namespace quire::inspecting
