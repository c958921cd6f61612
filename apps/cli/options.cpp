#include "cli/options.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "cli/short_help.hpp"
#include "installing/agents.hpp"

namespace quire::cli {
namespace {

using answering::closest;
using base::printable;

/// CLI11 takes a word in square brackets for a list; with this behind it, it does not.
constexpr char kGuard = '\x01';

constexpr const char* kIntroduction =
    "quire searches source code by meaning, by symbol and by filter. It works on this machine "
    "alone.\n"
    "\n"
    "Examples:\n"
    "  quire index                           build the index, or bring it up to date\n"
    "  quire search how are locks released   the pieces of code that are nearest to that\n"
    "  quire search retry --lang go --path 'internal/**'\n"
    "  quire symbol Writer.append            what is named so\n"
    "  quire similar src/store.cpp:120       code like the code there\n"
    "  quire status                          what is indexed, how large, how fresh\n"
    "\n"
    "The index is the folder .quire beside the code; deleting it is safe.";

constexpr const char* kExitCodes =
    "search, symbol, similar and files: 0 hits, 1 none, 2 error; the others: 0 done,\n"
    "1 failed, 2 wrong usage. 130 after Ctrl-C.";

const std::vector<VariableDescription> kVariables = {
    {"QUIRE_DB", "The index's folder, as --db"},
    {"QUIRE_MODEL", "What makes the vectors, as --model"},
    {"QUIRE_REFRESH_MS", "So many milliseconds are for what changed before an answer (150)"},
    {"QUIRE_API_KEY", "The key that an endpoint named by --model gets"},
    {"QUIRE_PAGER",
     "Shows long answers at a terminal; else $PAGER, else less; cat or nothing: none"},
    {"LESS, LESSCHARSET", "FRX and utf-8 for the pager, where they are not set"},
    {"NO_COLOR", "No colours, whatever it holds"},
    {"CLICOLOR_FORCE", "Colours, even where standard output is no terminal"},
    {"XDG_CACHE_HOME", "Holds the index (in quire/) where the root can't be written"},
};

const std::vector<std::string> kSignalNames = {"definition", "path",       "file",
                                               "role",       "repetition", "quoted"};
const std::vector<std::string> kShells = {"bash", "zsh", "fish"};

/// Describes a command in the list of all by its first line.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    column_width(22);
    label("Positionals", "Operands");
    label("SUBCOMMAND", "COMMAND");
    label("REQUIRED", "");
  }

  std::string make_subcommand(const CLI::App* command) const override {
    const std::string text = command->get_description();
    std::string line = "  " + command->get_name();
    line.resize(14, ' ');
    return line + text.substr(0, text.find('\n')) + "\n";
  }

  std::string make_description(const CLI::App* app) const override {
    return app->get_description() + "\n\n";
  }
};

/// What CLI11 fills in; made into an Invocation when it is done.
struct Fields {
  GlobalOptions global;
  std::string color = "auto";
  bool version = false;
  bool licenses = false;
  bool json = false;  ///< At the top: of --version.

  IndexCommand index;
  SearchCommand search;
  SymbolCommand symbol;
  SimilarCommand similar;
  FilesCommand files;
  StatusCommand status;
  McpCommand mcp;
  CheckCommand check;
  DumpCommand dump;
  ExportCommand exported;
  ImportCommand import;
  InstallCommand install;
  UninstallCommand uninstall;
  CompletionsCommand completions;
  std::vector<std::string> words;
  std::string place;  ///< FILE:LINE.
  std::map<const CLI::Option*, std::vector<std::string>> choices;
};

/// Allows these values alone.
void offer(CLI::Option* option, const std::vector<std::string>& choices, Fields& fields) {
  option->check([choices](const std::string& value) -> std::string {
    if (std::ranges::find(choices, value) != choices.end()) {
      return "";
    }
    const auto meant = closest(value, choices);
    return "'" + value + "' is none of " + join(choices, ", ") +
           (meant ? " (did you mean " + *meant + "?)" : "");
  });
  fields.choices[option] = choices;
}

