#pragma once

#include <quire/result.hpp>

#include "cli/invocation.hpp"

namespace quire::cli {

/// Fills the query of a command that says where it is to be read: in a file, or from standard
/// input. Invalid UTF-8 is repaired, a line feed at the end taken off. Errors: `store_io`, and
/// `invalid_argument` for more than 16 MiB, or nothing to look for.
Status read_query(SearchCommand& command);

}  // namespace quire::cli
