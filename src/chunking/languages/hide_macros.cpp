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

/// A preprocessor line with those that backslashes and comments join to it.
struct Directive {
  std::string_view text;
  std::vector<std::string_view> comments;  ///< In it, that have an end.
  std::vector<std::string_view> quoted;    ///< Strings in it that look as if they held one.
};

/// Splits text into words and single characters; comments, strings, white space and preprocessor
/// lines are left out.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  void run() {
    while (at_ < text_.size()) {
      step();
    }
  }

  const std::vector<Directive>& directives() const { return directives_; }
  const std::vector<std::string_view>& tokens() const { return tokens_; }

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
      at_ = end_of_comment();
    } else if (c == '"' || c == '\'') {
      skip_quoted(c);
    } else {
      add_token();
    }
  }

  /// Behind the comment here; one that is not closed is all of the text.
  std::size_t end_of_comment() {
    const std::size_t end = is_unclosed_ ? std::string_view::npos : text_.find("*/", at_ + 2);
    is_unclosed_ = end == std::string_view::npos;
    return is_unclosed_ ? text_.size() : end + 2;
  }

  /// To the end of the line, or of the last one that a backslash or a comment joins to it.
  void skip_directive() {
    const std::size_t begin = at_;
    Directive directive;
    while (at_ < text_.size() && (text_[at_] != '\n' || is_joined())) {
      const std::string_view rest = text_.substr(at_, 2);
      if (rest == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest == "/*") {
        skip_comment_of(directive);
      } else if (rest.front() == '"' || rest.front() == '\'') {
        skip_quoted_of(directive, rest.front());
      } else {
        ++at_;
      }
    }
    directive.text = text_.substr(begin, at_ - begin);
    directives_.push_back(std::move(directive));
    line_begins_ = true;
  }

  void skip_quoted_of(Directive& directive, char quote) {
    const std::size_t begin = at_;
    skip_quoted(quote);
    const std::string_view quoted = text_.substr(begin, at_ - begin);
    if (quoted.contains("/*")) {
      directive.quoted.push_back(quoted);
    }
  }

  void skip_comment_of(Directive& directive) {
    const std::size_t end = end_of_comment();
    if (is_unclosed_) {
      at_ += 2;
      return;
    }
    directive.comments.push_back(text_.substr(at_, end - at_));
    at_ = end;
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
  std::vector<Directive> directives_;
  bool is_unclosed_ = false;  ///< No comment that begins here or below has an end.
};

/// Changes what the grammars misread in a `#define`: they end its value at a comment, and take the
/// next line for the value if there is none but a blank.
class DefineTidier {
 public:
  DefineTidier(std::string_view text, std::string& hidden) : text_(text), hidden_(hidden) {}

  void tidy(const Directive& directive) {
    const std::size_t name = begin_of_name(directive.text);
    if (name == std::string_view::npos) {
      return;
    }
    const std::string_view line = without_return(directive.text);
    for (const std::string_view comment : directive.comments) {
      if (comment.end() < line.end()) {
        blank(comment);
      }
    }
    for (const std::string_view quoted : directive.quoted) {
      const auto begin = hidden_.begin() + static_cast<std::ptrdiff_t>(offset(quoted));
      std::replace(begin, begin + static_cast<std::ptrdiff_t>(quoted.size()), '/', ' ');
    }
    mark_empty_value(offset(line) + name, offset(line) + line.size());
  }

 private:
  std::size_t offset(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
  }

  static std::string_view without_return(std::string_view line) {
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }

  /// Of the macro that `line` defines, or npos.
  static std::size_t begin_of_name(std::string_view line) {
    constexpr std::string_view kDefine = "define";
    const std::size_t word = line.find_first_not_of(" \t", 1);
    if (word == std::string_view::npos || !line.substr(word).starts_with(kDefine)) {
      return std::string_view::npos;
    }
    const std::size_t name = line.find_first_not_of(" \t", word + kDefine.size());
    return name == word + kDefine.size() ? std::string_view::npos : name;
  }