/// One or the other; neither is a short look.
void add_refresh(CLI::App& command, Refresh& refresh) {
  const auto becomes = [&refresh](Refresh wanted) {
    return [&refresh, wanted](std::int64_t times) { refresh = times > 0 ? wanted : refresh; };
  };
  CLI::Option* all = command.add_flag_function("--refresh", becomes(Refresh::all),
                                               "Bring the index up to date first, however long it "
                                               "takes");
  command
      .add_flag_function("--no-refresh", becomes(Refresh::none),
                         "Answer as of the last `quire index`; else 150 ms are for what changed")
      ->excludes(all);
}

/// One value each time that it is given.
CLI::Option* add_repeatable(CLI::App& command,
                            const std::string& name,
                            std::vector<std::string>& values,
                            const std::string& help) {
  return command.add_option(name, values, help)->allow_extra_args(false);
}

/// Which files.
void add_file_filters(CLI::App& command,
                      std::vector<std::string>& languages,
                      std::vector<std::string>& paths) {
  add_repeatable(command, "--lang", languages,
                 "Only this language: go, c++, python, ...; '!go': not this one")
      ->type_name("LANG");
  add_repeatable(command, "--path", paths,
                 "Only these paths: '*.{c,h}', 'src/**'; '!tests': not those")
      ->type_name("GLOB");
}

/// What people give most often, of what answers have in common.
void add_answer_options(CLI::App& command, AnswerOptions& options) {
  command.add_option("-n,--limit", options.limit, "At most so many hits (10)")
      ->type_name("N")
      ->check(CLI::Range(1, 10000).description(""));
  add_file_filters(command, options.languages, options.paths);
  add_repeatable(command, "--kind", options.kinds,
                 "Only this kind of symbol: function, class, ...; '!field': no such")
      ->type_name("KIND");
  command.add_flag("-l,--files-only", options.files_only, "Each file once, a path a line");
  command.add_option("-C,--context", options.context, "So many lines of the file around them")
      ->type_name("N")
      ->check(CLI::Range(0, 1000).description(""));
  command.add_flag("--json", options.json, "One JSON object on one line");
}

