#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/gitignore.hpp"

namespace quire::source {

/// Larger ignore files are not obeyed, as git has it for its own beyond 100 MiB.
inline constexpr std::uint64_t kMostIgnoreBytes = std::uint64_t{8} << 20;

/// The ignore files that may lie in a folder, weakest first.
enum class IgnoreFile : std::uint8_t { git, plain, quire };

/// In their order.
inline constexpr std::string_view kIgnoreFileNames[] = {".gitignore", ".ignore", ".quireignore"};

/// .gitignore, .ignore and .quireignore; nothing for any other name.
std::optional<IgnoreFile> ignore_file_named(std::string_view name);

/// All rules that hold at one place of a walk.
///
/// What decides, strongest first: .quireignore, .ignore, .gitignore, .git/info/exclude, the user's
/// own excludes. Within a kind the deeper folder's file is asked first, within a file the last
/// line. git's rules end at the border of a git tree: a folder with a .git of its own does not
/// inherit them.
class IgnoreStack {
 public:
  struct TooLarge {
    std::string path;
    std::uint64_t bytes;
  };

  /// What holds in `root` before its own files: those of its parents up to the git tree's top, and
  /// the user's.
  static IgnoreStack above(const std::filesystem::path& root);

  /// Adds the ignore files of a folder of the walk: `prefix` is "" or "a/b/", `files` which of them
  /// it has, `git_tree` whether it has a .git.
  void enter(const std::string& prefix, const std::vector<IgnoreFile>& files, bool git_tree);

  /// Whether `path` (relative to the walk's root) is ignored; its parents are not asked again.
  bool ignored(std::string_view path, bool is_directory) const;

  /// Whether a .quireignore has a `!` rule that decides about this file.
  bool asked_for(std::string_view path) const;

  /// The files that were too large so far: relative to the walk's root if they lie in it.
  const std::vector<TooLarge>& too_large() const { return too_large_; }

  /// How many files' rules are held, and back to that many.
  std::size_t size() const { return levels_.size(); }
  void shrink(std::size_t size) { levels_.resize(size); }

 private:
  enum class Kind : std::uint8_t { user, exclude, git, plain, quire, border };  // Weakest first.
  struct Level {
    Kind kind = Kind::git;
    IgnoreRules rules;
  };

  struct Decision {
    Verdict verdict = Verdict::none;
    Kind by = Kind::user;
  };

  Decision decision(std::string_view path, bool is_directory) const;
  std::string text_of(const std::filesystem::path& folder, std::string_view name);
  std::string text_of_gits(const std::filesystem::path& file);
  void push(Kind kind, std::string_view text, const std::string& base);
  void begin_git_tree(const std::filesystem::path& top, const std::string& base);
  void push_files_of(const std::filesystem::path& folder, const std::string& base);

  std::filesystem::path root_;
  std::string above_;  ///< Where the root is below the git tree's top: "" or "a/b/".
  std::string user_rules_;
  std::vector<Level> levels_;
  std::vector<TooLarge> too_large_;
};

}  // namespace quire::source
