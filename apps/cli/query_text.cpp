#include "cli/query_text.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "cli/line_reader.hpp"

namespace quire::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20;

/// With its last line feed, if it has none.
Result<std::string> text_of(const std::string& name) {
  QUIRE_TRY_ASSIGN(LineReader lines, LineReader::open(name));
  std::string text;
  while (true) {
    QUIRE_TRY_ASSIGN(const std::optional<std::string> line, lines.next());
    if (!line) {
      return text;
    }
    text.append(*line).append("\n");
    if (text.size() > kMostBytes) {
      return fail(ErrorCode::invalid_argument, "it has more than 16 MiB");
    }
  }
}

}  // namespace

Status read_query(SearchCommand& command) {
  if (command.file.empty()) {
    return {};
  }
  Result<std::string> text = text_of(command.file);
  if (!text) {
    return std::unexpected(text.error().while_doing(
        "read the query from " + (command.file == "-" ? "standard input" : command.file)));
  }
  command.query = base::repair_utf8(*text);
  if (command.query.ends_with('\n')) {
    command.query.pop_back();
  }
  return command.query.find_first_not_of(" \t\r\n") != std::string::npos
             ? Status()
             : fail(ErrorCode::invalid_argument, "the query is empty");
}

}  // namespace quire::cli