/// The rest of it.
void add_rarer_answer_options(CLI::App& command, AnswerOptions& options) {
  command
      .add_option("--where", options.where,
                  "Only where this holds, as in SQL: \"start_line < 100\"")
      ->type_name("EXPR");
  command.add_option("--skip", options.skip, "Leave out the first N: the next page")
      ->type_name("N")
      ->check(CLI::Range(0, 1'000'000'000).description(""));
  command.add_option("--lines", options.lines, "At most so many lines of each hit (8)")
      ->type_name("N")
      ->check(CLI::Range(0, 1000).description(""));
  command
      .add_option("--max-tokens", options.max_tokens,
                  "At most N tokens (4 bytes) in all: cuts hits short")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000'000).description(""));
  add_refresh(command, options.refresh);
}

void add_model(CLI::App& command, std::string& model) {
  command
      .add_option(
          "--model", model,
          "What makes the vectors: hash, hash:DIMENSIONS, a model2vec directory, or an endpoint "
          "http://HOST:PORT/v1#NAME (else $QUIRE_MODEL, else the index's own)")
      ->type_name("MODEL");
}

void add_index(CLI::App& app, Fields& fields) {
  CLI::App* command = app.add_subcommand(
      "index",
      "Bring the index up to date; the first time, build it\n"
      "\n"
      "Examples:\n"
      "  quire index               this project\n"
      "  quire index ~/src/linux   another one: makes that folder a root\n"
      "  quire index --model hash:128   change the model: embeds again what is indexed\n"
      "  quire index --rebuild     read everything again, in place of a damaged index too\n"
      "\n"
      "Only new and changed files are read. What git ignores is left out, what .quireignore "
      "names,\n"
      "and what holds secrets by habit (.env, *.pem, id_rsa, ...): a ! rule in a .quireignore "
      "brings\n"
      "that in.\n"
      "Ctrl-C keeps what is done; the next run goes on from there.");
  command->add_option("PATH", fields.index.path, "The folder to index")->type_name("");
  add_model(*command, fields.index.model);
  CLI::Option* rebuild =
      command->add_flag("--rebuild", fields.index.rebuild, "Start over from the sources");
  command
      ->add_flag("--adopt", fields.index.adopt,
                 "Take an index as yours that lies in the tree and was made elsewhere")
      ->excludes(rebuild);
  command->add_flag("-v,--verbose", fields.index.verbose,
                    "List the files that were skipped, and remarks on others");
}

void add_search(CLI::App& app, Fields& fields) {
  CLI::App* command = app.add_subcommand(
      "search",
      "Find the code that is nearest to a question\n"
      "\n"
      "Examples:\n"
      "  quire search where is the config file parsed\n"
      "  quire search -n 3 --lang rust 'retry with backoff'\n"
      "  quire search --path 'src/**' --kind function hash table\n"
      "  quire search '\"connection reset\"'              all that has it as it is\n"
      "  quire search 'errors when \"connection reset\"'   that has it first\n"
      "  quire search --regex 'TODO.*(fix|remove)'\n"
      "  quire search --count -i --fixed 'todo('           lines that have it, by file\n"
      "  pytest 2>&1 | quire search -                      what a long text is about\n"
      "  quire search -l --limit 5 release notes           five files\n"
      "  quire search --json 'open a socket' | jq '.results[].file_path'\n"
      "  quire search -- --dry-run");
  command
      ->add_option("QUERY", fields.words,
                   "The question, in plain words or code; - takes standard input")
      ->type_name("");
  add_answer_options(*command, fields.search.answer);
  command->add_flag("--regex", fields.search.regex,
                    "QUERY is a regular expression (RE2's syntax) that a line must match");
  command
      ->add_flag("-F,--fixed", fields.search.fixed, "QUERY is text that a line must hold as it is")
      ->excludes("--regex");
  command->add_flag("-i,--ignore-case", fields.search.ignore_case,
                    "With --regex and --fixed: letters in any case");
  command->add_flag("-w,--word", fields.search.whole_words,
                    "With them: what matches has no letter, digit or _ beside it");
  command->add_flag("--all", fields.search.answer.all,
                    "With them, or text in quotation marks alone: all hits, however many");
  command->add_flag("-c,--count", fields.search.count,
                    "With them: how many lines match, by file, and no more");
  command->add_option("-f,--file", fields.search.file, "The question is what this file holds")
      ->type_name("FILE");
  offer(command->add_option("--by", fields.search.by, "What finds: words, vectors, both (both)")
            ->type_name("INDEX"),
        {"words", "vectors", "both"}, fields);
  offer(command
            ->add_option("--without", fields.search.without,
                         "Not to count: " + join(kSignalNames, ", "))
            ->type_name("SIGNAL")
            ->allow_extra_args(false)
            ->delimiter(','),
        kSignalNames, fields);
  command->add_flag("--explain", fields.search.explain,
                    "Show what scores are the sum of, how vectors were searched");
  add_rarer_answer_options(*command, fields.search.answer);
  add_model(*command, fields.search.model);
}

void add_symbol(CLI::App& app, Fields& fields) {
  CLI::App* command = app.add_subcommand(
      "symbol",
      "Find functions, types and the like by name\n"
      "\n"
      "Examples:\n"
      "  quire symbol open_index               exact names, then beginnings, then parts\n"
      "  quire symbol parse --kind method -n 30");
  command
      ->add_option("PATTERN", fields.symbol.pattern, "A name or a part of it; case does not matter")
      ->type_name("")
      ->required();
  add_answer_options(*command, fields.symbol.answer);
  command->add_flag("--all", fields.symbol.answer.all, "All hits, however many");
  add_rarer_answer_options(*command, fields.symbol.answer);
}

void add_similar(CLI::App& app, Fields& fields) {
  CLI::App* command = app.add_subcommand("similar",
                                         "Find code like the code at a line\n"
                                         "\n"
                                         "Examples:\n"
                                         "  quire similar src/store.cpp:120\n"
                                         "  quire similar handler.go:33 --path 'internal/**'");
  command->add_option("PLACE", fields.place, "FILE:LINE, the line from 1 on")
      ->type_name("")
      ->required();
  add_answer_options(*command, fields.similar.answer);
  command->add_flag("--explain", fields.similar.explain, "Say how the search was carried out");
  add_rarer_answer_options(*command, fields.similar.answer);
}

void add_listings(CLI::App& app, Fields& fields) {
  CLI::App* files = app.add_subcommand("files",
                                       "List the indexed files\n"
                                       "\n"
                                       "Examples:\n"
                                       "  quire files --lang python");
  add_file_filters(*files, fields.files.languages, fields.files.paths);
  add_refresh(*files, fields.files.refresh);
  files->add_flag("--json", fields.files.json, "One JSON object on one line");
  CLI::App* status =
      app.add_subcommand("status", "Say what is indexed, how large and how fresh it is");
  status->add_flag("--json", fields.status.json, "One JSON object on one line");
  status->add_flag("-v,--verbose", fields.status.verbose,
                   "Also what the program has given up the right to do");
}

void add_mcp(CLI::App& app, Fields& fields) {
  CLI::App* command = app.add_subcommand(
      "mcp",
      "Serve this tree to a coding agent, by MCP\n"
      "\n"
      "Examples:\n"
      "  quire mcp                     the tree of the current folder\n"
      "  quire mcp --root ~/src/linux\n"
      "\n"
      "Not for typing: an agent starts it. The index is built and kept up to date "
      "beside\n"
      "the questions. Ends when its input does, or the process that started it.");
  add_model(*command, fields.mcp.model);
  command
      ->add_option("--idle-exit", fields.mcp.idle_exit_s,
                   "End after so many seconds without a message (never)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 1'000'000).description(""));
}

void add_upkeep(CLI::App& app, Fields& fields) {
  CLI::App* check =
      app.add_subcommand("check",
                         "Verify the whole index: checksums, structure, agreement\n"
                         "\n"
                         "Each finding is a line FILE:OFFSET: PROBLEM. Exit code 0: sound.");
  CLI::Option* repair =
      check->add_flag("--repair", fields.check.repair, "Keep what verifies, say what was dropped");
  check->add_flag("--json", fields.check.json, "One JSON object on one line")->excludes(repair);
  CLI::App* dump = app.add_subcommand("dump",
                                      "Print a file of the index in readable form\n"
                                      "\n"
                                      "Examples:\n"
                                      "  quire dump .quire/index.usearch");
  dump->add_option("FILE", fields.dump.file, "The file")->type_name("")->required();
  app.add_subcommand("compact", "Merge the journal into the checkpoint");
  CLI::App* exported =
      app.add_subcommand("export",
                         "Write every chunk with its vector, one JSON object a line\n"
                         "\n"
                         "Examples:\n"
                         "  quire export -o chunks.jsonl\n"
                         "  quire export | jq -r .file_path | sort | uniq -c");
  exported
      ->add_option("-o,--output", fields.exported.output,
                   "Write there instead of to standard output")
      ->type_name("FILE");
  CLI::App* import =
      app.add_subcommand("import",
                         "Read chunks with vectors, as export writes them\n"
                         "\n"
                         "Examples:\n"
                         "  quire import chunks.jsonl --db /tmp/copy\n"
                         "  quire export | quire import - --db /tmp/copy\n"
                         "\n"
                         "An index that never held anything keeps the keys of the rows.");
  import->add_option("FILE", fields.import.input, "The file; - for standard input")
      ->type_name("")
      ->required();
}

template <class AgentCommand>
void add_agent(CLI::App& command, AgentCommand& agent, Fields& fields) {
  std::vector<std::string> names;
  for (const installing::Agent& known : installing::agents()) {
    names.emplace_back(known.name);
  }
  offer(command.add_option("AGENT", agent.agent, "Which: " + join(names, " "))
            ->type_name("")
            ->required(),
        names, fields);
  command.add_flag("--user", agent.user, "Your own configuration instead of the project's");
  command.add_flag("--dry-run", agent.dry_run, "Show what would change, and change nothing");
  command.add_flag("-y,--yes", agent.yes, "Do not ask");
}

void add_agents(CLI::App& app, Fields& fields) {
  CLI::App* install = app.add_subcommand(
      "install",
      "Make quire known to a coding agent\n"
      "\n"
      "Examples:\n"
      "  quire install claude        as an MCP server of this project: .mcp.json\n"
      "  quire install codex --user  of all projects: ~/.codex/config.toml\n"
      "  quire install agents.md     some lines in AGENTS.md, for all that read it\n"
      "  quire install zed --print   the text, to put in by hand\n"
      "\n"
      "Shows the difference and asks. What else is in the file stays byte for byte.");
  add_agent(*install, fields.install, fields);
  install->add_flag("--print", fields.install.print, "The configuration alone; changes nothing");
  CLI::App* uninstall = app.add_subcommand("uninstall",
                                           "Take out what install put in\n"
                                           "\n"
                                           "Examples:\n"
                                           "  quire uninstall claude");
  add_agent(*uninstall, fields.uninstall, fields);
}

void add_for_shells(CLI::App& app, Fields& fields) {
  CLI::App* command =
      app.add_subcommand("completions",
                         "Print what makes a shell complete quire's command lines\n"
                         "\n"
                         "Examples:\n"
                         "  source <(quire completions bash)      in ~/.bashrc\n"
                         "  source <(quire completions zsh)       in ~/.zshrc, after compinit\n"
                         "  quire completions fish | source       in ~/.config/fish/config.fish");
  offer(command->add_option("SHELL", fields.completions.shell, "bash, zsh or fish")
            ->type_name("")
            ->required(),
        kShells, fields);
  app.add_subcommand("man",
                     "Print the manual page\n"
                     "\n"
                     "Examples:\n"
                     "  quire man | man -l -");
}

void add_globals(CLI::App& app, Fields& fields) {
  app.add_option("--root", fields.global.root,
                 "The tree (else the nearest .quire, then .git, upwards)")
      ->type_name("DIR");
  app.add_option("--db", fields.global.db, "The index's folder (else $QUIRE_DB, else ROOT/.quire)")
      ->type_name("DIR");
  offer(app.add_option("--color", fields.color, "Colours: auto, always, never")->type_name("WHEN"),
        {"auto", "always", "never"}, fields);
  app.add_flag("--no-pager", fields.global.no_pager, "Do not show answers a screen at a time");
  app.add_flag("-q,--quiet", fields.global.quiet, "No progress and no remarks");
  app.add_flag("--version", fields.version, "The version; with --json, the build as well");
  app.add_flag("--licenses", fields.licenses, "The notices of all third-party code inside");
  app.add_flag("--json", fields.json)->group("");
}

std::string footer() {
  std::string out = "Environment:\n";
  for (const VariableDescription& variable : kVariables) {
    std::string line = "  " + variable.name;
    line.resize(std::max<std::size_t>(line.size() + 1, 22), ' ');
    out += line + variable.help + "\n";
  }
  return out + "\nExit codes: " + kExitCodes + " `quire COMMAND --help` tells more.";
}

void build(CLI::App& app, Fields& fields) {
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.set_help_flag("--help", "This text");
  app.set_help_all_flag("-h", "A summary");
  app.formatter(std::make_shared<HelpFormatter>());
  add_globals(app, fields);
  add_index(app, fields);
  add_search(app, fields);
  add_symbol(app, fields);
  add_similar(app, fields);
  add_listings(app, fields);
  add_mcp(app, fields);
  add_upkeep(app, fields);
  add_agents(app, fields);
  add_for_shells(app, fields);
  app.footer(footer());
  for (CLI::App* command : app.get_subcommands({})) {
    command->group("Commands");
  }
}

ArgumentDescription describe(const CLI::Option& option, const Fields& fields) {
  ArgumentDescription out;
  for (const std::string& name : option.get_snames()) {
    out.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    out.names.push_back("--" + name);
  }
  const bool flag = option.get_items_expected_max() == 0;
  out.value = out.names.empty() ? option.get_name(true) : flag ? "" : option.get_type_name();
  const auto choices = fields.choices.find(&option);
  out.choices = choices == fields.choices.end() ? std::vector<std::string>{} : choices->second;
  out.many = option.get_items_expected_max() > 1;
  out.required = option.get_required();
  out.help = option.get_description();
  return out;
}

/// Options, or operands; without what is kept from --help.
std::vector<ArgumentDescription> describe(const CLI::App& app,
                                          const Fields& fields,
                                          bool operands) {
  std::vector<ArgumentDescription> out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() == operands && !option->get_group().empty()) {
      out.push_back(describe(*option, fields));
    }
  }
  return out;
}

CommandDescription describe_command(const CLI::App& command, const Fields& fields) {
  const std::string text = command.get_description();
  const std::size_t end = std::min(text.find('\n'), text.size());
  CommandDescription out{command.get_name(), text.substr(0, end), text.substr(end),
                         describe(command, fields, false), describe(command, fields, true)};
  std::erase_if(out.options, [](const ArgumentDescription& option) {
    return option.names.front() == "-h" || option.names.front() == "--help";
  });
  return out;
}

ProgramDescription describe_program(const CLI::App& app, const Fields& fields) {
  const std::string text = app.get_description();
  const std::size_t end = text.find('\n');
  ProgramDescription out{text.substr(0, end), text.substr(end), describe(app, fields, false), {},
                         kVariables,          kExitCodes};
  for (const CLI::App* command : app.get_subcommands({})) {
    out.commands.push_back(describe_command(*command, fields));
  }
  return out;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  return names;
}

Exit usage_error(std::string message) {
  std::erase(message, kGuard);
  return {2, "quire: " + printable(message) + "\n"};
}

/// The first word that is neither an option nor an option's value.
std::optional<std::size_t> command_word(const std::vector<std::string>& words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--root" || word == "--db" || word == "--color") {
      ++at;
    } else if (!word.starts_with('-')) {
      return at;
    }
  }
  return std::nullopt;
}

