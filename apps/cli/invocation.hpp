#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "project/place.hpp"

/// What a command line asks for. Strings for paths hold any bytes, all others valid UTF-8.
namespace quire::cli {

enum class ColorChoice : std::uint8_t { automatic, always, never };

struct GlobalOptions : project::PlaceOptions {
  ColorChoice color = ColorChoice::automatic;
  bool no_pager = false;
  bool quiet = false;
};

/// What of the tree is taken in before an answer.
enum class Refresh : std::uint8_t {
  quickly,  ///< What a short look finds.
  all,
  none,
};

/// What search, symbol and similar have in common.
struct AnswerOptions {
  std::uint32_t limit = 10;
  std::uint32_t skip = 0;        ///< So many of the best are left out.
  bool all = false;              ///< No limit.
  std::uint32_t lines = 8;       ///< At most so many of each hit.
  std::uint32_t context = 0;     ///< So many around those.
  std::uint32_t max_tokens = 0;  ///< Of all of the answer; 0: any.
  bool files_only = false;
  std::vector<std::string> languages;  ///< This and the next: as of SearchRequest.
  std::vector<std::string> paths;
  std::vector<std::string> kinds;
  std::string where;
  Refresh refresh = Refresh::quickly;
  bool json = false;
};

struct IndexCommand {
  std::string path;   ///< "": the root that is found.
  std::string model;  ///< "": $QUIRE_MODEL, or the index's own.
  bool rebuild = false;
  bool adopt = false;  ///< An index that lies there and was made elsewhere is ours.
  bool verbose = false;
};

struct SearchCommand {
  std::string query;
  AnswerOptions answer;
  std::string model;                 ///< As of IndexCommand.
  std::string by = "both";           ///< "words", "vectors".
  std::vector<std::string> without;  ///< Names of signals.
  bool regex = false;
  bool fixed = false;
  bool ignore_case = false;
  bool whole_words = false;
  bool count = false;
  std::string file;  ///< Holds the query; "": none does. "-": standard input.
  bool explain = false;
};

struct SymbolCommand {
  std::string pattern;
  AnswerOptions answer;
};

struct SimilarCommand {
  std::string file;
  std::int64_t line = 0;  ///< 1-based.
  AnswerOptions answer;
  bool explain = false;
};

struct FilesCommand {
  std::vector<std::string> languages;  ///< This and the next: as of SearchRequest.
  std::vector<std::string> paths;
  Refresh refresh = Refresh::quickly;
  bool json = false;
};

struct StatusCommand {
  bool json = false;
  bool verbose = false;
};

struct McpCommand {
  std::string model;              ///< As of IndexCommand.
  std::uint32_t idle_exit_s = 0;  ///< 0: never.
};

struct CheckCommand {
  bool repair = false;
  bool json = false;
};

struct DumpCommand {
  std::string file;
};

struct CompactCommand {};

struct ExportCommand {
  std::string output;  ///< "": stdout.
};

struct ImportCommand {
  std::string input;  ///< "-": stdin.
};

struct InstallCommand {
  std::string agent;
  bool user = false;     ///< The user's own file, not the project's.
  bool print = false;    ///< The text alone.
  bool dry_run = false;  ///< Shows what would change.
  bool yes = false;      ///< Doesn't ask.
};

struct UninstallCommand {
  std::string agent;
  bool user = false;  ///< This and the following: as of InstallCommand.
  bool dry_run = false;
  bool yes = false;
};

struct CompletionsCommand {
  std::string shell;  ///< "bash", "zsh", "fish".
};

struct ManCommand {};

struct VersionCommand {
  bool json = false;
};

struct LicensesCommand {};

using Command = std::variant<IndexCommand,
                             SearchCommand,
                             SymbolCommand,
                             SimilarCommand,
                             FilesCommand,
                             StatusCommand,
                             McpCommand,
                             CheckCommand,
                             DumpCommand,
                             CompactCommand,
                             ExportCommand,
                             ImportCommand,
                             InstallCommand,
                             UninstallCommand,
                             CompletionsCommand,
                             ManCommand,
                             VersionCommand,
                             LicensesCommand>;

struct Invocation {
  GlobalOptions global;
  Command command;
};

}  // namespace quire::cli
