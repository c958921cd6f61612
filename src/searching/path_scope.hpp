#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/filter.hpp>

#include "searching/path_glob.hpp"

namespace quire::searching {

/// Which files may answer, as far as their paths tell: those of SearchRequest::paths, with or
/// without tests.
///
/// filter() accepts at least every chunk whose path matches; it may accept more, so matches() must
/// be asked.
class PathScope {
 public:
  PathScope(std::span<const std::string> patterns, bool tests);

  bool matches(std::string_view path) const;
  const Filter& filter() const { return filter_; }

 private:
  std::vector<PathGlob> only_;
  std::vector<PathGlob> without_;
  Filter filter_;
  bool tests_;
};

/// `pattern` once for each choice that its braces give: "a.{c,h}" is "a.c" and "a.h". Braces that
/// do not close, or have no comma in them, stand for themselves; of more than 256 choices the
/// pattern stays as it is.
std::vector<std::string> without_braces(std::string_view pattern);

}  // namespace quire::searching
