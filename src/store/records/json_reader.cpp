#include "store/records/json_reader.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "base/checksum.hpp"
#include "base/real_number.hpp"
#include "base/utf8.hpp"
#include "store/records/json_scan.hpp"

namespace quire::records {
namespace {

constexpr int kMaxDepth = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The value of the four hex digits at `at`, or nothing.
std::optional<std::uint32_t> hex4(const char* at, const char* end) {
  if (end - at < 4) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(at, at + 4, value, 16);
  return error == std::errc() && stop == at + 4 ? std::optional(value) : std::nullopt;
}

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

char* put_utf8(char* out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
    return out;
  }
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
  return out;
}

/// For each c: the character that `\c` stands for; 0 if none.
constexpr std::array<char, 256> kUnescaped = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

char unescaped(char c) {
  return kUnescaped[static_cast<unsigned char>(c)];
}

/// Decodes the valid escape at `at`, which is passed; the end of what it wrote to `out`.
char* put_escape(const char*& at, const char* end, char* out) {
  if (at[1] != 'u') {
    *out = unescaped(at[1]);
    at += 2;
    return out + 1;
  }
  std::uint32_t code = hex4(at + 2, end).value_or(0);
  at += 6;
  if (is_high_surrogate(code)) {
    code = 0x10000 + ((code - 0xD800) << 10) + (hex4(at + 2, end).value_or(0) - 0xDC00);
    at += 6;
  }
  return put_utf8(out, code);
}

}  // namespace

void JsonReader::fail_at(std::size_t offset, std::string problem) {
  if (ok()) {
    problem_ = std::move(problem);
    problem_offset_ = offset;
    at_ = end_;
  }
}

void JsonReader::skip_space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
    ++at_;
  }
}

bool JsonReader::next_is(char c) {
  skip_space();
  return at_ != end_ && *at_ == c;
}

bool JsonReader::pass(char c) {
  if (!next_is(c)) {
    return false;
  }
  ++at_;
  return true;
}

std::string JsonReader::found() const {
  if (at_ == end_) {
    return "the end of the file";
  }
  const char c = *at_;
  return c > 0x20 && c < 0x7F ? std::string("'") + c + "'"
                              : "the byte 0x" + base::to_hex(std::string_view(&c, 1));
}

void JsonReader::expect(char c, std::string_view where) {
  if (!pass(c)) {
    fail(std::string("expected '") + c + "' " + std::string(where) + ", found " + found());
  }
}

void JsonReader::open_object() {
  expect('{', "to begin an object");
}

bool JsonReader::next_member(bool& first, std::string_view& name) {
  if (pass('}') || !ok()) {
    return false;
  }
  if (!std::exchange(first, false)) {
    expect(',', "or '}' after a member");
  }
  name = decoded(raw_string(), name_);
  expect(':', "after a member's name");
  return ok();
}

JsonReader::Raw JsonReader::raw_string() {
  expect('"', "to begin a string");
  if (!ok()) {
    return {};
  }
  const char* const begin = at_;
  const char* at = begin;
  bool escaped = false;
  for (;;) {
    at = skip_plain<NonAscii::stops>(at, end_);
    if (at == end_) {
      fail_at(offset() - 1, "a string that does not end");
      return {};
    }
    if (*at == '"') {
      at_ = at + 1;
      return {{begin, static_cast<std::size_t>(at - begin)}, escaped};
    }
    escaped = escaped || *at == '\\';
    const bool is_short_escape = *at == '\\' && end_ - at >= 2 && unescaped(at[1]) != 0;
    at = is_short_escape ? at + 2 : pass_special(at);
    if (at == nullptr) {
      return {};
    }
  }
}

const char* JsonReader::pass_special(const char* at) {
  if (*at == '\\') {
    return pass_escape(at);
  }
  if (static_cast<unsigned char>(*at) >= 0x80) {
    return pass_non_ascii(at);
  }
  at_ = at;
  fail("a control character in a string: " + found());
  return nullptr;
}

const char* JsonReader::pass_non_ascii(const char* at) {
  const char* stop = at;
  while (stop != end_ && static_cast<unsigned char>(*stop) >= 0x80) {
    ++stop;
  }
  const std::string_view run(at, static_cast<std::size_t>(stop - at));
  if (const std::optional<std::size_t> bad = base::invalid_utf8_offset(run)) {
    fail_at(static_cast<std::size_t>(at - begin_) + *bad, "invalid UTF-8 in a string");
    return nullptr;
  }
  return stop;
}

const char* JsonReader::pass_escape(const char* at) {
  const auto refuse = [&](const char* what) -> const char* {
    fail_at(static_cast<std::size_t>(at - begin_), what);
    return nullptr;
  };
  if (end_ - at < 2) {
    return refuse("an escape that does not end");
  }
  if (at[1] != 'u') {
    return refuse("an unknown escape in a string");
  }
  const std::optional<std::uint32_t> unit = hex4(at + 2, end_);
  if (!unit.has_value()) {
    return refuse("\\u without four hex digits");
  }
  if (is_low_surrogate(*unit)) {
    return refuse("a low surrogate without a high one");
  }
  if (!is_high_surrogate(*unit)) {
    return at + 6;
  }
  const bool pair = end_ - at >= 12 && at[6] == '\\' && at[7] == 'u' &&
                    is_low_surrogate(hex4(at + 8, end_).value_or(0));
  return pair ? at + 12 : refuse("a high surrogate without a low one");
}

