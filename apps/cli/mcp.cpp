#include <chrono>
#include <optional>

#include "base/folder_identity.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "mcp/serve.hpp"
#include "project/confinement.hpp"
#include "project/owned_index.hpp"
#include "project/place.hpp"
#include "project/reading.hpp"

namespace quire::cli {

Result<int> run(const McpCommand& command, const GlobalOptions& options, Output&) {
  if (!options.root.empty()) {
    QUIRE_TRY(find_place(options));
  }
  const auto idle_exit = command.idle_exit_s == 0
                             ? std::nullopt
                             : std::optional(std::chrono::seconds(command.idle_exit_s));
  mcp::Tree tree{{options.root, options.db}, command.model};
  // Its index may be made, or made anew, at any time.
  if (const Result<project::Place> place = find_place(options)) {
    project::forbid_writes_but_below(
        {place->root, place->db, to_write_at(*place, options).db, project::known_indexes()});
    project::forbid_other_reads(*place, command.model);
    tree.identity = base::folder_identity(place->root.string());
  }
  mcp::serve(tree, idle_exit);
}

}  // namespace quire::cli
