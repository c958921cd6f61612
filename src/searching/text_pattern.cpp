#include "searching/text_pattern.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <regex.h>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "searching/expression.hpp"
#include "searching/expression_limits.hpp"

namespace quire::searching {
namespace {

using Kind = ExpressionToken::Kind;

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// The characters of `\d`, `\w`, `\s` in a set, where POSIX has a backslash for itself; "" for
/// others.
std::string_view in_set(char letter) {
  return letter == 'd' ? "0-9" : letter == 'w' ? "[:alnum:]_" : letter == 's' ? "[:space:]" : "";
}

std::string set_in_posix(std::string_view set) {
  std::string out;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const std::string_view meant =
        set[i] == '\\' && i + 1 < set.size() ? in_set(set[i + 1]) : std::string_view();
    out += meant.empty() ? set.substr(i, 1) : meant;
    i += meant.empty() ? 0 : 1;
  }
  return out;
}

/// `\d` and `\D` are not POSIX, and no extension of glibc either; none is within a set. A `)`
/// without its fellow gets a backslash, so that the result may be put into a group.
std::string in_posix(std::string_view expression) {
  std::string out;
  ExpressionReader reader(expression);
  for (auto token = reader.next(); token; token = reader.next()) {
    const std::string_view text = expression.substr(token->begin, token->end - token->begin);
    const bool is_lone_bracket = token->kind == Kind::literal && text == ")";
    out += text == "\\d"              ? "[0-9]"
           : text == "\\D"            ? "[^0-9]"
           : is_lone_bracket          ? "\\)"
           : token->kind == Kind::set ? set_in_posix(text)
                                      : std::string(text);
  }
  return out;
}

/// Gathers runs of plain characters that every match has: what stands in no group and no set, and
/// is not left out by a repeat. With alternatives at the top, there are none.
class RequiredTexts {
 public:
  static std::vector<std::string> of(std::string_view expression) {
    RequiredTexts texts(expression);
    ExpressionReader reader(expression);
    for (auto token = reader.next(); token; token = reader.next()) {
      if (token->kind == Kind::alternative && texts.depth_ == 0) {
        return {};
      }
      texts.take(*token);
    }
    texts.end_run();
    return std::move(texts.runs_);
  }

 private:
  explicit RequiredTexts(std::string_view expression) : expression_(expression) {}

  void take(const ExpressionToken& token) {
    if (token.kind == Kind::repeat) {
      repeat(token);
      return;
    }
    const bool is_plain = token.kind == Kind::literal || token.kind == Kind::escape;
    if (!is_plain || is_repeated_) {
      end_run();
    }
    depth_ += token.kind == Kind::open ? 1 : 0;
    depth_ -= token.kind == Kind::close ? 1 : 0;
    if (is_plain && depth_ == 0) {
      run_ += expression_[token.end - 1];
      ends_with_last_ = true;
    }
  }

  /// What comes next does not follow the run's last character, which may itself be left out.
  void repeat(const ExpressionToken& token) {
    if (token.least == 0 && ends_with_last_) {
      run_.pop_back();
      ends_with_last_ = false;
    }
    is_repeated_ = true;
  }

  void end_run() {
    if (!run_.empty()) {
      runs_.push_back(std::exchange(run_, {}));
    }
    ends_with_last_ = false;
    is_repeated_ = false;
  }

  std::string_view expression_;
  std::vector<std::string> runs_;
  std::string run_;
  std::size_t depth_ = 0;
  bool ends_with_last_ = false;  ///< The last character that was taken ends the run.
  bool is_repeated_ = false;
};

/// The first match at or behind `at`. Where the C library can't be told of what stands before
/// (musl), a word may seem to begin at `at`.
std::optional<TextPattern::Range> find_from(const regex_t& regex,
                                            const std::string& text,
                                            std::size_t at) {
  const int flags = at > 0 ? REG_NOTBOL : 0;
#ifdef REG_STARTEND
  regmatch_t found = {static_cast<regoff_t>(at), static_cast<regoff_t>(text.size())};
  const std::size_t before = 0;
  const int code = regexec(&regex, text.c_str(), 1, &found, flags | REG_STARTEND);
#else
  regmatch_t found = {};
  const std::size_t before = at;
  const int code = regexec(&regex, text.c_str() + at, 1, &found, flags);
#endif
  if (code != 0) {
    return std::nullopt;
  }
  return TextPattern::Range{before + static_cast<std::size_t>(found.rm_so),
                            before + static_cast<std::size_t>(found.rm_eo)};
}

/// A compiled expression. glibc builds an automaton while it matches and never gives a state back:
/// it is thrown away and compiled again from time to time.
class CompiledExpression {
 public:
  CompiledExpression() = default;
  CompiledExpression(const CompiledExpression&) = delete;
  CompiledExpression& operator=(const CompiledExpression&) = delete;
  ~CompiledExpression() { clear(); }

  /// 0, or the C library's code.
  int compile(std::string text, int flags, std::size_t most_read) {
    text_ = std::move(text);
    flags_ = flags;
    most_read_ = most_read;
    const int code = regcomp(&regex_, text_.c_str(), flags_);
    is_made_ = code == 0;
    return code;
  }

