#pragma once

#include <optional>
#include <utility>

namespace quire::cli {

/// Another program that has the terminal, and shows there what it reads a screen at a time.
class Pager {
 public:
  /// Starts what $QUIRE_PAGER, else $PAGER says, else less. Nothing if that is empty, `cat` or no
  /// program, on a terminal that is dumb, and where nobody can type: standard input is no
  /// terminal. From then on Ctrl-C is the pager's affair.
  static std::optional<Pager> start();

  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;
  Pager(Pager&& other) noexcept
      : process_(std::exchange(other.process_, 0)), input_(std::exchange(other.input_, -1)) {}
  Pager& operator=(Pager&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(input_, other.input_);
    return *this;
  }
  ~Pager() { finish(); }

  /// A descriptor: what is written there is shown.
  int input() const { return input_; }

  /// Ends the input, and waits until the user has seen enough. False if there was nothing to see:
  /// the shell found no such program.
  bool finish();

 private:
  Pager(int process, int input) : process_(process), input_(input) {}

  int process_;
  int input_;
};

}  // namespace quire::cli
