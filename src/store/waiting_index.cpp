#include "store/waiting_index.hpp"

#include <algorithm>
#include <memory>

#include "base/try.hpp"
#include "store/checkpoint_image.hpp"
#include "store/merge.hpp"
#include "store/records/spelling.hpp"

namespace quire::store {
namespace {

constexpr std::size_t kDigits = 16;

std::string waiting_name(std::string_view checksum) {
  return std::string(kIndexName) + "." + std::string(checksum);
}

}  // namespace

bool is_waiting_index(std::string_view name) {
  const std::string begin = waiting_name("");
  return name.size() == begin.size() + kDigits && name.starts_with(begin) &&
         name.find_first_not_of("0123456789abcdef", begin.size()) == std::string_view::npos;
}

std::optional<std::string> waiting_index(const std::vector<std::string>& names,
                                         std::string_view metadata) {
  const auto checksum = records::claimed_checksum(metadata);
  const auto found = checksum ? std::ranges::find(names, waiting_name(*checksum)) : names.end();
  return found == names.end() || !is_waiting_index(*found) ? std::nullopt : std::optional(*found);
}

Result<std::string> let_index_wait(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(const std::unique_ptr<base::FileBytes> metadata,
                   base::map_file(files, base::join(folder, temporary_name(kMetadataName))));
  const auto checksum = records::claimed_checksum(metadata->view());
  if (!checksum) {
    return fail(ErrorCode::internal, temporary_name(kMetadataName) + " has no checksum");
  }
  std::string name = waiting_name(*checksum);
  QUIRE_TRY(files.rename(base::join(folder, temporary_name(kIndexName)), base::join(folder, name)));
  QUIRE_TRY(files.sync_folder(folder));
  return name;
}

Status switch_pair(base::FileSystem& files, const std::string& folder, const std::string& waiting) {
  QUIRE_TRY(files.rename(base::join(folder, temporary_name(kMetadataName)),
                         base::join(folder, kMetadataName)));
  return place_waiting_index(files, folder, waiting);
}

Status place_waiting_index(base::FileSystem& files,
                           const std::string& folder,
                           const std::string& waiting) {
  // The rename that decided is not on the disk yet, a killed writer's neither.
  QUIRE_TRY(files.sync_folder(folder));
  QUIRE_TRY(files.rename(base::join(folder, waiting), base::join(folder, kIndexName)));
  return files.sync_folder(folder);
}

}  // namespace quire::store
