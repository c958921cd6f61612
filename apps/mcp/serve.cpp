#include "mcp/serve.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "mcp/live_index.hpp"
#include "mcp/server.hpp"
#include "mcp/wire.hpp"

namespace quire::mcp {
namespace {

using Clock = std::chrono::steady_clock;

/// So long after the last question, an index gives back what it holds; QUIRE_MCP_REST says
/// otherwise, in seconds.
constexpr std::chrono::seconds kRestAfter{20};
constexpr std::chrono::milliseconds kTick{200};
/// How often it is looked whether a client that did not read goes on.
constexpr std::chrono::milliseconds kUnreadTick{20};
/// Questions that came before the end of the input are still answered for so long.
constexpr std::chrono::milliseconds kLastAnswers{250};

std::chrono::seconds rest_after() {
  const char* const said = std::getenv("QUIRE_MCP_REST");
  const std::string_view text = said == nullptr ? "" : said;
  std::uint32_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool number = fault == std::errc{} && end == text.data() + text.size();
  return number ? std::chrono::seconds(seconds) : kRestAfter;
}

/// Until no more is to be answered.
void answer_all(LineInput& input,
                Server& server,
                LiveIndex& index,
                LineOutput& output,
                std::optional<std::chrono::seconds> idle_exit) {
  const auto rest = rest_after();
  Clock::time_point last = Clock::now();
  bool rests = false;
  while (!output.ended()) {
    // More questions would only wait behind answers that nobody reads.
    const bool has_room = output.has_room();
    const LineInput::Event event = has_room ? input.next(kTick) : input.pause(kUnreadTick);
    if (event == LineInput::Event::ended) {
      return;
    }
    if (event != LineInput::Event::quiet || (has_room && !server.is_idle())) {
      last = Clock::now();
      rests = false;
    }
    if (event == LineInput::Event::line) {
      server.take(input.line());
    } else if (event == LineInput::Event::too_long) {
      server.take_too_long_line();
    }
    const auto idle = Clock::now() - last;
    if (idle_exit && idle >= *idle_exit) {
      return;
    }
    if (!rests && idle >= rest) {
      rests = index.rest();
    }
  }
}

}  // namespace

void serve(const Tree& tree, std::optional<std::chrono::seconds> idle_exit) {
  LineInput input;
  LineOutput output = LineOutput::take_stdout();
  LiveIndex index(tree);
  Server server(index, output);
  answer_all(input, server, index, output, idle_exit);
  const auto deadline = Clock::now() + kLastAnswers;
  server.finish(deadline);
  output.flush(deadline);
  // Nothing that is under way is worth waiting for: what is committed stays, the rest is made by
  // the next run.
  std::_Exit(0);
}

}  // namespace quire::mcp
