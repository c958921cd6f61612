#pragma once

namespace quire::base {

/// How many calls of fork() lie between this process and the one in which the program first asked.
/// What was made under another number was made by a parent, and may be half changed by threads that
/// are not here.
unsigned forks_so_far();

}  // namespace quire::base
