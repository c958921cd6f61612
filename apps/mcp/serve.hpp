#pragma once

#include <chrono>
#include <optional>

#include "mcp/tree.hpp"

namespace quire::mcp {

/// Serves `tree` to the client at standard input and output until the input ends, the parent
/// process is gone, SIGTERM or SIGINT comes, or nothing has been asked for `idle_exit`. Ends the
/// process, with exit code 0.
[[noreturn]] void serve(const Tree& tree, std::optional<std::chrono::seconds> idle_exit);

}  // namespace quire::mcp
