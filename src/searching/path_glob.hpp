#pragma once

#include <string>
#include <string_view>

#include <quire/filter.hpp>

#include "source/glob.hpp"

namespace quire::searching {

/// A path pattern as people write it: see SearchRequest::path_glob.
///
/// filter() accepts at least every chunk whose path matches; it may accept more, so matches() must
/// be asked.
class PathGlob {
 public:
  /// "" matches everything. A leading "./" or "/" only says that the pattern starts at the root.
  explicit PathGlob(std::string_view text);

  bool matches(std::string_view path) const;
  const Filter& filter() const { return filter_; }

 private:
  std::string
      pattern_;  ///< From the root: a pattern that may match at any depth begins with "**/".
  source::Glob glob_;
  source::Glob inside_;  ///< Of what is in a folder that matches.
  Filter filter_;
};

}  // namespace quire::searching
