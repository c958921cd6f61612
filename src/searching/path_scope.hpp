#pragma once

#include <string_view>

#include <quire/filter.hpp>

#include "searching/file_role.hpp"
#include "searching/path_glob.hpp"

namespace quire::searching {

/// Which files may answer, as far as their paths tell: those of SearchRequest::path_glob, with or
/// without tests.
///
/// filter() accepts at least every chunk whose path matches; it may accept more, so matches() must
/// be asked.
class PathScope {
 public:
  PathScope(std::string_view glob, bool tests) : glob_(glob), tests_(tests) {}

  bool matches(std::string_view path) const {
    return glob_.matches(path) && (tests_ || role_of(path, "") != FileRole::test);
  }
  const Filter& filter() const { return glob_.filter(); }

 private:
  PathGlob glob_;
  bool tests_;
};

}  // namespace quire::searching
