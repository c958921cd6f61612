#pragma once

#include <filesystem>
#include <string>

#include <quire/result.hpp>
#include <quire/vector_store.hpp>

/// Where the tree and its index are.
namespace quire::project {

/// What a user says about it.
struct PlaceOptions {
  std::string root;  ///< "": to be found.
  std::string db;    ///< "": beside the root.
};

struct Place {
  std::filesystem::path root;  ///< Absolute; empty if nothing says where the tree is.
  std::filesystem::path db;    ///< The index's folder, absolute; need not exist.
  bool under_git = false;      ///< The root is a git working tree.
  bool root_known = false;     ///< Said by --root or by a `.quire`; else the store may know better.
};

/// The place for every command but `index`: --root, else the nearest folder upwards with an index,
/// else the nearest with a .git. Errors: `not_found`, which proposes `quire index`.
Result<Place> find_place(const PlaceOptions& options);

/// The place that `quire index PATH` makes: PATH, else what find_place() finds, else the current
/// folder. Errors: `not_found`, `invalid_argument` (not a folder; the home folder or `/` unless
/// named, or indexed before; a PATH in a tree that is indexed, which takes --root).
Result<Place> place_to_index(const PlaceOptions& options, const std::string& path);

/// `place` with its index where a command that writes has it: in the user's cache folder if the
/// root can't be written.
Place to_write_at(Place place, const PlaceOptions& options);

/// The folder that has those indexes; "" if there is no home.
std::filesystem::path indexes_in_cache();

/// True if `db` holds any file of a store.
bool index_exists(const std::filesystem::path& db);

/// The home folder or `/`: nobody means to index all of that by accident.
bool is_whole_home(const std::filesystem::path& root);

/// Creates the index's folder: inside the tree with a .gitignore of its own, which keeps the index
/// out of git and of itself, and known as ours (owned_index.hpp); a cache folder with its tag.
/// Errors: `invalid_argument` for a folder named by --db that holds other things; those of
/// check_owned(), before anything is touched; `store_io`.
Status prepare_folder(const Place& place, const PlaceOptions& options);

/// Opens the place's index. Errors: those of check_owned(); `not_found` if there is none, which
/// proposes `quire index`; the store's own, with what to do about damage.
Result<VectorStore> open_index(const Place& place, const StoreOptions& options = {});

/// Options for opening a place's index to bring it up to date: the first load waits with its syncs
/// and its checkpoint until the end.
StoreOptions options_for_indexing(const Place& place);

/// Nothing if the tree that `store` was made of is the place's, or the place's was said; error:
/// `invalid_argument`, which says how to name it. An index may be anybody's: what it says sends
/// nobody into a folder to index it.
Status check_tree_is_named(const Place& place, const VectorStore& store);

/// The tree that answers about `store` are compared with: the place's, or what the store recorded.
std::filesystem::path root_of(const Place& place, const VectorStore& store);

}  // namespace quire::project
