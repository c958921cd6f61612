#include "project/owned_index.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include <quire/indexer.hpp>

#include "base/checksum.hpp"
#include "base/files.hpp"
#include "base/folder_identity.hpp"
#include "base/owners_access.hpp"
#include "base/try.hpp"

// OWNER is three lines of text:
//
//     quire owner 1
//     id 32 HEX DIGITS
//     folder INODE SECONDS.NANOSECONDS
//
// and the state folder has a file indexes/ID that names the tree.

namespace quire::project {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnerName = "OWNER";
/// Replaces it when it is whole: whoever is killed between leaves no torn one.
constexpr const char* kNewOwnerName = "OWNER.new";
constexpr std::string_view kFirstLine = "quire owner 1\n";
constexpr std::string_view kIdLine = "id ";
constexpr std::string_view kFolderLine = "folder ";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kMostOwnerBytes = 4096;

/// The rest of the line of `text` that begins with `begin`.
std::string_view line_after(std::string_view text, std::string_view begin) {
  const std::size_t at = text.find("\n" + std::string(begin));
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = text.substr(at + 1 + begin.size());
  return rest.substr(0, rest.find('\n'));
}

bool is_id(std::string_view text) {
  return text.size() == 2 * kIdBytes &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_known_here(std::string_view id) {
  const fs::path folder = known_indexes();
  if (folder.empty() || !is_id(id)) {
    return false;
  }
  std::error_code failed;
  return fs::is_regular_file(folder / id, failed);
}

/// The text of OWNER; "" if there is none that can be read.
std::string owner_of(const Place& place) {
  const std::string db = place.db.string();
  const auto files = base::folder_file_system(db);
  const auto file = files->open(base::join(db, kOwnerName), base::OpenMode::read);
  return file ? (*file)->read_at(0, kMostOwnerBytes).value_or("") : "";
}

/// A folder in which making an index was begun, or nothing: there is nothing in it to act on.
bool is_as_good_as_empty(const fs::path& db) {
  std::error_code failed;
  const fs::directory_iterator entries(db, failed);
  return !failed && std::ranges::all_of(entries, [](const fs::directory_entry& entry) {
    std::error_code unknown;
    return entry.path().filename() == kNewOwnerName &&
           entry.symlink_status(unknown).type() == fs::file_type::regular;
  });
}

bool names_us(const Place& place, std::string_view owner) {
  const std::string identity = base::folder_identity(place.db.string());
  return owner.starts_with(kFirstLine) &&
         (is_known_here(line_after(owner, kIdLine)) ||
          (!identity.empty() && line_after(owner, kFolderLine) == identity));
}

/// An index of 0.1.0 says by its files' inodes that it was made here.
bool knows_this_tree(const Place& place) {
  const auto store = VectorStore::open(place.db, {.read_only = true});
  return store && was_made_at(*store, place.root);
}

bool is_in_tree(const Place& place) {
  return !place.root.empty() && place.db.parent_path() == place.root &&
         place.db.filename() == ".quire";
}

Status refuse(const Place& place, const std::string& what) {
  return fail(ErrorCode::unavailable,
              place.db.string() + " " + what + ", so it is not used; `quire index --rebuild " +
                  place.root.string() +
                  "` moves it aside and makes your own, `quire index --adopt " +
                  place.root.string() + "` takes it as yours");
}

Status write_file(const fs::path& path, const std::string& text) {
  const auto files = base::posix_file_system();
  QUIRE_TRY_ASSIGN(const auto file, files->open(path.string(), base::OpenMode::create));
  QUIRE_TRY(file->write_at(0, text));
  return file->close();
}

/// The state folder's part of the proof. It says in its own .gitignore that it is no source, for
/// those whose home folder is a tree.
Status note_id(const std::string& id, const Place& place) {
  const fs::path folder = known_indexes();
  if (folder.empty()) {
    return {};
  }
  QUIRE_TRY(base::posix_file_system()->create_folder(folder.string()));
  const fs::path ignored = folder.parent_path() / ".gitignore";
  std::error_code failed;
  if (!fs::exists(ignored, failed)) {  // A server may write below `folder` alone.
    QUIRE_TRY(write_file(ignored, "*\n"));
  }
  return write_file(folder / id, place.root.string() + "\n");
}

}  // namespace

bool is_owner_file(const fs::path& file) {
  return file.filename() == kOwnerName || file.filename() == kNewOwnerName;
}

fs::path known_indexes() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && fs::path(state).is_absolute()) {
    return fs::path(state) / "quire" / "indexes";
  }
  const char* const home = std::getenv("HOME");
  std::error_code failed;
  return home == nullptr || !fs::is_directory(home, failed)
             ? fs::path()
             : fs::path(home) / ".local" / "state" / "quire" / "indexes";
}

Status check_owned(const Place& place) {
  std::error_code failed;
  const fs::file_status found = fs::symlink_status(place.db, failed);
  if (!is_in_tree(place) || found.type() == fs::file_type::not_found) {
    return {};
  }
  if (found.type() != fs::file_type::directory) {
    return refuse(place, "is no folder but a link or another kind of file");
  }
  if (is_as_good_as_empty(place.db) || names_us(place, owner_of(place))) {
    return {};
  }
  const bool has_owner =
      fs::symlink_status(place.db / kOwnerName, failed).type() != fs::file_type::not_found;
  if (!has_owner && knows_this_tree(place)) {
    return {};
  }
  return refuse(place, "was not made here by you");
}

Status mark_owned(const Place& place) {
  if (!is_in_tree(place) || names_us(place, owner_of(place))) {
    return {};
  }
  const std::string db = place.db.string();
  const auto files = base::folder_file_system(db);
  QUIRE_TRY_ASSIGN(const std::string bytes, files->entropy(kIdBytes));
  const std::string id = base::to_hex(bytes);
  const std::string fresh = base::join(db, kNewOwnerName);
  QUIRE_TRY_ASSIGN(const auto file, files->open(fresh, base::OpenMode::create));
  QUIRE_TRY(file->write_at(0, std::string(kFirstLine) + std::string(kIdLine) + id + "\n" +
                                  std::string(kFolderLine) + base::folder_identity(db) + "\n"));
  QUIRE_TRY(file->sync());
  QUIRE_TRY(file->close());
  QUIRE_TRY(files->rename(fresh, base::join(db, kOwnerName)));
  QUIRE_TRY(files->sync_folder(db));
  QUIRE_TRY(base::keep_to_owner(db));
  const Status noted = note_id(id, place);
  static_cast<void>(noted);  // The folder's identity is proof enough.
  return {};
}

Result<std::string> set_aside(const Place& place) {
  std::string kept = place.db.string() + ".foreign";
  std::error_code failed;
  for (int number = 2; fs::symlink_status(kept, failed).type() != fs::file_type::not_found;
       ++number) {
    kept = place.db.string() + ".foreign." + std::to_string(number);
  }
  QUIRE_TRY(base::posix_file_system()->rename(place.db.string(), kept));
  return kept;
}

}  // namespace quire::project