  /// Line feeds stay, joined to the line.
  void blank(std::string_view comment) {
    const std::size_t begin = offset(comment);
    for (std::size_t at = begin; at < begin + comment.size(); ++at) {
      if (hidden_[at] != '\n') {
        hidden_[at] = hidden_[at] == '\r' ? '\r' : ' ';
        continue;
      }
      hidden_[hidden_[at - 1] == '\r' ? at - 2 : at - 1] = '\\';
    }
  }

  /// A value where there are only blanks behind the name and its parameters.
  void mark_empty_value(std::size_t name, std::size_t end) {
    std::size_t at = name;
    while (at < end && is_word_char(hidden_[at])) {
      ++at;
    }
    if (at < end && hidden_[at] == '(') {
      at = std::min(hidden_.find(')', at), end - 1) + 1;
    }
    const std::string_view rest = std::string_view(hidden_).substr(at, end - at);
    if (at > name && !rest.empty() && std::ranges::all_of(rest, is_blank)) {
      hidden_[at] = ';';
    }
  }

  std::string_view text_;
  std::string& hidden_;
};

class MacroFinder {
 public:
  MacroFinder(std::string_view text, const std::vector<std::string_view>& tokens)
      : text_(text), tokens_(tokens) {}

  std::vector<std::string_view> run() && {
    for (std::size_t i = 0; i < tokens_.size(); i = next_) {
      next_ = i + 1;
      step(i);
    }
    return std::move(macros_);
  }

 private:
  void step(std::size_t i) {
    if (begins_statement(i) && (hide_module_words(i) || hide_bare_line(i))) {
      return;
    }
    if (i >= 2 && is_upper_word(tokens_[i]) && tokens_[i - 2] == "namespace") {
      macros_.push_back(with_arguments(i));
    } else if ((is_upper_word(tokens_[i]) && decorates(i)) || is_lower_export(i)) {
      macros_.push_back(tokens_[i]);
    } else {
      count_braces(i);
      before_ = tokens_[i];
    }
  }

  void count_braces(std::size_t i) {
    depth_ += tokens_[i] == "{" ? 1 : 0;
    if (tokens_[i] != "}") {
      return;
    }
    if (!exported_.empty() && exported_.back() == depth_) {
      exported_.pop_back();
      macros_.push_back(tokens_[i]);
    }
    depth_ -= depth_ > 0 ? 1 : 0;
  }

  bool begins_statement(std::size_t i) const {
    const bool opens_space =
        before_ == "{" && i >= 3 && (tokens_[i - 2] == "extern" || tokens_[i - 3] == "namespace");
    return before_.empty() || before_ == ";" || before_ == "}" || opens_space ||
           (before_ == "{" && !exported_.empty() && exported_.back() == depth_);
  }

