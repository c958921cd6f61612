#include "cli/interrupt.hpp"

#include <csignal>
#include <initializer_list>

#include <signal.h>

#include "cli/terminal.hpp"

namespace quire::cli {
namespace {

volatile std::sig_atomic_t received = 0;

extern "C" void note_signal(int number) {
  received = number;
  say_while_in_signal(
      "\nfinishing what is begun; once more ends at once, which loses no finished work\n");
}

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = note_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) {
    // A program started in the background by a shell ignores SIGINT, and is to go on doing so.
    struct sigaction before{};
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) {
      sigaction(number, &action, nullptr);
    }
  }
}

bool interrupted() {
  return received != 0;
}

int interrupt_exit_code() {
  return 128 + static_cast<int>(received);
}

}  // namespace quire::cli
