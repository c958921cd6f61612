#include "searching/text_pattern.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <regex.h>

#include "base/utf8.hpp"

namespace quire::searching {
namespace {

bool has_capital(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// `\d` and `\D` are not POSIX, and no extension of glibc either.
std::string in_posix(std::string_view expression) {
  std::string out;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char next = i + 1 < expression.size() ? expression[i + 1] : '\0';
    if (expression[i] == '\\' && (next == 'd' || next == 'D')) {
      out += next == 'd' ? "[0-9]" : "[^0-9]";
      ++i;
    } else if (expression[i] == '\\' && next != '\0') {
      out.append(expression.substr(i++, 2));
    } else {
      out += expression[i];
    }
  }
  return out;
}

/// Runs of plain characters that every match has. Of an expression with alternatives, groups or
/// sets: none of what stands in them; with alternatives at the top, none at all.
std::vector<std::string> required_by(std::string_view expression) {
  std::vector<std::string> out;
  std::string run;
  const auto end_run = [&] {
    if (!run.empty()) {
      out.push_back(std::exchange(run, {}));
    }
  };
  int depth = 0;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '|' && depth == 0) {
      return {};
    }
    if (c == '\\') {
      end_run();
      ++i;
    } else if (c == '[') {
      end_run();
      const std::size_t close = expression.find(']', i + 2);
      i = close == std::string_view::npos ? expression.size() : close;
    } else if (c == '(' || c == ')') {
      end_run();
      depth += c == '(' ? 1 : -1;
    } else if (c == '?' || c == '*' || c == '{') {
      if (!run.empty()) {
        run.pop_back();
      }
      end_run();
      const std::size_t close = c == '{' ? expression.find('}', i) : i;
      i = close == std::string_view::npos ? expression.size() : close;
    } else if (c == '.' || c == '^' || c == '$' || c == '+') {
      end_run();
    } else if (depth == 0) {
      run += c;
    }
  }
  end_run();
  return out;
}

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
  pattern.required_ = required_by(expression);
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
