#include <csignal>
#include <type_traits>
#include <variant>

#include "base/files.hpp"
#include "base/out_of_memory.hpp"
#include "base/program_path.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/query_text.hpp"
#include "cli/terminal.hpp"
#include "project/confinement.hpp"
#include "project/model.hpp"
#include "project/place.hpp"
#include "project/reading.hpp"

namespace quire::cli {
namespace {

/// Commands that answer a question exit as grep does: 0 hits, 1 none, 2 error. The others: 1
/// failed.
template <class Asked>
constexpr int kErrorCode = 1;
template <>
constexpr int kErrorCode<SearchCommand> = 2;
template <>
constexpr int kErrorCode<SymbolCommand> = 2;
template <>
constexpr int kErrorCode<SimilarCommand> = 2;
template <>
constexpr int kErrorCode<FilesCommand> = 2;

/// What an agent's configuration says wrong.
template <>
constexpr int kErrorCode<McpCommand> = 2;

template <class Asked, class... Commands>
constexpr bool kIsOneOf = (std::is_same_v<Asked, Commands> || ...);
/// Answers that a person reads from the top.
template <class Asked>
constexpr bool kPages = kIsOneOf<Asked,
                                 SearchCommand,
                                 SymbolCommand,
                                 SimilarCommand,
                                 FilesCommand,
                                 StatusCommand,
                                 DumpCommand,
                                 LicensesCommand>;

/// The tree may be anybody's, and so may a program in it.
void start_nothing_from_tree(const Result<project::Place>& place) {
  const std::string tree = base::real_path(place && !place->root.empty() ? place->root : ".");
  if (!project::is_whole_home(tree)) {
    base::start_nothing_below(tree);
  }
}

/// What says where the tree is: a path behind `index` does, too.
template <class Asked>
project::PlaceOptions place_options(const Asked& command, const GlobalOptions& options) {
  if constexpr (std::is_same_v<Asked, IndexCommand>) {
    return {.root = command.path.empty() ? options.root : command.path, .db = options.db};
  } else {
    return {.root = options.root, .db = options.db};
  }
}

/// The model that a command is told to work with; "": none.
template <class Asked>
std::string model_of(const Asked& command) {
  if constexpr (kIsOneOf<Asked, IndexCommand, SearchCommand, McpCommand>) {
    return command.model;
  }
  return "";
}

/// curl, for a model at an address.
template <class Asked>
bool starts_programs(const Asked& command) {
  return kIsOneOf<Asked, IndexCommand, SearchCommand, McpCommand> &&
         project::is_said_remote(model_of(command));
}

/// Those that make an index's folder forbid it themselves when it is there; install writes
/// elsewhere.
template <class Asked>
constexpr bool kWritesInIndex = kIsOneOf<Asked,
                                         SearchCommand,
                                         SymbolCommand,
                                         SimilarCommand,
                                         FilesCommand,
                                         StatusCommand,
                                         CheckCommand,
                                         CompactCommand>;

/// A pager would inherit it, and with it what people start from there.
template <class Asked>
void confine(const Asked& command, const Result<project::Place>& place, const Output& out) {
  if (out.may_page()) {
    return;
  }
  if (!starts_programs(command)) {
    project::forbid_sockets_and_programs();
  }
  if constexpr (std::is_same_v<Asked, DumpCommand>) {
    project::forbid_writes_but_below({});
    project::forbid_reads_but_below({base::real_path(command.file)});
  } else if (kWritesInIndex<Asked> && place) {
    if (project::index_exists(place->db)) {
      project::forbid_writes_but_below({place->db});
    }
    project::forbid_other_reads(*place, model_of(command));
  }
}

template <class Asked>
int answer(const Asked& command, const GlobalOptions& options) {
  const Result<project::Place> place = project::find_place(place_options(command, options));
  start_nothing_from_tree(place);
  Output out = kPages<Asked> ? Output::to_pager(options) : Output::to_stdout();
  confine(command, place, out);
  const Result<int> code = base::or_out_of_memory([&] { return run(command, options, out); });
  const Status written = out.finish();
  if (!code) {
    complain(code.error().message);
    return kErrorCode<Asked>;
  }
  if (!written) {
    complain(written.error().message);
    return kErrorCode<Asked>;
  }
  return *code;
}

int leave(const Exit& exit) {
  Output out = exit.pages       ? Output::to_pager({})
               : exit.code == 0 ? Output::to_stdout()
                                : Output::to_stderr();
  out.write(exit.text);
  return out.finish() ? exit.code : 1;
}

int run_program(int argc, const char* const* argv) {
  // A reader that goes away is seen as a failed write, and is no reason to stop a commit.
  std::signal(SIGPIPE, SIG_IGN);
  auto invocation = parse_command_line(argc, argv);
  if (!invocation) {
    return leave(invocation.error());
  }
  if (auto* const search = std::get_if<SearchCommand>(&invocation->command)) {
    // Before anything is given up: the file may lie anywhere.
    if (const Status read = read_query(*search); !read) {
      complain(read.error().message);
      return kErrorCode<SearchCommand>;
    }
  }
  return std::visit([&](const auto& command) { return answer(command, invocation->global); },
                    invocation->command);
}

}  // namespace
}  // namespace quire::cli

int main(int argc, char** argv) {
  return quire::cli::run_program(argc, argv);
}
