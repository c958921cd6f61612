#include "cli/line_reader.hpp"

#include <iostream>

#include "base/try.hpp"

namespace quire::cli {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

Result<std::string> read_standard_input() {
  std::string block(kBlock, '\0');
  std::cin.read(block.data(), static_cast<std::streamsize>(block.size()));
  if (std::cin.bad()) {
    return fail(ErrorCode::store_io, "read standard input: it failed");
  }
  block.resize(static_cast<std::size_t>(std::cin.gcount()));
  return block;
}

}  // namespace

Result<LineReader> LineReader::open(const std::string& input) {
  if (input == "-") {
    return LineReader(nullptr);
  }
  QUIRE_TRY_ASSIGN(auto file, base::posix_file_system()->open(input, base::OpenMode::read));
  return LineReader(std::move(file));
}

Result<std::string> LineReader::read_block() {
  if (file_ == nullptr) {
    return read_standard_input();
  }
  QUIRE_TRY_ASSIGN(std::string block, file_->read_at(offset_, kBlock));
  offset_ += block.size();
  return block;
}

Result<std::optional<std::string>> LineReader::next() {
  std::string line;
  while (true) {
    const std::size_t end = block_.find('\n', at_);
    if (end != std::string::npos) {
      line.append(block_, at_, end - at_);
      at_ = end + 1;
      return line;
    }
    line.append(block_, at_);
    at_ = 0;
    QUIRE_TRY_ASSIGN(block_, read_block());
    if (block_.empty()) {
      return line.empty() ? std::nullopt : std::optional(std::move(line));
    }
  }
}

}  // namespace quire::cli
