#pragma once

/// Ctrl-C (and SIGTERM) as a question, for commands that want to finish what they began.
namespace quire::cli {

/// From now on the first such signal only sets a flag; the second ends the program at once, which
/// the store's journal makes safe.
void catch_interrupts();

bool interrupted();

/// 128 and the signal's number: 130 for Ctrl-C.
int interrupt_exit_code();

}  // namespace quire::cli