/// `quire help search` is `quire search --help`.
void rewrite_help(std::vector<std::string>& words) {
  const auto at = command_word(words);
  if (at && words[*at] == "help") {
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(*at));
    words.emplace_back("--help");
  }
}

std::optional<Exit> unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
  const auto at = command_word(words);
  const std::vector<std::string> names = command_names(app);
  if (!at || std::ranges::find(names, words[*at]) != names.end()) {
    return std::nullopt;
  }
  const auto meant = closest(words[*at], names);
  return usage_error("no command '" + words[*at] + "'; " +
                     (meant ? "did you mean '" + *meant + "'?"
                      : words[*at].contains(' ')
                          ? "did you mean `quire search '" + words[*at] + "'`?"
                          : "`quire --help` lists them"));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// "" for none.
std::string chosen_name(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "" : chosen.front()->get_name();
}

Exit unexpected_word(const CLI::App& app, const std::string& word) {
  const auto chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  const std::string shown = chosen.empty() ? "quire" : "quire " + command.get_name();
  if (!word.starts_with('-')) {
    return usage_error("unexpected '" + word + "'; `" + shown + " --help` says what " + shown +
                       " takes");
  }
  std::vector<std::string> names = option_names(command);
  for (const std::string& name : option_names(app)) {
    names.push_back(name);
  }
  const auto meant = closest(word.substr(0, word.find('=')), names);
  return usage_error(shown + " has no option " + word +
                     (meant ? "; did you mean " + *meant + "?"
                            : "; `" + shown +
                                  " --help` lists them, and -- goes before a word that "
                                  "begins with a dash"));
}