  /// To match `size` bytes.
  const regex_t& to_read(std::size_t size) {
    regex_t fresh{};
    if (read_ > most_read_ && regcomp(&fresh, text_.c_str(), flags_) == 0) {
      clear();
      regex_ = fresh;
      is_made_ = true;
      read_ = 0;
    }
    read_ += size;
    return regex_;
  }

  std::string words_of(int code) const {
    char words[256];
    regerror(code, &regex_, words, sizeof words);
    return words;
  }

 private:
  void clear() {
    if (is_made_) {
      regfree(&regex_);
    }
    is_made_ = false;
  }

  regex_t regex_{};
  std::string text_;
  int flags_ = 0;
  std::size_t most_read_ = 0;
  std::size_t read_ = 0;
  bool is_made_ = false;
};

}  // namespace

/// The matcher tries each place of a line, and may walk to the line's end from each. Whether there
/// is a match at all is told by one walk, of the same expression with anything before it; but that
/// one's automaton has a state for each set of places where a match may have begun.
struct TextPattern::Compiled {
  CompiledExpression alone;
  CompiledExpression behind_anything;
  ExpressionCost cost;

  /// With more sets than these, the states can be as many as the bytes that are read.
  static constexpr std::uint64_t kFewWide = 8;
  static constexpr std::size_t kLongLine = 8192;
  static constexpr std::size_t kMarkedLine = 500;

  bool has_few_states() const { return cost.wide <= kFewWide; }

  /// Else trying each place is cheaper: no match is long.
  bool walks_once(std::size_t line_size) const {
    return has_few_states() || !cost.has_end || line_size <= kLongLine;
  }

  bool can_be_marked(std::size_t line_size) const {
    return has_few_states() || line_size <= kMarkedLine;
  }
};

TextPattern::TextPattern() = default;
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern& TextPattern::operator=(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;

TextPattern TextPattern::literal(std::string text) {
  TextPattern pattern;
  pattern.required_ = {text};
  pattern.fold_ = !has_capital(text);
  pattern.literal_ = std::move(text);
  return pattern;
}

Result<TextPattern> TextPattern::regex(const std::string& expression) {
  constexpr std::size_t kReadOfMany = 2048;
  constexpr std::size_t kReadOfFew = 65536;
  TextPattern pattern;
  pattern.compiled_ = std::make_unique<Compiled>();
  Compiled& compiled = *pattern.compiled_;
  QUIRE_TRY_ASSIGN(compiled.cost, cost_of(expression));
  pattern.required_ = RequiredTexts::of(expression);
  const std::size_t most_read = compiled.has_few_states() ? kReadOfFew : kReadOfMany;
  const std::string posix = in_posix(expression);
  int code = compiled.alone.compile(posix, REG_EXTENDED, most_read);
  if (code == 0) {
    code =
        compiled.behind_anything.compile("^.*(" + posix + ")", REG_EXTENDED | REG_NOSUB, most_read);
  }
  if (code != 0) {
    return fail(ErrorCode::invalid_argument, "the regular expression '" +
                                                 shown_expression(expression) +
                                                 "': " + compiled.alone.words_of(code));
  }
  return pattern;
}

bool TextPattern::matches(std::string_view content) const {
  if (compiled_ == nullptr) {
    return fold_ ? base::ascii_lower(content).contains(literal_) : content.contains(literal_);
  }
  for (std::size_t at = 0; at <= content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    const std::string line(content.substr(at, end - at));
    CompiledExpression& expression =
        compiled_->walks_once(line.size()) ? compiled_->behind_anything : compiled_->alone;
    if (regexec(&expression.to_read(line.size()), line.c_str(), 0, nullptr, 0) == 0) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

std::vector<TextPattern::Range> TextPattern::ranges(std::string_view content) const {
  if (compiled_ == nullptr) {
    return fold_ ? literal_ranges(base::ascii_lower(content)) : literal_ranges(content);
  }
  std::vector<Range> ranges;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    add_ranges_of_line(content.substr(at, end - at), at, ranges);
    at = end + 1;
  }
  return ranges;
}

std::vector<TextPattern::Range> TextPattern::literal_ranges(std::string_view content) const {
  std::vector<Range> ranges;
  if (literal_.empty()) {
    return ranges;
  }
  for (std::size_t at = content.find(literal_); at != std::string_view::npos;
       at = content.find(literal_, at + literal_.size())) {
    ranges.push_back({at, at + literal_.size()});
  }
  return ranges;
}

void TextPattern::add_ranges_of_line(std::string_view line,
                                     std::size_t offset,
                                     std::vector<Range>& ranges) const {
  const std::string text(line);
  if (!compiled_->can_be_marked(text.size())) {
    if (!text.empty() && matches(text)) {
      ranges.push_back({offset, offset + text.size()});
    }
    return;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::optional<Range> found =
        find_from(compiled_->alone.to_read(text.size() - at), text, at);
    if (!found) {
      return;
    }
    if (found->end > found->begin) {
      ranges.push_back({offset + found->begin, offset + found->end});
    }
    at = std::max(found->end, found->begin + 1);
  }
}

}  // namespace quire::searching
