#include "cli/pager.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <spawn.h>

#include "base/program_path.hpp"

namespace quire::cli {
namespace {

/// What only a shell understands, by git's list.
constexpr std::string_view kForShells = "|&;<>()$`\\\"'*?[#~=%\n";
/// A shell's exit codes for a program that is not there, or is none.
constexpr std::array kNotRun = {126, 127};

std::string variable(const char* name, const std::string& otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The words of a command line, the program first; none if nothing is to be run.
std::vector<std::string> words_of(const std::string& command) {
  if (command.find_first_of(kForShells) != std::string::npos) {
    return {"sh", "-c", command};
  }
  std::istringstream stream(command);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words == std::vector<std::string>{"cat"} ? std::vector<std::string>{} : words;
}

std::vector<std::string> chosen_pager() {
  const bool has_reader = isatty(STDIN_FILENO) == 1 && variable("TERM", "dumb") != "dumb";
  return !has_reader ? std::vector<std::string>{}
                     : words_of(variable("QUIRE_PAGER", variable("PAGER", "less")));
}

/// Ours, and what git gives its pager too: no paging of what fits a screen, colours as they are.
std::vector<std::string> pager_environment() {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  for (const auto& [name, value] : {std::pair("LESS", "FRX"), std::pair("LESSCHARSET", "utf-8")}) {
    if (std::getenv(name) == nullptr) {
      variables.push_back(std::string(name) + "=" + value);
    }
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// The child's process id; 0 if it can't be started. It stays in our process group, which has the
/// terminal.
pid_t spawn(std::vector<std::string> words, int standard_input) {
  const Result<std::string> program = base::find_program(words.front());
  if (!program) {
    return 0;
  }
  std::vector<std::string> environment = base::safe_environment(pager_environment());
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  sigfillset(&defaults);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t process = 0;
  const int error = posix_spawn(&process, program->c_str(), &actions, &attributes,
                                pointers_to(words).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? process : 0;
}

}  // namespace

std::optional<Pager> Pager::start() {
  std::vector<std::string> words = chosen_pager();
  std::array<int, 2> pipe{};
  if (words.empty() || pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return std::nullopt;
  }
  const pid_t process = spawn(std::move(words), pipe[0]);
  close(pipe[0]);
  if (process == 0) {
    close(pipe[1]);
    return std::nullopt;
  }
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGQUIT, SIG_IGN);
  return Pager(process, pipe[1]);
}

bool Pager::finish() {
  if (process_ == 0) {
    return true;
  }
  close(std::exchange(input_, -1));
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return !WIFEXITED(status) || std::ranges::find(kNotRun, WEXITSTATUS(status)) == kNotRun.end();
}

}  // namespace quire::cli