Exit wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  for (const std::string& word : app.remaining(true)) {
    if (word != "--") {
      return unexpected_word(app, word);
    }
  }
  const auto chosen = app.get_subcommands();
  const std::string shown = chosen.empty() ? "quire" : "quire " + chosen.front()->get_name();
  return usage_error(std::string(error.what()) + "; `" + shown + " --help` shows how it is used");
}

std::optional<Exit> bad_text(const std::string& name, const std::string& text, bool required) {
  if (const auto offset = base::invalid_utf8_offset(text)) {
    return usage_error(name + " is not valid UTF-8 (byte " + std::to_string(*offset) + ")");
  }
  if (required && text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return usage_error(name + " is empty");
  }
  return std::nullopt;
}

std::optional<Exit> bad_values(const std::string& name, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (auto bad = bad_text(name, value.substr(value.starts_with('!') ? 1 : 0), true)) {
      return bad;
    }
  }
  return std::nullopt;
}

std::optional<Exit> bad_answer_options(const AnswerOptions& options) {
  for (const auto& [name, values] :
       {std::pair("--lang", &options.languages), std::pair("--path", &options.paths),
        std::pair("--kind", &options.kinds)}) {
    if (auto bad = bad_values(name, *values)) {
      return bad;
    }
  }
  return bad_text("--where", options.where, false);
}