  /// From token `first` to token `last`.
  std::string_view range(std::size_t first, std::size_t last) const {
    const char* const begin = tokens_[first].data();
    const char* const end = tokens_[last].data() + tokens_[last].size();
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  void hide_statement(std::size_t first, std::size_t last) {
    macros_.push_back(range(first, last));
    before_ = ";";
    next_ = last + 1;
  }

  /// `export`, `export {`, `module shop;`, `import std;`
  bool hide_module_words(std::size_t i) {
    const bool is_export = token(i) == "export";
    if (const std::size_t end = end_of_import(is_export ? i + 1 : i); end != 0) {
      hide_statement(i, end);
      return true;
    }
    if (!is_export || (!is_word(token(i + 1)) && token(i + 1) != "{")) {
      return false;
    }
    macros_.push_back(tokens_[i]);
    if (token(i + 1) == "{") {
      macros_.push_back(tokens_[i + 1]);
      exported_.push_back(++depth_);
      before_ = "{";
      next_ = i + 2;
    }
    return true;
  }

  /// The `;` of the import or module declaration at `i`, or 0.
  std::size_t end_of_import(std::size_t i) const {
    constexpr std::size_t kMostTokens = 32;
    const bool is_module = token(i) == "module";
    if ((!is_module && token(i) != "import") || depth_ > exported_.size()) {
      return 0;
    }
    for (std::size_t at = i + 1; at < i + kMostTokens; ++at) {
      const std::string_view here = token(at);
      if (here == ";") {
        return at;
      }
      const bool is_path = !is_module && (here == "<" || here == ">" || here == "/");
      if (!is_word(here) && here != "." && here != ":" && !is_path) {
        return 0;
      }
    }
    return 0;
  }

  bool begins_line(std::size_t i) const {
    const auto at = static_cast<std::size_t>(tokens_[i].data() - text_.data());
    return at == 0 || text_[at - 1] == '\n';
  }

  bool may_be_bare_line(std::size_t i) const {
    return is_upper_word(token(i)) && token(i + 1) == "(" && begins_line(i);
  }

  /// `INIT(a)` alone on its lines, above a declaration or another such line.
  bool hide_bare_line(std::size_t i) {
    if (!may_be_bare_line(i)) {
      return false;
    }
    const std::size_t next = behind_parentheses(i + 1);
    if (next >= tokens_.size()) {
      return false;
    }
    const std::string_view between = range(next - 1, next);
    const bool is_declared = begins_declaration(token(next)) || may_be_bare_line(next) ||
                             (is_word(token(next)) && declares(next));
    if (!between.contains('\n') || !is_declared) {
      return false;
    }
    hide_statement(i, next - 1);
    return true;
  }

  /// The token behind the parentheses that open at `i`; tokens_.size() where they are too long.
  std::size_t behind_parentheses(std::size_t i) const {
    constexpr std::size_t kMostTokens = 64;
    std::size_t depth = 0;
    for (std::size_t at = i; at < std::min(tokens_.size(), i + kMostTokens); ++at) {
      depth += token(at) == "(" ? 1 : 0;
      if (token(at) == ")" && --depth == 0) {
        return at + 1;
      }
    }
    return tokens_.size();
  }

  /// `class core_export Lamp : Base {`
  bool is_lower_export(std::size_t i) const {
    static constexpr std::array<std::string_view, 4> kOther{"class", "struct", "final", "alignas"};
    const std::string_view next = token(i + 1);
    const std::string_view opening = token(i + 2);
    const bool has_body = opening == "{" || opening == ":" || opening == "final";
    if ((before_ != "class" && before_ != "struct") || !has_body || !is_word(tokens_[i]) ||
        !is_word(next) || is_any_of(tokens_[i], kOther) || next == "final") {
      return false;
    }
    return before_ == "class" || opening == ":" || tokens_[i].contains("export") ||
           tokens_[i].contains("api");
  }

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

  bool decorates(std::size_t i) const {
    const std::string_view before = before_;
    const std::string_view next = token(i + 1);
    if (is_type_keyword(before)) {
      return is_word(next) &&
             (token(i + 2) == "{" || token(i + 2) == ":" || token(i + 2) == "final");
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
      } else if (token(i) == "(") {
        return words == 1 && is_pointer_to_function(i);
      } else if (token(i) != "*" && token(i) != "&" && token(i) != ":") {
        return false;
      }
    }
    return true;
  }

  /// `(*name)(`
  bool is_pointer_to_function(std::size_t i) const {
    return token(i + 1) == "*" && is_word(token(i + 2)) && token(i + 3) == ")" &&
           token(i + 4) == "(";
  }

  std::string_view text_;
  const std::vector<std::string_view>& tokens_;
  std::vector<std::string_view> macros_;
  std::string_view before_;  ///< The last token that is not hidden.
  std::size_t next_ = 0;
  std::size_t depth_ = 0;              ///< Of braces.
  std::vector<std::size_t> exported_;  ///< Depths of open `export {`.
};

void hide(std::string& text, std::size_t at, std::size_t size) {
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
  std::replace_if(
      begin, begin + static_cast<std::ptrdiff_t>(size), [](char c) { return c != '\n'; }, ' ');
  if (size >= 4) {
    text.replace(at, 2, "/*");
    text.replace(at + size - 2, 2, "*/");
  }
}

}  // namespace

std::string hide_macros(std::string_view text) {
  std::string hidden(text);
  Tokenizer tokenizer(text);
  tokenizer.run();
  DefineTidier tidier(text, hidden);
  for (const Directive& directive : tokenizer.directives()) {
    tidier.tidy(directive);
  }
  for (const std::string_view macro : MacroFinder(text, tokenizer.tokens()).run()) {
    hide(hidden, static_cast<std::size_t>(macro.data() - text.data()), macro.size());
  }
  return hidden;
}

}  // namespace quire::chunking
