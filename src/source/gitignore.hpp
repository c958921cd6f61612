#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// gitignore patterns, as gitignore(5) has them.
namespace quire::source {

enum class Verdict : std::uint8_t { none, ignored, included };

/// The rules of one ignore file.
class IgnoreRules {
 public:
  /// `base` is the file's folder relative to the root: "" or "a/b". Lines that mean nothing are
  /// left out.
  static IgnoreRules parse(std::string_view text, std::string base);

  /// What the last matching rule says of `path` (relative to the root, `/` between parts). Looks at
  /// this path alone: whoever walks does not enter an ignored folder, so nothing in it is ever
  /// included again.
  Verdict match(std::string_view path, bool is_directory) const;

  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::string pattern;
    std::size_t literal = 0;  ///< How much of `pattern` in front holds no wildcard and no escape.
    bool negated = false;
    bool directory_only = false;
    bool anchored = false;  ///< Matched against the path below base, else against the last part.
    bool suffix = false;  ///< `*` and then a literal: the commonest kind, compared without a glob.
  };

  static bool matches(const Rule& rule, std::string_view below_base, std::string_view name);
  void add_line(std::string_view line);

  std::string base_;
  std::vector<Rule> rules_;
};

/// True if `text` matches a glob of gitignore's kind: `*` and `?` never match `/`, `**` between
/// slashes matches any folders, `[...]` a set, `\` the next character. Linear in practice, never
/// exponential.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace quire::source