void JsonReader::decode(const Raw& raw, std::string& out) {
  if (!raw.escaped) {
    out.assign(raw.text);
    return;
  }
  // No escape is shorter than what it stands for; copy_plain() wants 7 bytes more.
  out.resize(raw.text.size() + 7);
  char* to = out.data();
  const char* at = raw.text.data();
  const char* const end = at + raw.text.size();
  while ((at = copy_plain(at, end, to)) != end) {
    to = put_escape(at, end, to);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
}

std::string_view JsonReader::decoded(const Raw& raw, std::string& scratch) {
  if (!raw.escaped) {
    return raw.text;
  }
  decode(raw, scratch);
  return scratch;
}

std::string_view JsonReader::string() {
  return decoded(raw_string(), value_);
}

void JsonReader::literal(std::string_view word) {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) == word) {
    at_ += word.size();
  } else {
    fail("expected '" + std::string(word) + "'");
  }
}

bool JsonReader::null() {
  if (!next_is('n')) {
    return false;
  }
  literal("null");
  return ok();
}

template <class T>
T JsonReader::integer() {
  constexpr std::string_view kKind =
      std::is_signed_v<T> ? "a 64-bit integer" : "an unsigned 64-bit integer";
  skip_space();
  T value{};
  const auto [stop, error] = std::from_chars(at_, end_, value);
  if (error == std::errc::result_out_of_range) {
    fail("a number out of range: expected " + std::string(kKind));
    return 0;
  }
  if (error != std::errc()) {
    fail("expected " + std::string(kKind) + ", found " + found());
    return 0;
  }
  const char* const digits = at_ + (*at_ == '-' ? 1 : 0);
  if ((*digits == '0' && stop - digits > 1) ||
      (stop != end_ && (*stop == '.' || *stop == 'e' || *stop == 'E'))) {
    fail("a number that is not written as an integer: expected " + std::string(kKind));
    return 0;
  }
  at_ = stop;
  return value;
}

std::int64_t JsonReader::i64() {
  return integer<std::int64_t>();
}

std::uint64_t JsonReader::u64() {
  return integer<std::uint64_t>();
}

double JsonReader::f64() {
  skip_space();
  const char* const begin = at_;
  if (at_ == end_) {
    fail("expected a number, found the end of the file");
    return 0;
  }
  skip_number();
  const auto value = base::real_number({begin, static_cast<std::size_t>(at_ - begin)});
  if (!value) {
    fail_at(static_cast<std::size_t>(begin - begin_), "a number beyond those of double precision");
  }
  return ok() ? *value : 0;
}

bool JsonReader::boolean() {
  const bool is_true = next_is('t');
  literal(is_true ? "true" : "false");
  return is_true && ok();
}

void JsonReader::open_array() {
  expect('[', "to begin an array");
}

bool JsonReader::next_element(bool& first) {
  if (pass(']') || !ok()) {
    return false;
  }
  if (!std::exchange(first, false)) {
    expect(',', "or ']' after an element");
  }
  return ok();
}

void JsonReader::skip_value() {
  skip(0);
}

void JsonReader::skip(int depth) {
  skip_space();
  if (depth == kMaxDepth) {
    fail("values nested deeper than 100");
  } else if (at_ == end_) {
    fail("expected a value, found the end of the file");
  } else if (*at_ == '"') {
    raw_string();
  } else if (*at_ == '{') {
    skip_members(depth);
  } else if (*at_ == '[') {
    skip_elements(depth);
  } else if (*at_ == 't') {
    literal("true");
  } else if (*at_ == 'f') {
    literal("false");
  } else if (*at_ == 'n') {
    literal("null");
  } else {
    skip_number();
  }
}

void JsonReader::skip_members(int depth) {
  open_object();
  std::string_view name;
  for (bool first = true; next_member(first, name);) {
    skip(depth + 1);
  }
}

void JsonReader::skip_elements(int depth) {
  expect('[', "to begin an array");
  if (pass(']')) {
    return;
  }
  do {
    skip(depth + 1);
  } while (pass(','));
  expect(']', "or ',' after an element");
}

void JsonReader::skip_digits() {
  if (at_ == end_ || !is_digit(*at_)) {
    fail("expected a digit, found " + found());
  }
  while (at_ != end_ && is_digit(*at_)) {
    ++at_;
  }
}

void JsonReader::skip_number() {
  if (*at_ != '-' && !is_digit(*at_)) {
    fail("expected a value, found " + found());
    return;
  }
  at_ += *at_ == '-' ? 1 : 0;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
  } else {
    skip_digits();
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    skip_digits();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    at_ += at_ != end_ && (*at_ == '+' || *at_ == '-') ? 1 : 0;
    skip_digits();
  }
}

void JsonReader::finish() {
  skip_space();
  if (at_ != end_) {
    fail("expected the end of the file, found " + found());
  }
}

}  // namespace quire::records