std::optional<Exit> bad_texts(const Fields& fields) {
  for (const AnswerOptions* options :
       {&fields.search.answer, &fields.symbol.answer, &fields.similar.answer}) {
    if (auto bad = bad_answer_options(*options)) {
      return bad;
    }
  }
  auto bad = bad_values("--lang", fields.files.languages);
  return bad ? bad : bad_values("--path", fields.files.paths);
}

/// What does not go together, or lacks the question.
std::optional<Exit> bad_search(const SearchCommand& search) {
  const bool plain = search.regex || search.fixed;
  for (const auto& [given, name] :
       {std::pair(search.ignore_case, "--ignore-case"), std::pair(search.whole_words, "--word")}) {
    if (given && !plain) {
      return usage_error(std::string(name) + " goes with --regex or --fixed");
    }
  }
  return search.file.empty() ? bad_text("the query", search.query, true) : std::nullopt;
}

/// FILE:LINE into its parts.
std::optional<Exit> split_place(const std::string& place, SimilarCommand& command) {
  const std::size_t colon = place.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    const char* end = place.data() + place.size();
    const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, command.line);
    if (error == std::errc{} && stop == end && command.line > 0) {
      command.file = place.substr(0, colon);
      return std::nullopt;
    }
  }
  return usage_error("'" + place + "' is not FILE:LINE with a line from 1 on, as in src/main.c:12");
}

