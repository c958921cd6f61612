#include <chrono>
#include <optional>

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "mcp/serve.hpp"
#include "project/place.hpp"

namespace quire::cli {

Result<int> run(const McpCommand& command, const GlobalOptions& options, Output&) {
  if (!options.root.empty()) {
    QUIRE_TRY(find_place(options));
  }
  const auto idle_exit = command.idle_exit_s == 0
                             ? std::nullopt
                             : std::optional(std::chrono::seconds(command.idle_exit_s));
  mcp::serve({{options.root, options.db}, command.model}, idle_exit);
}

}  // namespace quire::cli
