#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/glob.hpp"
#include "source/pattern_tree.hpp"

/// gitignore patterns, as gitignore(5) has them.
namespace quire::source {

enum class Verdict : std::uint8_t { none, ignored, included };

/// The rules of one ignore file.
class IgnoreRules {
 public:
  /// `base` is the file's folder relative to the root: "" or "a/b". Lines that mean nothing, or can
  /// match nothing, are left out.
  static IgnoreRules parse(std::string_view text, std::string base);

  /// What the last matching rule says of `path` (relative to the root, `/` between parts). Looks at
  /// this path alone: whoever walks does not enter an ignored folder, so nothing in it is ever
  /// included again. Hardly takes longer for 100,000 rules than for ten.
  Verdict match(std::string_view path, bool is_directory) const;

  bool empty() const { return negated_.empty(); }

 private:
  void add_line(std::string_view line);

  std::string base_;
  GlobSets sets_;
  PatternTree paths_;          ///< Matched against the path below base.
  PatternTree names_;          ///< Matched against its last part.
  std::vector<bool> negated_;  ///< By rule.
};

}  // namespace quire::source
