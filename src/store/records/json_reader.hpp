#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quire::records {

/// Reads JSON (RFC 8259) off foreign bytes, value by value: no tree, and no memory beyond one
/// string. Strings must be valid UTF-8, escapes whole surrogate pairs, integers exact.
///
/// The first failure stays: from then on every answer is false, zero or "", and the place does not
/// move, so that ok() need only be asked where a loop ends.
class JsonReader {
 public:
  explicit JsonReader(std::string_view bytes, std::size_t offset = 0)
      : begin_(bytes.data()), at_(begin_ + offset), end_(begin_ + bytes.size()) {}

  bool ok() const { return problem_.empty(); }
  /// What went wrong, and the offset where.
  const std::string& problem() const { return problem_; }
  std::size_t problem_offset() const { return problem_offset_; }
  /// Fails at the present place, or at `offset`, unless it has failed before.
  void fail(std::string problem) { fail_at(offset(), std::move(problem)); }
  void fail_at(std::size_t offset, std::string problem);

  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  /// True if the next value or punctuation begins with `c`.
  bool next_is(char c);

  void open_object();
  /// Goes to the next member's value, with its name in `name` until the next call; false after the
  /// last one, having passed the brace. `first` is true before the first call.
  bool next_member(bool& first, std::string_view& name);

  void open_array();
  /// Goes to the next element; false after the last one, having passed the bracket.
  bool next_element(bool& first);

  /// A string, decoded; valid until the next call.
  std::string_view string();
  /// The same into `out`.
  void string(std::string& out) { decode(raw_string(), out); }
  void skip_string() { raw_string(); }
  /// Passes `null` if it is next.
  bool null();
  std::int64_t i64();
  std::uint64_t u64();
  /// A number, which must be finite as a double.
  double f64();
  bool boolean();
  /// Passes any value, checking that it is one. At most 100 deep.
  void skip_value();
  /// Fails unless only white space is left.
  void finish();

 private:
  struct Raw {
    std::string_view text;  ///< Between the quotes.
    bool escaped = false;
  };

  Raw raw_string();
  /// The end of the non-ASCII characters or the \u escape at `at`; null on failure, which every
  /// other special byte is.
  const char* pass_special(const char* at);
  const char* pass_escape(const char* at);
  const char* pass_non_ascii(const char* at);
  static void decode(const Raw& raw, std::string& out);
  /// The decoded text, in `scratch` where it differs from the bytes.
  static std::string_view decoded(const Raw& raw, std::string& scratch);

  template <class T>
  T integer();
  void skip(int depth);
  void skip_members(int depth);
  void skip_elements(int depth);
  void skip_number();
  void skip_digits();
  void literal(std::string_view word);

  bool pass(char c);
  void expect(char c, std::string_view where);
  void skip_space();
  std::string found() const;

  const char* begin_;
  const char* at_;
  const char* end_;
  std::string name_;
  std::string value_;
  std::string problem_;
  std::size_t problem_offset_ = 0;
};

}  // namespace quire::records
