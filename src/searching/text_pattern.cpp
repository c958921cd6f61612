#include "searching/text_pattern.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <regex.h>

#include "base/utf8.hpp"
#include "searching/expression.hpp"

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

/// `\d` and `\D` are not POSIX, and no extension of glibc either; none is within a set.
std::string in_posix(std::string_view expression) {
  std::string out;
  ExpressionReader reader(expression);
  for (auto token = reader.next(); token; token = reader.next()) {
    const std::string_view text = expression.substr(token->begin, token->end - token->begin);
    out += text == "\\d"              ? "[0-9]"
           : text == "\\D"            ? "[^0-9]"
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

}  // namespace

struct TextPattern::Compiled {
  regex_t regex{};
  bool made = false;

  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (made) {
      regfree(&regex);
    }
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
  TextPattern pattern;
  pattern.compiled_ = std::make_unique<Compiled>();
  pattern.required_ = RequiredTexts::of(expression);
  const int code = regcomp(&pattern.compiled_->regex, in_posix(expression).c_str(), REG_EXTENDED);
  if (code != 0) {
    char words[256];
    regerror(code, &pattern.compiled_->regex, words, sizeof words);
    return fail(ErrorCode::invalid_argument,
                "the regular expression '" + expression + "': " + words);
  }
  pattern.compiled_->made = true;
  return pattern;
}

bool TextPattern::matches(std::string_view content) const {
  if (compiled_ == nullptr) {
    return fold_ ? base::ascii_lower(content).contains(literal_) : content.contains(literal_);
  }
  for (std::size_t at = 0; at <= content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    const std::string line(content.substr(at, end - at));
    if (regexec(&compiled_->regex, line.c_str(), 0, nullptr, 0) == 0) {
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
  for (std::size_t at = 0; at <= text.size();) {
    const std::optional<Range> found = find_from(compiled_->regex, text, at);
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