std::expected<Command, Exit> question_of(const std::string& name, Fields& fields) {
  if (auto bad = bad_texts(fields)) {
    return std::unexpected(*std::move(bad));
  }
  if (name == "search") {
    if (fields.words.empty() == fields.search.file.empty()) {
      return std::unexpected(usage_error(
          fields.words.empty() ? "there is no query; `quire search --help` shows how it is used"
                               : "the query is given twice, as words and as --file"));
    }
    fields.search.query = join(fields.words, " ");
    if (fields.search.query == "-") {
      fields.search.file = "-";
    }
    if (auto bad = bad_search(fields.search)) {
      return std::unexpected(*std::move(bad));
    }
    return fields.search;
  }
  if (name == "symbol") {
    if (auto bad = bad_text("the pattern", fields.symbol.pattern, true)) {
      return std::unexpected(*std::move(bad));
    }
    return fields.symbol;
  }
  if (name == "similar") {
    if (auto bad = split_place(fields.place, fields.similar)) {
      return std::unexpected(*std::move(bad));
    }
    return fields.similar;
  }
  return fields.files;
}

std::expected<Command, Exit> command_of(const std::string& name, Fields& fields) {
  const std::map<std::string, Command> plain = {
      {"index", fields.index},
      {"status", fields.status},
      {"mcp", fields.mcp},
      {"check", fields.check},
      {"dump", fields.dump},
      {"compact", CompactCommand{}},
      {"export", fields.exported},
      {"import", fields.import},
      {"install", fields.install},
      {"uninstall", fields.uninstall},
      {"completions", fields.completions},
      {"man", ManCommand{}},
  };
  const auto found = plain.find(name);
  return found != plain.end() ? found->second : question_of(name, fields);
}

