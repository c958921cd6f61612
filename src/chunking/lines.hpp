#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace quire::chunking {

/// Rows of a file, 0-based, `first` to `last` inclusive.
struct Rows {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::uint32_t count() const { return last - first + 1; }
  bool operator==(const Rows&) const = default;
};

/// A text's lines, ended by a line feed each (the last one perhaps not); a carriage return belongs
/// to its line. `text` must outlive this and be shorter than 4 GiB.
class Lines {
 public:
  explicit Lines(std::string_view text);

  std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size()) - 1; }
  /// Without its line feed.
  std::string_view line(std::uint32_t row) const;
  /// The lines of `rows` as they are in the text, without the last line feed.
  std::string_view text(Rows rows) const;
  std::uint32_t byte_size(Rows rows) const { return starts_[rows.last + 1] - starts_[rows.first]; }
  /// Nothing but white space (and perhaps a byte order mark).
  bool is_blank(std::uint32_t row) const { return indents_[row] == kBlank; }
  /// The column of the first character that is not white space, a tab counting 4.
  std::uint32_t indent(std::uint32_t row) const { return indents_[row]; }
  /// The line without white space around it.
  std::string_view trimmed(std::uint32_t row) const;

 private:
  static constexpr std::uint32_t kBlank = 0xffffffff;

  std::string_view text_;
  std::vector<std::uint32_t> starts_;  ///< And the text's size, last.
  std::vector<std::uint32_t> indents_;
};

/// What is at most in one chunk; a symbol or text beyond it is cut. A single line is never cut,
/// however long.
inline constexpr std::uint32_t kMaxRows = 60;
inline constexpr std::uint32_t kMaxBytes = 8 * 1024;

/// True if `rows` may be one chunk.
bool fits_one_chunk(const Lines& lines, Rows rows);

/// `rows` without the blank ones at both ends; nothing if all are blank.
std::optional<Rows> without_blank_ends(const Lines& lines, Rows rows);

}  // namespace quire::chunking
