#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

#include <quire/indexer.hpp>
#include <quire/result.hpp>

#include "cli/invocation.hpp"
#include "cli/pager.hpp"

/// The one door to the terminal: what is written to standard output and standard error.
namespace quire::cli {

/// Buffered bytes for standard output or standard error. After the first failure nothing more is
/// written.
class Output {
 public:
  static Output to_stdout();
  static Output to_stderr();
  /// Standard output; where that is a terminal, what is written is shown by a pager, unless
  /// --no-pager. Meanwhile what is said to people waits for finish().
  static Output to_pager(const GlobalOptions& options);

  /// True if what is written may start a pager.
  bool may_page() const { return pages_; }

  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() = default;

  void write(std::string_view text);
  void flush();

  /// True once the reader has gone away or a write has failed: no use in going on.
  bool ended() const { return error_ != 0; }

  /// Writes what is left. A reader that has gone away (`quire search x | head -1`) is no error;
  /// anything else is `store_io`. A pager is waited for.
  Status finish();

 private:
  explicit Output(int descriptor, bool pages = false) : descriptor_(descriptor), pages_(pages) {}

  void start_pager();
  void finish_pager();

  int descriptor_;
  bool pages_;  ///< A pager is to be started before the first byte.
  std::optional<Pager> pager_;
  int error_ = 0;  ///< errno of the first failure.
  std::string buffer_;
};

/// An Output as a std::ostream.
class OutputStream : public std::ostream {
 public:
  explicit OutputStream(Output& output) : std::ostream(nullptr), buffer_(output) {
    rdbuf(&buffer_);
  }

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(Output& output) : out_(&output) {}

   protected:
    int_type overflow(int_type c) override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;

   private:
    Output* out_;
  };

  Buffer buffer_;
};

/// What a piece of code is written in.
enum class Ink : std::uint8_t { plain, comment, string, keyword, number, match };

/// Colours, or nothing. `automatic` follows the terminal, NO_COLOR, CLICOLOR_FORCE and TERM=dumb.
class Style {
 public:
  static Style choose(ColorChoice choice);

  bool has_colors() const { return on_; }

  std::string path(std::string_view text) const { return in("35", text); }
  std::string symbol(std::string_view text) const { return in("1", text); }
  std::string number(std::string_view text) const { return in("32", text); }
  std::string faint(std::string_view text) const { return in("2", text); }
  std::string warning(std::string_view text) const { return in("33", text); }
  std::string in_ink(Ink ink, std::string_view text) const;

 private:
  explicit Style(bool on) : on_(on) {}
  std::string in(std::string_view code, std::string_view text) const;

  bool on_;
};

/// Columns of the terminal on standard output; 0 if that is none.
std::size_t terminal_width();

/// One line on standard error, for people, as printable() has it: nothing if `quiet`.
void say(const GlobalOptions& options, std::string_view line);

/// True if somebody can be asked: standard input and standard error are a terminal.
bool can_ask();

/// Puts `question` and " [y/N] " on standard error, and reads a line from standard input. True for
/// "y" or "yes" in any letters; a signal that comes meanwhile counts as no.
bool confirms(std::string_view question);

/// "quire: " and the message, on standard error, as printable_lines() has it.
void complain(std::string_view message);

/// Writes `text` to standard error if that is a terminal; may be called in a signal handler.
void say_while_in_signal(std::string_view text) noexcept;

/// How far indexing has come, on standard error: one line that is redrawn on a terminal, else a
/// line every 10 % of a run that takes seconds.
class ProgressLine {
 public:
  explicit ProgressLine(const GlobalOptions& options);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const IndexProgress& progress);
  /// Of change_embedder().
  void show_embedding(const std::string& model, std::uint64_t done, std::uint64_t total);
  /// Takes the line off the terminal.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void redraw(const IndexProgress& progress);
  bool passes_a_tenth(std::uint64_t done, std::uint64_t total);
  void report(const IndexProgress& progress) const;

  bool terminal_;
  bool quiet_;
  bool drawn_ = false;
  std::uint64_t tenths_ = 0;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace quire::cli
