#include "project/place.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "base/checksum.hpp"
#include "base/files.hpp"
#include "base/try.hpp"
#include "project/owned_index.hpp"

namespace quire::project {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = ".quire";
constexpr const char* kIgnoreFile = ".gitignore";
constexpr const char* kCacheTag = "CACHEDIR.TAG";

fs::path real_path(const fs::path& path) {
  std::error_code failed;
  fs::path result = fs::weakly_canonical(fs::absolute(path, failed), failed);
  if (failed) {
    return path;
  }
  return result;
}

bool is_folder(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

bool is_something(const fs::path& path) {
  std::error_code failed;
  return fs::symlink_status(path, failed).type() != fs::file_type::not_found;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Where the index of a root that can't be written goes; empty if there is no cache folder either.
fs::path cache_folder(const fs::path& root) {
  const fs::path cache = indexes_in_cache();
  return cache.empty() ? cache : cache / base::to_hex(base::checksum(root.native()));
}

/// What is no index of ours is named, not passed over: a link that leads nowhere, say.
bool has_index(const fs::path& root) {
  const fs::path cache = cache_folder(root);
  return is_something(root / kFolder) || (!cache.empty() && index_exists(cache));
}

/// The nearest of `start` and the folders above it that `fits`.
template <class Fits>
std::optional<fs::path> nearest(const fs::path& start, Fits fits) {
  for (fs::path folder = start;; folder = folder.parent_path()) {
    if (fits(folder)) {
      return folder;
    }
    if (folder == folder.parent_path()) {
      return std::nullopt;
    }
  }
}

std::optional<fs::path> db_override(const PlaceOptions& options) {
  const std::string db = options.db.empty() ? environment("QUIRE_DB") : options.db;
  return db.empty() ? std::nullopt : std::optional(real_path(db));
}

/// `.quire` in the root; the cache folder if that can't be written, or if only that has an index.
fs::path default_db(const fs::path& root, bool to_write) {
  fs::path local = root / kFolder;
  const fs::path cache = cache_folder(root);
  if (cache.empty()) {
    return local;
  }
  const bool can_write = base::is_writable((is_folder(local) ? local : root).string());
  if (to_write) {
    return can_write ? local : cache;
  }
  const bool only_cache = index_exists(cache) && (!can_write || !index_exists(local));
  return only_cache ? cache : local;
}

Place place_at(const PlaceOptions& options, const fs::path& root, bool to_write) {
  Place place;
  place.root = root;
  place.under_git = is_there(root / ".git");
  place.db = db_override(options).value_or(default_db(root, to_write));
  return place;
}

/// A root that was found, not said.
std::optional<Place> discover(const PlaceOptions& options, bool to_write) {
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  const bool elsewhere = db_override(options).has_value();
  if (!elsewhere) {
    if (const auto root = nearest(here, has_index)) {
      Place place = place_at(options, *root, to_write);
      place.root_known = true;
      return place;
    }
  }
  const auto git = nearest(here, [](const fs::path& folder) { return is_there(folder / ".git"); });
  return git ? std::optional(place_at(options, *git, to_write)) : std::nullopt;
}

Result<Place> place_said(const PlaceOptions& options, const std::string& path, bool to_write) {
  const fs::path root = real_path(path);
  if (!is_there(root)) {
    return fail(ErrorCode::not_found, "no such folder: " + path);
  }
  if (!is_folder(root)) {
    return fail(ErrorCode::invalid_argument,
                path + " is a file; name the folder of the whole tree instead");
  }
  Place place = place_at(options, root, to_write);
  place.root_known = true;
  return place;
}

/// Writes a file that is not there, or of which a run that was killed left nothing.
Status write_if_missing(const fs::path& file, std::string_view text) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(file, failed);
  if (!failed && size > 0) {
    return {};
  }
  const auto files = base::folder_file_system(file.parent_path().string());
  QUIRE_TRY_ASSIGN(auto opened, files->open(file.string(), base::OpenMode::create));
  QUIRE_TRY(opened->write_at(0, text));
  return opened->close();
}

bool is_store_file(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == "metadata.json" || name == "index.usearch" || name == "LOCK" ||
         (name.starts_with("journal-") && name.ends_with(".log"));
}

/// What prepare_folder() writes.
bool is_mark(const fs::path& file) {
  return file.filename() == kIgnoreFile || file.filename() == kCacheTag || is_owner_file(file);
}

/// True if `folder` is below `root`.
bool is_inside(const fs::path& folder, const fs::path& root) {
  const fs::path below = folder.lexically_relative(root);
  return !root.empty() && !below.empty() && below != "." && *below.begin() != "..";
}

/// A folder that is absent, empty, or holds an index.
bool may_hold_index(const fs::path& db) {
  std::error_code failed;
  bool empty = true;
  for (fs::directory_iterator entry(db, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (is_store_file(entry->path())) {
      return true;
    }
    empty = empty && is_mark(entry->path());
  }
  return empty;
}

bool is_damage(ErrorCode code) {
  return code == ErrorCode::corrupt || code == ErrorCode::store_serde ||
         code == ErrorCode::store_index;
}

/// There is no index; or what could be one can't be read.
Error no_index_in(const fs::path& db) {
  std::error_code failed;
  const fs::directory_iterator listed(db, failed);
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return {ErrorCode::store_io, "read " + db.string() + ": " + failed.message()};
  }
  return {ErrorCode::not_found, "no index in " + db.string() + "; `quire index` builds one"};
}

}  // namespace

fs::path indexes_in_cache() {
  const fs::path cache = environment("XDG_CACHE_HOME");
  if (cache.is_absolute()) {
    return cache / "quire";
  }
  const std::string home = environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache" / "quire";
}

Result<Place> find_place(const PlaceOptions& options) {
  if (!options.root.empty()) {
    return place_said(options, options.root, false);
  }
  if (auto place = discover(options, false)) {
    return *std::move(place);
  }
  if (const auto db = db_override(options)) {
    Place place;
    place.db = *db;
    return place;
  }
  std::error_code failed;
  return fail(ErrorCode::not_found, "no index and no git repository at or above " +
                                        fs::current_path(failed).string() +
                                        "; run `quire index` in the top folder of your code");
}

Place to_write_at(Place place, const PlaceOptions& options) {
  place.db = db_override(options).value_or(default_db(place.root, true));
  return place;
}

namespace {

/// A folder of a tree that is indexed already, by a `.` that was typed in it: an index of its own
/// would hide the tree's.
Status check_no_part(const std::string& path) {
  const fs::path root = real_path(path);
  if (has_index(root) || is_there(root / ".git") || root == root.root_path()) {
    return {};
  }
  const auto around = nearest(root.parent_path(), has_index);
  if (!around || is_whole_home(*around)) {
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              root.string() + " lies in " + around->string() +
                  ", which is indexed already: `quire index` brings that up to date, `quire index "
                  "--root " +
                  path + "` makes an index of its own");
}

}  // namespace

Result<Place> place_to_index(const PlaceOptions& options, const std::string& path) {
  if (!path.empty() && options.root.empty() && !db_override(options)) {
    QUIRE_TRY(check_no_part(path));
  }
  const std::string& said = path.empty() ? options.root : path;
  if (!path.empty() && !options.root.empty() && real_path(path) != real_path(options.root)) {
    return fail(ErrorCode::invalid_argument, "--root " + options.root + " and " + path +
                                                 " are two different roots; name one of them");
  }
  if (!said.empty()) {
    return place_said(options, said, true);
  }
  std::error_code failed;
  const fs::path here = fs::current_path(failed);
  Place place = discover(options, true).value_or(place_at(options, here, true));
  if (is_whole_home(place.root) && !index_exists(place.db)) {
    return fail(ErrorCode::invalid_argument,
                place.root.string() +
                    " is not one project; go to a project's folder, or "
                    "say `quire index .` to index all of " +
                    here.string());
  }
  return place;
}

bool index_exists(const fs::path& db) {
  std::error_code failed;
  for (fs::directory_iterator entry(db, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (is_store_file(entry->path()) && entry->path().filename() != "LOCK") {
      return true;
    }
  }
  return false;
}

bool is_whole_home(const fs::path& root) {
  const std::string home = environment("HOME");
  return root == root.root_path() || (!home.empty() && real_path(root) == real_path(home));
}

Status prepare_folder(const Place& place, const PlaceOptions& options) {
  QUIRE_TRY(check_owned(place));
  if (db_override(options) && !may_hold_index(place.db)) {
    return fail(ErrorCode::invalid_argument,
                place.db.string() + " holds other files and no index; name a new or empty folder");
  }
  const std::string db = base::real_path(place.db.string());
  if (auto made = base::folder_file_system(db)->create_folder(db); !made) {
    return fail(made.error().code,
                made.error().message + "; --db or QUIRE_DB names another folder for the index");
  }
  QUIRE_TRY(mark_owned(place));
  if (is_inside(place.db, place.root)) {
    QUIRE_TRY(write_if_missing(place.db / kIgnoreFile, "*\n"));
  }
  if (place.db == cache_folder(place.root)) {
    QUIRE_TRY(
        write_if_missing(place.db / kCacheTag, "Signature: 8a477f597d28d172789f06886806bc55\n"));
  }
  return {};
}

Result<VectorStore> open_index(const Place& place, const StoreOptions& options) {
  QUIRE_TRY(check_owned(place));
  if (!index_exists(place.db)) {
    return std::unexpected(no_index_in(place.db));
  }
  Result<VectorStore> store = VectorStore::open(place.db, options);
  if (!store && is_damage(store.error().code)) {
    return fail(store.error().code, store.error().message +
                                        "; `quire check` says what is damaged, `quire index "
                                        "--rebuild` starts over from the sources");
  }
  return store;
}

StoreOptions options_for_indexing(const Place& place) {
  StoreOptions options;
  if (!index_exists(place.db)) {
    options.durability = Durability::bulk;
    options.automatic_checkpoint = false;
  }
  return options;
}

Status check_tree_is_named(const Place& place, const VectorStore& store) {
  const fs::path recorded = root_of(place, store);
  if (recorded == place.root) {
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              "the index in " + place.db.string() + " is of the tree " + recorded.string() +
                  ", which nobody named here; --root " + recorded.string() +
                  " does, or the root of another tree");
}

fs::path root_of(const Place& place, const VectorStore& store) {
  const std::string recorded = store.attribute("root").value_or("");
  return place.root_known || recorded.empty() ? place.root : fs::path(recorded);
}

}  // namespace quire::project
