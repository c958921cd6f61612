#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace quire::bench {

/// An empty folder, deleted with all it holds at the end.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "quire-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace quire::bench