void remove_guard(std::string& text) {
  if (text.ends_with(kGuard)) {
    text.pop_back();
  }
}

void remove_guards(Fields& fields) {
  for (std::string& word : fields.words) {
    remove_guard(word);
  }
  for (AnswerOptions* options :
       {&fields.search.answer, &fields.symbol.answer, &fields.similar.answer}) {
    remove_guard(options->where);
    for (std::vector<std::string>* values :
         {&options->languages, &options->paths, &options->kinds}) {
      std::ranges::for_each(*values, remove_guard);
    }
  }
  std::ranges::for_each(fields.files.languages, remove_guard);
  std::ranges::for_each(fields.files.paths, remove_guard);
  for (std::string* text :
       {&fields.global.root, &fields.global.db, &fields.index.path, &fields.index.model,
        &fields.search.model, &fields.search.file, &fields.mcp.model, &fields.symbol.pattern,
        &fields.dump.file, &fields.exported.output, &fields.import.input}) {
    remove_guard(*text);
  }
}

std::vector<std::string> words_of(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  for (std::string& word : words) {
    if (word.starts_with('[') && word.ends_with(']')) {
      word += kGuard;
    }
  }
  rewrite_help(words);
  return words;
}

std::expected<Invocation, Exit> invocation_of(const CLI::App& app, Fields& fields) {
  remove_guards(fields);
  fields.global.color = fields.color == "always"  ? ColorChoice::always
                        : fields.color == "never" ? ColorChoice::never
                                                  : ColorChoice::automatic;
  if (fields.version) {
    return Invocation{fields.global, VersionCommand{fields.json}};
  }
  if (fields.licenses) {
    return Invocation{fields.global, LicensesCommand{}};
  }
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    return std::unexpected(Exit{
        2, std::string(kIntroduction) + "\n\n`quire --help` lists all commands and options.\n"});
  }
  const std::string name = chosen.front()->get_name();
  if (fields.json) {
    return std::unexpected(unexpected_word(app, "--json"));
  }
  auto command = command_of(name, fields);
  if (!command) {
    return std::unexpected(std::move(command).error());
  }
  return Invocation{fields.global, *std::move(command)};
}

}  // namespace

std::expected<Invocation, Exit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kIntroduction, "quire");
  Fields fields;
  build(app, fields);
  std::vector<std::string> words = words_of(argc, argv);
  if (auto unknown = unknown_command(app, words)) {
    return std::unexpected(*std::move(unknown));
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    return std::unexpected(Exit{0, app.help(), !fields.global.no_pager});
  } catch (const CLI::CallForAllHelp&) {
    return std::unexpected(Exit{0, short_help(describe_program(app, fields), chosen_name(app))});
  } catch (const CLI::ParseError& error) {
    return std::unexpected(wrong_usage(app, error));
  }
  return invocation_of(app, fields);
}

ProgramDescription describe_program() {
  CLI::App app(kIntroduction, "quire");
  Fields fields;
  build(app, fields);
  return describe_program(app, fields);
}

}  // namespace quire::cli
