#pragma once

#include <filesystem>
#include <string>

namespace quire::cli {

/// Paths of a tree as the current folder has them, if that is in the tree: "evict.c" in src/, and
/// "../tests/a.c". Elsewhere they stay relative to the root.
class PathFromHere {
 public:
  explicit PathFromHere(const std::filesystem::path& root);

  std::string operator()(const std::string& path) const;

 private:
  std::filesystem::path here_;  ///< Relative to the root; empty: paths stay as they are.
};

}  // namespace quire::cli
