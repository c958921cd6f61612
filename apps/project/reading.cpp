#include "project/reading.hpp"

#include <system_error>

#include <quire/indexer.hpp>

#include "base/files.hpp"
#include "project/confinement.hpp"
#include "project/model.hpp"
#include "project/named_models.hpp"
#include "project/owned_index.hpp"

namespace quire::project {
namespace {

namespace fs = std::filesystem;

using Places = std::vector<fs::path>;

/// Of a model's folder so many are looked at, which is more than one has.
constexpr int kMostEntries = 1000;

/// With the files that links in it lead to: those who keep models in a cache have them so.
void add_model(const fs::path& said, Places& out) {
  std::error_code failed;
  const fs::path folder = fs::canonical(said, failed);
  if (failed || !fs::is_directory(folder, failed)) {
    return;
  }
  out.push_back(folder);
  fs::recursive_directory_iterator entry(folder, failed);
  for (int seen = 0; !failed && seen < kMostEntries && entry != fs::end(entry); ++seen) {
    std::error_code gone;
    if (entry->is_symlink(gone)) {
      out.push_back(fs::canonical(entry->path(), gone));
    }
    entry.increment(failed);
  }
}

void add_models(const std::string& said, Places& out) {
  add_model(said_model(said), out);
  for (const fs::path& folder : named_models()) {
    add_model(folder, out);
  }
}

/// What the user's folders have of ours. What is not there yet and may be made needs the folder
/// above it, too.
void add_users_folders(const Place& place, Places& out) {
  const fs::path state = known_indexes().parent_path();
  const bool is_new = !index_exists(place.db);
  for (const fs::path& folder : {place.db, state}) {
    out.push_back(is_new && !folder.empty() ? nearest_there(folder) : folder);
  }
  const bool goes_to_cache = is_new && !base::is_writable(place.root.string());
  out.push_back(goes_to_cache ? nearest_there(indexes_in_cache()) : indexes_in_cache());
}

}  // namespace

std::optional<Places> places_to_read(const Place& place, const std::string& model) {
  const bool index_knows_better = !place.root_known && index_exists(place.db);
  if (place.root.empty() || index_knows_better || is_said_remote(model)) {
    return std::nullopt;
  }
  Places out{place.root};
  add_users_folders(place, out);
  const Places ignore_places = ignore_places_outside(place.root);
  out.insert(out.end(), ignore_places.begin(), ignore_places.end());
  add_models(model, out);
  return out;
}

void forbid_other_reads(const Place& place, const std::string& model) {
  if (const auto places = places_to_read(place, model)) {
    forbid_reads_but_below(*places);
  }
}

}  // namespace quire::project
