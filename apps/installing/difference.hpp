#pragma once

#include <string>

#include "installing/file_text.hpp"

namespace quire::installing {

/// What leads from one text to the other as a unified diff of one hunk, with three lines around;
/// "" if they are the same. A file that is not there is /dev/null.
std::string difference(const FileText& before, const FileText& after, const std::string& file);

}  // namespace quire::installing
