#include "source/cpp_header.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace quire::source {
namespace {

// Words that C has no use for; and those that C code takes as names (`struct class *`), but does
// not begin a line with.
constexpr auto kCppWords = std::to_array<std::string_view>({
    "co_await",
    "co_return",
    "const_cast",
    "consteval",
    "constinit",
    "decltype",
    "dynamic_cast",
    "noexcept",
    "nullptr",
    "reinterpret_cast",
    "static_cast",
    "typename",
});
constexpr auto kCppFirstWords = std::to_array<std::string_view>({
    "class",
    "concept",
    "explicit",
    "namespace",
    "template",
    "using",
    "virtual",
});
static_assert(std::ranges::is_sorted(kCppWords) && std::ranges::is_sorted(kCppFirstWords));

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Hands out the text's lines without comments and without what stands between quotes.
class CodeLines {
 public:
  explicit CodeLines(std::string_view text) : rest_(text) {}

  bool next(std::string_view& line) {
    if (rest_.empty()) {
      return false;
    }
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    strip(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    line = line_;
    return true;
  }

 private:
  void strip(std::string_view raw) {
    line_.clear();
    while (!raw.empty()) {
      if (in_comment_) {
        const std::size_t end = raw.find("*/");
        in_comment_ = end == std::string_view::npos;
        raw.remove_prefix(in_comment_ ? raw.size() : end + 2);
        line_ += ' ';
      } else if (raw.starts_with("//")) {
        return;
      } else if (raw.starts_with("/*")) {
        in_comment_ = true;
        raw.remove_prefix(2);
      } else if (raw[0] == '"') {
        raw.remove_prefix(std::min(raw.find('"', 1), raw.size() - 1) + 1);
      } else {
        line_ += raw[0];
        raw.remove_prefix(1);
      }
    }
  }

  std::string_view rest_;
  std::string line_;
  bool in_comment_ = false;
};

std::string_view trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

/// Follows the preprocessor, to know what only a C++ compiler sees.
class CppOnlyParts {
 public:
  void directive(std::string_view line) {
    const std::string_view name = trimmed(line);
    if (name.starts_with("if")) {
      ++depth_;
      if (cpp_depth_ == 0 && name.contains("__cplusplus") && !name.starts_with("ifndef")) {
        cpp_depth_ = depth_;
      }
    } else if (name.starts_with("endif")) {
      cpp_depth_ = cpp_depth_ == depth_ ? 0 : cpp_depth_;
      depth_ -= depth_ > 0 ? 1 : 0;
    } else if (name.starts_with("el") && cpp_depth_ == depth_) {
      cpp_depth_ = 0;
    }
  }

  bool inside() const { return cpp_depth_ != 0; }

 private:
  std::size_t depth_ = 0;
  std::size_t cpp_depth_ = 0;  ///< Where the part for C++ began; 0: not in one.
};

bool includes_cpp_header(std::string_view directive) {
  if (!directive.starts_with("include")) {
    return false;
  }
  const std::size_t open = directive.find('<');
  const std::size_t close = directive.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos) {
    return false;
  }
  const std::string_view name = directive.substr(open + 1, close - open - 1);
  return !name.contains('.') && !name.contains('/');
}

bool is_access_label(std::string_view word, std::string_view rest) {
  return (word == "public" || word == "private" || word == "protected") &&
         trimmed(rest).starts_with(':');
}

bool has_cpp_word(std::string_view line) {
  for (bool first = true; !line.empty(); first = false) {
    const auto* const begin = std::ranges::find_if(line, is_word);
    const auto* const end = std::find_if_not(begin, line.end(), is_word);
    const std::string_view word(begin, end);
    line = std::string_view(end, line.end());
    if (std::ranges::binary_search(kCppWords, word) || line.starts_with("::") ||
        is_access_label(word, line) ||
        (first && std::ranges::binary_search(kCppFirstWords, word))) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool looks_like_cpp(std::string_view head) {
  CodeLines lines(head);
  CppOnlyParts parts;
  std::string_view line;
  while (lines.next(line)) {
    line = trimmed(line);
    const bool directive = line.starts_with('#');
    if (directive) {
      parts.directive(line.substr(1));
    }
    if (parts.inside()) {
      continue;
    }
    if (directive ? includes_cpp_header(trimmed(line.substr(1))) : has_cpp_word(line)) {
      return true;
    }
  }
  return false;
}

}  // namespace quire::source
