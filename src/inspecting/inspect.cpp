#include <quire/inspect.hpp>

#include "inspecting/inspect_files.hpp"

namespace quire {

Result<CheckReport> check_store(const std::filesystem::path& folder) {
  return inspecting::check(*base::posix_file_system(), folder.string());
}

Result<RepairReport> repair_store(const std::filesystem::path& folder,
                                  const std::function<Status(VectorStore&)>& amend) {
  return inspecting::repair(base::posix_file_system(), folder.string(), amend);
}

Status dump_file(const std::filesystem::path& file, std::ostream& out) {
  return inspecting::dump(*base::posix_file_system(), file.string(), out);
}

}  // namespace quire
