#pragma once

#include <cstdint>
#include <string_view>

namespace quire::searching {

/// What a file is for, as far as its path tells.
enum class FileRole : std::uint8_t {
  source,
  test,
  example,    ///< Shows how to use it; samples, demos, benchmarks.
  docs,       ///< Prose, and what is made for it.
  vendored,   ///< Somebody else's code.
  generated,  ///< Made by a program; minified.
  legacy,     ///< Kept for those who still need it: compat, deprecated.
  interface,  ///< Only declares or re-exports: `__init__.py`, `.d.ts`, package-info.
  data,       ///< Settings, locks, tables, change logs.
};

FileRole role_of(std::string_view path, std::string_view language);

}  // namespace quire::searching
