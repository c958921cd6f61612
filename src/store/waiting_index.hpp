#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"

/// How a pair takes the place of one whose vectors are others: from an index.usearch of the one and
/// a metadata.json of the other nothing could be made. So the new index.usearch waits under a name
/// that says which metadata.json it belongs to, index.usearch.<its checksum>, and the rename of
/// that one, a single step, decides for both. Whoever opens the store in between takes the waiting
/// file; the next writer gives it its place.
namespace quire::store {

/// True for "index.usearch.0123456789abcdef".
bool is_waiting_index(std::string_view name);

/// The one among `names` that belongs to the file `metadata`, if there is one.
std::optional<std::string> waiting_index(const std::vector<std::string>& names,
                                         std::string_view metadata);

/// Lets index.usearch.tmp wait for metadata.json.tmp, durably. Its name.
Result<std::string> let_index_wait(base::FileSystem& files, const std::string& folder);

/// Renames metadata.json.tmp, which decides; the index in its place, both are on the disk when this
/// returns. After an error nobody knows which pair it is until the store is opened again.
Status switch_pair(base::FileSystem& files, const std::string& folder, const std::string& waiting);

/// Ends a switch that was cut short.
Status place_waiting_index(base::FileSystem& files,
                           const std::string& folder,
                           const std::string& waiting);

}  // namespace quire::store
