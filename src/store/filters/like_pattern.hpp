#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quire::filters {

enum class LetterCase : std::uint8_t {
  exact,
  folded,  ///< ASCII letters are equal whatever their case; of other letters every byte counts.
};

/// A LIKE pattern: `%` for any characters, `_` for one (a UTF-8 character), `escape` (0: none)
/// before a character that stands for itself.
///
/// Between two `%` lies a segment, which is looked for from the left and never tried again further
/// on: a later place could only leave less for those after it. So the time is that of one search a
/// segment: at most text times pattern, and text plus pattern where no `_` is used.
class LikePattern {
 public:
  explicit LikePattern(std::string_view pattern,
                       char escape = 0,
                       LetterCase letters = LetterCase::exact);

  bool matches(std::string_view text) const {
    return letters_ == LetterCase::exact ? matches_bytes(text) : matches_folded(text);
  }

  static bool ends_in_escape(std::string_view pattern, char escape);

 private:
  /// `skipped` characters, then `literal`.
  struct Piece {
    std::size_t skipped = 0;
    std::string literal;
  };
  using Segment = std::vector<Piece>;

  bool matches_bytes(std::string_view text) const {
    return text.starts_with(prefix_) && (is_prefix_ || matches_rest(text));
  }
  bool matches_folded(std::string_view text) const;

  /// At a `%`; many in a row are one.
  void begin_segment();
  void fold_letters();

  static bool is_empty(const Segment& segment);
  bool matches_rest(std::string_view text) const;

  /// The end of the pieces from `piece` on, where they begin at `at`; npos if they don't.
  static std::size_t match(const Segment& segment,
                           std::size_t piece,
                           std::string_view text,
                           std::size_t at);
  /// The end of `segment` at its first place at or after `at`; npos if there is none.
  static std::size_t find(const Segment& segment, std::string_view text, std::size_t at);
  /// Whether it ends the text, beginning at or after `at`.
  static bool ends(const Segment& segment, std::string_view text, std::size_t at);

  /// The first begins the text, the last ends it; those between are not empty.
  std::vector<Segment> segments_;
  std::string prefix_;      ///< What every text that matches begins with.
  bool is_prefix_ = false;  ///< ... and nothing more is asked.
  LetterCase letters_;
};

}  // namespace quire::filters
