#include "project/named_models.hpp"

#include <system_error>

#include "base/checksum.hpp"
#include "base/files.hpp"
#include "base/try.hpp"
#include "project/owned_index.hpp"

namespace quire::project {
namespace {

namespace fs = std::filesystem;

/// "" if there is no home.
fs::path notes() {
  const fs::path indexes = known_indexes();
  return indexes.empty() ? fs::path() : indexes.parent_path() / "models";
}

fs::path note_of(const fs::path& folder) {
  return notes() / base::to_hex(base::checksum(folder.native()));
}

std::string text_of(const fs::path& note) {
  return base::read_file(*base::posix_file_system(), note.string()).value_or("");
}

}  // namespace

std::vector<fs::path> named_models() {
  std::vector<fs::path> out;
  std::error_code failed;
  for (fs::directory_iterator note(notes(), failed), end; !failed && note != end;
       note.increment(failed)) {
    out.emplace_back(text_of(note->path()));
  }
  return out;
}

bool is_named_model(const fs::path& folder) {
  return !notes().empty() && text_of(note_of(folder)) == folder.native();
}

Status note_named_model(const std::string& model) {
  std::error_code failed;
  const fs::path folder = fs::canonical(model, failed);
  if (failed || !fs::is_directory(folder, failed) || is_named_model(folder)) {
    return {};
  }
  if (notes().empty()) {
    return fail(ErrorCode::not_found, "there is no home folder");
  }
  const auto files = base::posix_file_system();
  QUIRE_TRY(files->create_folder(notes().string()));
  QUIRE_TRY_ASSIGN(const auto file, files->open(note_of(folder).string(), base::OpenMode::create));
  QUIRE_TRY(file->write_at(0, folder.native()));
  return file->close();
}

}  // namespace quire::project
