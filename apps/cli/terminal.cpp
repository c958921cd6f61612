#include "cli/terminal.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include <poll.h>

#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace quire::cli {
namespace {

using answering::count_of;
using answering::with_thousands;
using base::printable;

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr std::chrono::milliseconds kRedrawInterval{50};
constexpr std::chrono::seconds kReportInterval{1};

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

/// CLICOLOR_FORCE=0 is how it is unset where only its value can be changed.
bool colors_are_forced() {
  const char* value = std::getenv("CLICOLOR_FORCE");
  return value != nullptr && *value != '\0' && std::string_view(value) != "0";
}

bool terminal_has_colors() {
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

/// What was said while a pager has the screen; none while none has.
std::optional<std::string> held_remarks;

void put_remark(const std::string& text) {
  if (held_remarks) {
    *held_remarks += text;
  } else {
    std::fputs(text.c_str(), stderr);
  }
}

void release_remarks() {
  const std::string remarks = std::exchange(held_remarks, std::nullopt).value_or("");
  std::fputs(remarks.c_str(), stderr);
}

}  // namespace

Output Output::to_stdout() {
  return Output(STDOUT_FILENO);
}

Output Output::to_stderr() {
  return Output(STDERR_FILENO);
}

Output Output::to_pager(const GlobalOptions& options) {
  return Output(STDOUT_FILENO, !options.no_pager && isatty(STDOUT_FILENO) == 1);
}

void Output::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) {
    flush();
  }
}

void Output::start_pager() {
  pages_ = false;
  pager_ = Pager::start();
  if (pager_) {
    descriptor_ = pager_->input();
    held_remarks.emplace();
  }
}

void Output::finish_pager() {
  if (pager_ && !pager_->finish()) {
    put_remark("the pager could not be run; --no-pager does without\n");
  }
  pager_.reset();
  release_remarks();
}

void Output::flush() {
  if (pages_ && !buffer_.empty()) {
    start_pager();
  }
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

Status Output::finish() {
  flush();
  finish_pager();
  if (error_ == 0 || error_ == EPIPE) {
    return {};
  }
  return fail(ErrorCode::store_io, "write the output: " + std::generic_category().message(error_));
}

int OutputStream::Buffer::overflow(int_type c) {
  if (c != traits_type::eof()) {
    const char byte = traits_type::to_char_type(c);
    out_->write({&byte, 1});
  }
  return out_->ended() ? traits_type::eof() : traits_type::not_eof(c);
}

std::streamsize OutputStream::Buffer::xsputn(const char* text, std::streamsize size) {
  out_->write({text, static_cast<std::size_t>(size)});
  return out_->ended() ? 0 : size;
}

Style Style::choose(ColorChoice choice) {
  if (choice != ColorChoice::automatic) {
    return Style(choice == ColorChoice::always);
  }
  return Style(!is_set("NO_COLOR") && (colors_are_forced() || terminal_has_colors()));
}

std::string Style::in(std::string_view code, std::string_view text) const {
  if (!on_) {
    return std::string(text);
  }
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

std::string Style::in_ink(Ink ink, std::string_view text) const {
  static constexpr std::array<std::string_view, 6> kCodes = {"", "2", "36", "34", "36", "1;31"};
  return ink == Ink::plain ? std::string(text) : in(kCodes[static_cast<std::size_t>(ink)], text);
}

std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
    return 0;
  }
  return size.ws_col;
}

void say(const GlobalOptions& options, std::string_view line) {
  if (!options.quiet) {
    put_remark(printable(line) + '\n');
  }
}

bool can_ask() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool confirms(std::string_view question) {
  std::fprintf(stderr, "%s [y/N] ", printable(question).c_str());
  pollfd input{STDIN_FILENO, POLLIN, 0};
  std::array<char, 16> line{};
  // A signal's handler restarts read(), but not poll().
  if (poll(&input, 1, -1) != 1) {
    std::fputs("\n", stderr);
    return false;
  }
  const ssize_t size = read(STDIN_FILENO, line.data(), line.size());
  std::string answer(line.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  answer = base::ascii_lower(answer.substr(0, answer.find_first_of(" \r\n")));
  return answer == "y" || answer == "yes";
}

void complain(std::string_view message) {
  put_remark("quire: " + base::printable_lines(message) + '\n');
}

void say_while_in_signal(std::string_view text) noexcept {
  const int error = errno;
  if (isatty(STDERR_FILENO) == 1) {
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  }
  errno = error;
}

ProgressLine::ProgressLine(const GlobalOptions& options)
    : terminal_(isatty(STDERR_FILENO) == 1), quiet_(options.quiet) {}

void ProgressLine::show(const IndexProgress& progress) {
  if (quiet_) {
    return;
  }
  if (terminal_) {
    redraw(progress);
  } else if (passes_a_tenth(progress.files_done, progress.files_total)) {
    report(progress);
  }
}

void ProgressLine::show_embedding(const std::string& model,
                                  std::uint64_t done,
                                  std::uint64_t total) {
  if (quiet_) {
    return;
  }
  const std::string line = "embedding again with " + printable(model) + ": " +
                           with_thousands(done) + " of " + with_thousands(total);
  const auto now = Clock::now();
  if (terminal_ && (!drawn_ || done == total || now - last_ >= kRedrawInterval)) {
    last_ = now;
    drawn_ = true;
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  } else if (!terminal_ && passes_a_tenth(done, total)) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

/// For what is no terminal: a line for each tenth, and not too often.
bool ProgressLine::passes_a_tenth(std::uint64_t done, std::uint64_t total) {
  const std::uint64_t tenths = total == 0 ? 0 : done * 10 / total;
  const auto now = Clock::now();
  const auto since = last_ == Clock::time_point{} ? started_ : last_;
  if (tenths <= tenths_ || now - since < kReportInterval) {
    return false;
  }
  tenths_ = tenths;
  last_ = now;
  return true;
}

void ProgressLine::redraw(const IndexProgress& progress) {
  const auto now = Clock::now();
  const bool complete = progress.files_total > 0 && progress.files_done == progress.files_total;
  if (drawn_ && !complete && now - last_ < kRedrawInterval) {
    return;
  }
  last_ = now;
  drawn_ = true;
  if (progress.files_total == 0) {
    std::fputs("\r\x1b[Klooking for files ...", stderr);
    return;
  }
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = seconds > 0 ? static_cast<double>(progress.files_done) / seconds : 0;
  const std::string line =
      with_thousands(progress.files_done) + " of " +
      count_of(progress.files_total, "file", "files") + ", " +
      count_of(progress.chunks, "chunk", "chunks") + ", " +
      (complete ? "finishing ..." : with_thousands(static_cast<std::uint64_t>(rate)) + " files/s");
  std::fprintf(stderr, "\r\x1b[Kindexing: %s", line.c_str());
}

void ProgressLine::report(const IndexProgress& progress) const {
  const std::string line = std::to_string(tenths_ * 10) + " %, " +
                           with_thousands(progress.files_done) + " of " +
                           count_of(progress.files_total, "file", "files");
  std::fprintf(stderr, "indexing: %s\n", line.c_str());
}

void ProgressLine::clear() {
  if (drawn_) {
    std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }
}

}  // namespace quire::cli
