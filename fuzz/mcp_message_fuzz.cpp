// What an MCP client sends: lines in pieces, messages, arguments of each tool, cursors.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mcp/line_splitter.hpp"
#include "mcp/page.hpp"
#include "mcp/protocol.hpp"
#include "mcp/tool.hpp"

namespace {

namespace base = quire::base;
namespace mcp = quire::mcp;

constexpr std::size_t kLongestLine = 4096;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void read_line(std::string_view line) {
  require(line.size() <= kLongestLine);
  const auto document = base::JsonDocument::parse(line);
  if (!document) {
    return;
  }
  const auto message = mcp::read_message(*document);
  if (!message) {
    require(
        base::parse_json(mcp::error_line(message.error().id, message.error().error)).has_value());
    return;
  }
  if (!*message) {
    return;
  }
  const base::JsonValue arguments = (*message)->params.member("arguments");
  for (const mcp::Tool& tool : mcp::tools()) {
    const std::string fault = mcp::fault_in(tool, arguments);
    const auto answer = mcp::result_line(**message, {{"text", fault}});
    require(base::parse_json(answer).has_value() && answer.find('\n') == std::string::npos);
  }
  if (const auto cursor = mcp::Cursor::parse(arguments.member("cursor").string().value_or(""))) {
    require(mcp::Cursor::parse(cursor->to_string())->skip == cursor->skip);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  mcp::LineSplitter splitter(kLongestLine);
  const std::size_t half = size / 2;
  std::string line;
  for (const std::string_view piece :
       {bytes.substr(0, half), bytes.substr(half), std::string_view("\n")}) {
    splitter.add(piece);
    for (auto found = splitter.next(line); found != mcp::LineSplitter::Found::nothing;
         found = splitter.next(line)) {
      if (found == mcp::LineSplitter::Found::line) {
        read_line(line);
      }
    }
  }
  return 0;
}
