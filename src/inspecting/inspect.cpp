#include <quire/inspect.hpp>

#include "inspecting/inspect_files.hpp"

namespace quire {

Result<CheckReport> check_store(const std::filesystem::path& folder) {
  const std::string place = base::real_path(folder.string());
  return inspecting::check(*base::folder_file_system(place), place);
}

Result<RepairReport> repair_store(const std::filesystem::path& folder,
                                  const std::function<Status(VectorStore&)>& amend) {
  const std::string place = base::real_path(folder.string());
  return inspecting::repair(base::folder_file_system(place), place, amend);
}

Status dump_file(const std::filesystem::path& file, std::ostream& out) {
  return inspecting::dump(*base::posix_file_system(), file.string(), out);
}

}  // namespace quire
