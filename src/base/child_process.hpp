#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

/// The one door to other programs; program_path.hpp says where they come from.
namespace quire::base {

/// Bytes that a child reads from one of its descriptors, to the end.
struct ChildInput {
  int descriptor = 0;
  std::string_view bytes;
};

/// One of a child's descriptors whose bytes are kept.
struct ChildOutput {
  int descriptor = 1;
  std::size_t limit = 0;  ///< In bytes; a child that writes more is killed.
};

struct ChildCommand {
  std::vector<std::string> arguments;    ///< The program first, as find_program() finds it.
  std::vector<std::string> environment;  ///< "NAME=value"; the child gets these alone, made safe.
  std::vector<ChildInput> inputs;
  std::vector<ChildOutput> outputs;
  std::chrono::milliseconds time_limit{};
};

/// How a child ended, and what it wrote.
struct ChildReport {
  enum class End : std::uint8_t {
    exited,     ///< By itself: `code` is its exit code.
    signalled,  ///< By the signal `code`, which was not ours.
    timed_out,  ///< Killed at the time limit.
    flooded,    ///< Killed for writing more than a limit.
  };

  End end = End::exited;
  int code = 0;
  std::vector<std::string> outputs;  ///< In the order of ChildCommand::outputs.
};

/// Runs a program and waits for its end. Descriptors 0 to 2 that no pipe is asked for are
/// /dev/null. The child has a process group of its own, so that Ctrl-C at the terminal does not end
/// it, and default signals. This process's signal handlers stay as they are, and it is left without
/// a child or an open descriptor whatever happens.
///
/// May be called by several threads at once. Errors: `not_found` (no such program), `unavailable`
/// (the system has no process, descriptor or memory left).
Result<ChildReport> run_child(const ChildCommand& command);

}  // namespace quire::base
