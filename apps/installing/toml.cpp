#include "installing/toml.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/try.hpp"
#include "installing/lines.hpp"

namespace quire::installing {
namespace {

using Kind = TomlValue::Kind;

constexpr std::size_t kMaxDepth = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kEscapes = "btnfre\"\\uUx";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_bare(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool is_word(char c) {
  return is_bare(c) || c == '+' || c == '.' || c == ':';
}

/// A number, a date, or one of the four words.
bool is_value(std::string_view word) {
  const std::string_view unsigned_word =
      word.substr(word.starts_with('+') || word.starts_with('-') ? 1 : 0);
  return (!unsigned_word.empty() && is_digit(unsigned_word.front())) || unsigned_word == "inf" ||
         unsigned_word == "nan" || word == "true" || word == "false";
}

bool is_date(std::string_view word) {
  return word.size() == 10 && word[4] == '-' && word[7] == '-';
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<TomlDocument> parse() {
    if (const std::size_t lone = find_lone_return(text_); lone != std::string_view::npos) {
      return fail_at(lone, "a carriage return without a line feed");
    }
    at_ = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    for (skip_space(); at_ < text_.size(); skip_space()) {
      QUIRE_TRY(next() == '[' ? header() : name_and_value());
      QUIRE_TRY(require_end_of_line());
    }
    return std::move(document_);
  }

 private:
  std::unexpected<Error> fail_at(std::size_t offset, const std::string& problem) const {
    return fail(ErrorCode::store_serde,
                file_ + ":" + std::to_string(line_number(text_, offset)) + ": " + problem);
  }

  /// '\0' behind the end.
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool is_next(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  bool skip(std::string_view what) {
    const bool found = is_next(what);
    at_ += found ? what.size() : 0;
    return found;
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

  void skip_comment() {
    document_.comments.push_back(at_);
    at_ = std::min(text_.find('\n', at_), text_.size());
  }

  /// Blanks, line ends and comments.
  void skip_space() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (next() != '#') {
        return;
      }
      skip_comment();
    }
  }

  Status require_end_of_line() {
    skip_blanks();
    if (next() == '#') {
      skip_comment();
    }
    return at_ == text_.size() || skip("\n") || skip("\r\n")
               ? Status()
               : fail_at(at_, "more follows on the line");
  }

  Status header() {
    TomlStatement statement;
    statement.begin = at_;
    const bool is_array = is_next("[[");
    statement.kind = is_array ? TomlStatement::Kind::array_of_tables : TomlStatement::Kind::table;
    at_ += is_array ? 2 : 1;
    QUIRE_TRY_ASSIGN(statement.path, path());
    if (!skip(is_array ? "]]" : "]")) {
      return fail_at(at_, "a header that does not end");
    }
    statement.end = at_;
    table_ = statement.path;
    document_.statements.push_back(std::move(statement));
    return {};
  }

  Status name_and_value() {
    TomlStatement statement;
    statement.begin = at_;
    statement.path = table_;
    statement.table = table_.size();
    QUIRE_TRY_ASSIGN(const TomlPath own, assigned_path());
    statement.path.insert(statement.path.end(), own.begin(), own.end());
    QUIRE_TRY_ASSIGN(statement.value, value(0));
    statement.end = at_;
    document_.statements.push_back(std::move(statement));
    return {};
  }

  /// With the sign of equality and the blanks behind it.
  Result<TomlPath> assigned_path() {
    QUIRE_TRY_ASSIGN(TomlPath names, path());
    if (!skip("=")) {
      return fail_at(at_, "= was expected");
    }
    skip_blanks();
    return names;
  }

  /// Names with dots between them, and the blanks around them.
  Result<TomlPath> path() {
    TomlPath names;
    do {
      skip_blanks();
      QUIRE_TRY_ASSIGN(std::string read, name());
      names.push_back(std::move(read));
      skip_blanks();
    } while (skip("."));
    return names;
  }

  Result<std::string> name() {
    const std::size_t begin = at_;
    if (next() == '"' || next() == '\'') {
      QUIRE_TRY(skip_string(text_.substr(at_, 1)));
      return decoded(begin).value_or(std::string(text_.substr(begin, at_ - begin)));
    }
    while (is_bare(next())) {
      ++at_;
    }
    if (at_ == begin) {
      return fail_at(at_, "a name was expected");
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// The string on one line that begins at `begin` and ends here.
  std::optional<std::string> decoded(std::size_t begin) const {
    const std::string_view quoted = text_.substr(begin, at_ - begin);
    if (quoted.front() == '\'') {
      return std::string(quoted.substr(1, quoted.size() - 2));
    }
    const Result<base::Json> read = base::parse_json(quoted);
    return read ? std::optional(read->get<std::string>()) : std::nullopt;
  }

  Result<TomlValue> value(std::size_t depth) {
    if (depth > kMaxDepth) {
      return fail_at(at_, "nested too deep");
    }
    switch (next()) {
      case '"':
      case '\'':
        return string();
      case '[':
        return array(depth);
      case '{':
        return table(depth);
      default:
        return word();
    }
  }

  Result<TomlValue> string() {
    TomlValue value;
    value.kind = Kind::string;
    const std::size_t begin = at_;
    const bool on_lines = is_next("\"\"\"") || is_next("'''");
    QUIRE_TRY(skip_string(text_.substr(at_, on_lines ? 3 : 1)));
    value.string = on_lines ? std::nullopt : decoded(begin);
    return value;
  }

  /// `quote`: one mark or three; the string on many lines may end with up to two more.
  Status skip_string(std::string_view quote) {
    const std::size_t begin = at_;
    const bool on_lines = quote.size() == 3;
    for (at_ += quote.size(); !is_next(quote); ++at_) {
      if (at_ >= text_.size() || (next() == '\n' && !on_lines)) {
        return fail_at(begin, "a string that does not end");
      }
      if (next() == '\\' && quote.front() == '"') {
        ++at_;
        QUIRE_TRY(require_escape(on_lines));
      }
    }
    at_ += quote.size();
    for (int more = 0; on_lines && more < 2 && next() == quote.front(); ++more) {
      ++at_;
    }
    return {};
  }

  Status require_escape(bool on_lines) const {
    const std::string_view known = on_lines ? " \t\r\n" : "";
    return at_ < text_.size() && (kEscapes.find(next()) != std::string_view::npos ||
                                  known.find(next()) != std::string_view::npos)
               ? Status()
               : fail_at(at_, "an unknown escape");
  }

  Result<TomlValue> array(std::size_t depth) {
    TomlValue array;
    array.kind = Kind::array;
    ++at_;
    skip_space();
    while (next() != ']') {
      QUIRE_TRY_ASSIGN(TomlValue element, value(depth + 1));
      array.elements.push_back(std::move(element));
      QUIRE_TRY(skip_comma(']'));
    }
    ++at_;
    return array;
  }

  Result<TomlValue> table(std::size_t depth) {
    TomlValue table;
    table.kind = Kind::table;
    ++at_;
    skip_space();
    while (next() != '}') {
      table.is_empty = false;
      QUIRE_TRY(assigned_path());
      QUIRE_TRY(value(depth + 1));
      QUIRE_TRY(skip_comma('}'));
    }
    ++at_;
    return table;
  }

  Status skip_comma(char close) {
    skip_space();
    if (skip(",")) {
      skip_space();
      return {};
    }
    return next() == close ? Status()
                           : fail_at(at_, std::string("a comma or ") + close + " was expected");
  }

  Result<TomlValue> word() {
    const std::size_t begin = at_;
    skip_word();
    const bool time_follows = next() == ' ' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
    if (is_date(text_.substr(begin, at_ - begin)) && time_follows) {
      ++at_;
      skip_word();
    }
    if (!is_value(text_.substr(begin, at_ - begin))) {
      return fail_at(begin, "a value was expected");
    }
    return TomlValue();
  }

  void skip_word() {
    while (is_word(next())) {
      ++at_;
    }
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  TomlPath table_;
  TomlDocument document_;
};

}  // namespace

Result<TomlDocument> parse_toml(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

}  // namespace quire::installing
