#include "chunking/languages/hide_macros.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace quire::chunking {
namespace {

bool is_word_char(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_upper_word(std::string_view word) {
  return word.size() >= 3 &&
         std::ranges::any_of(word, [](char c) { return c >= 'A' && c <= 'Z'; }) &&
         std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// Splits text into words and single characters; comments, strings, white space and preprocessor
/// lines are left out.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<std::string_view> run() && {
    while (at_ < text_.size()) {
      step();
    }
    return std::move(tokens_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      line_begins_ = true;
      ++at_;
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      ++at_;
    } else if (c == '#' && line_begins_) {
      skip_directive();
    } else if (text_.substr(at_).starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (text_.substr(at_).starts_with("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if (c == '"' || c == '\'') {
      skip_quoted(c);
    } else {
      add_token();
    }
  }

  /// To the end of the line, or of the last one that a backslash joins to it.
  void skip_directive() {
    do {
      at_ = std::min(text_.find('\n', at_ + 1), text_.size());
    } while (at_ < text_.size() && is_joined());
  }

  bool is_joined() const {
    const std::size_t last = text_.substr(0, at_).find_last_not_of('\r');
    return last != std::string_view::npos && text_[last] == '\\';
  }

  /// A quote that is not closed on its line is none, and neither is any once kVainFactor times the
  /// text was read for ends of such.
  void skip_quoted(char quote) {
    std::size_t end = vain_ > kVainFactor * text_.size() ? text_.size() : at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    const bool is_closed = end < text_.size() && text_[end] == quote;
    vain_ += is_closed ? 0 : end - at_;
    at_ = is_closed ? end + 1 : at_ + 1;
    line_begins_ = false;
  }

  void add_token() {
    std::size_t end = at_;
    while (end < text_.size() && is_word_char(text_[end])) {
      ++end;
    }
    end = std::max(end, at_ + 1);
    tokens_.push_back(text_.substr(at_, end - at_));
    at_ = end;
    line_begins_ = false;
  }

  static constexpr std::size_t kVainFactor = 4;

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t vain_ = 0;  ///< Bytes read for the ends of quotes that have none.
  bool line_begins_ = true;
  std::vector<std::string_view> tokens_;
};

class MacroFinder {
 public:
  explicit MacroFinder(std::vector<std::string_view> tokens) : tokens_(std::move(tokens)) {}

  std::vector<std::string_view> run() && {
    std::vector<std::string_view> macros;
    std::string_view before;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (i >= 2 && is_upper_word(tokens_[i]) && tokens_[i - 2] == "namespace") {
        macros.push_back(with_arguments(i));
      } else if (is_upper_word(tokens_[i]) && decorates(i, before)) {
        macros.push_back(tokens_[i]);
      } else {
        before = tokens_[i];
      }
    }
    return macros;
  }

 private:
  std::string_view token(std::size_t i) const {
    return i < tokens_.size() ? tokens_[i] : std::string_view();
  }

  /// `VISIBILITY(default)`, if it stands on one line.
  std::string_view with_arguments(std::size_t i) const {
    if (token(i + 1) != "(" || token(i + 3) != ")") {
      return tokens_[i];
    }
    const char* const end = tokens_[i + 3].data() + 1;
    const std::string_view all(tokens_[i].data(),
                               static_cast<std::size_t>(end - tokens_[i].data()));
    return all.contains('\n') ? tokens_[i] : all;
  }

  static bool is_word(std::string_view token) { return !token.empty() && is_word_char(token[0]); }

  template <std::size_t N>
  static bool is_any_of(std::string_view token, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, token) != words.end();
  }

  static bool is_type_keyword(std::string_view token) {
    static constexpr std::array<std::string_view, 4> kWords{"class", "struct", "union", "enum"};
    return is_any_of(token, kWords);
  }

  /// What can only begin a declaration.
  static bool begins_declaration(std::string_view token) {
    static constexpr std::array<std::string_view, 14> kWords{
        "template", "class",  "struct", "union",  "enum",    "typedef",   "namespace",
        "using",    "static", "extern", "inline", "virtual", "constexpr", "public"};
    return is_any_of(token, kWords);
  }

  static bool is_specifier(std::string_view token) {
    static constexpr std::array<std::string_view, 12> kWords{
        "static", "extern", "inline",   "const",   "virtual", "explicit",
        "friend", "struct", "volatile", "typedef", "return",  "constexpr"};
    return is_any_of(token, kWords);
  }

  bool decorates(std::size_t i, std::string_view before) const {
    const std::string_view next = token(i + 1);
    if (is_type_keyword(before)) {
      return is_word(next) && (token(i + 2) == "{" || token(i + 2) == ":");
    }
    if (before == ")") {
      return next == "{" || next == ";" || is_upper_word(next);
    }
    if (begins_declaration(next)) {
      return true;
    }
    const bool follows_type = (is_word(before) && !is_specifier(before)) || before == "*";
    if (follows_type && is_word(next) && token(i + 2) == "(") {
      return true;
    }
    return is_word(next) && declares(i + 1);
  }

  /// A type and a name, or more words, are at `i`.
  bool declares(std::size_t i) const {
    static constexpr std::array<std::string_view, 2> kQualifiers{"const", "volatile"};
    std::size_t words = 0;
    for (; words < 2; ++i) {
      if (is_word(token(i))) {
        words += is_any_of(token(i), kQualifiers) ? 0 : 1;
      } else if (token(i) == "<") {
        return words == 1;
      } else if (token(i) != "*" && token(i) != "&" && token(i) != ":") {
        return false;
      }
    }
    return true;
  }

  std::vector<std::string_view> tokens_;
};

}  // namespace

std::string hide_macros(std::string_view text) {
  std::string hidden(text);
  for (const std::string_view macro : MacroFinder(Tokenizer(text).run()).run()) {
    const auto at = static_cast<std::size_t>(macro.data() - text.data());
    std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), macro.size(), ' ');
    if (macro.size() >= 4) {
      hidden.replace(at, 2, "/*");
      hidden.replace(at + macro.size() - 2, 2, "*/");
    }
  }
  return hidden;
}

}  // namespace quire::chunking
