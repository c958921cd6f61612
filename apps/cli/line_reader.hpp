#pragma once

#include <memory>
#include <optional>
#include <string>

#include <quire/result.hpp>

#include "base/files.hpp"

namespace quire::cli {

/// Hands out the lines of a file or of standard input, which may be larger than memory.
class LineReader {
 public:
  /// "-" is standard input. Errors: `not_found`, `store_io`.
  static Result<LineReader> open(const std::string& input);

  /// The next line without its line feed; nothing at the end.
  Result<std::optional<std::string>> next();

 private:
  explicit LineReader(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  Result<std::string> read_block();

  std::unique_ptr<base::File> file_;  ///< Null: standard input.
  std::uint64_t offset_ = 0;
  std::string block_;
  std::size_t at_ = 0;  ///< In block_.
};

}  // namespace quire::cli
