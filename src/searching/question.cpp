#include "searching/question.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_set>

#include "base/utf8.hpp"
#include "lexical/terms.hpp"
#include "searching/names.hpp"
#include "words/words.hpp"

namespace quire::searching {
namespace {

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

/// More quoted texts than a question needs; a pasted page has more.
constexpr std::size_t kMostPhrases = 16;
/// Likewise: what is ranked by them would take time by their number.
constexpr std::size_t kMostWords = 1000;
constexpr std::size_t kMostNames = 200;

/// Where the quotation marks of `line` are that no backslash stands before. One at the very end
/// counts in any case: "C:\temp\".
std::vector<std::size_t> marks_in(std::string_view line) {
  std::vector<std::size_t> marks;
  const std::size_t last = line.find_last_not_of(" \t\r");
  bool is_escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && (!is_escaped || (i == last && marks.size() % 2 == 1))) {
      marks.push_back(i);
    }
    is_escaped = line[i] == '\\' && !is_escaped;
  }
  return marks;
}

/// Of one line: marks pair from left to right, and one that is left over is of no phrase.
void take_phrases_of(std::string_view line, std::vector<std::string>& phrases) {
  const std::vector<std::size_t> marks = marks_in(line);
  for (std::size_t i = 0; i + 1 < marks.size(); i += 2) {
    const std::string_view phrase = line.substr(marks[i] + 1, marks[i + 1] - marks[i] - 1);
    if (phrases.size() <= kMostPhrases && !phrase.empty() &&
        std::ranges::find(phrases, phrase) == phrases.end()) {
      phrases.emplace_back(phrase);
    }
  }
}

std::vector<std::string> phrases_of(std::string_view text) {
  std::vector<std::string> phrases;
  for (std::size_t at = 0; at < text.size() && phrases.size() <= kMostPhrases;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    take_phrases_of(text.substr(at, end - at), phrases);
    at = end + 1;
  }
  return phrases;
}

/// True where there is nothing but quoted text, on one line.
bool is_all_quoted(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  const std::vector<std::size_t> marks = marks_in(text);
  const auto is_blank = [](std::string_view part) { return std::ranges::all_of(part, is_space); };
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < marks.size(); i += 2) {
    if (!is_blank(text.substr(at, marks[i] - at))) {
      return false;
    }
    at = marks[i + 1] + 1;
  }
  return marks.size() % 2 == 0 && is_blank(text.substr(at)) && !text.contains('\n');
}

/// With spaces for the marks, and for the backslashes before them.
std::string without_marks(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (text[i] == '"') {
      out[i] = ' ';
      out[i - (i > 0 && text[i - 1] == '\\' ? 1 : 0)] = ' ';
    }
  }
  return out;
}

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto* const begin = std::find_if_not(text.begin() + at, text.end(), is_space);
    const auto* const end = std::find_if(begin, text.end(), is_space);
    if (begin != end) {
      out.emplace_back(begin, end);
    }
    at = static_cast<std::size_t>(end - text.begin());
  }
  return out;
}

/// Without what surrounds a name in a sentence: brackets, a comma, `()`.
std::string_view bare(std::string_view token) {
  while (!token.empty() && !is_name_byte(token.front())) {
    token.remove_prefix(1);
  }
  while (!token.empty() && !is_name_byte(token.back())) {
    token.remove_suffix(1);
  }
  return token;
}

/// The parts of a qualified name: at `.`, `::`, `->`, `#`, `/`, `\`, `$`.
std::vector<std::string_view> parts_of(std::string_view token) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < token.size();) {
    const auto* const begin = std::find_if(token.begin() + at, token.end(), is_name_byte);
    const auto* const end = std::find_if_not(begin, token.end(), is_name_byte);
    if (begin != end) {
      out.emplace_back(begin, end);
    }
    at = static_cast<std::size_t>(end - token.begin());
  }
  return out;
}

/// readUrl, HTTPServer, read_url, i32 but not Read, READ, read.
bool is_joined(std::string_view word) {
  if (word.find('_', 1) < word.size() - 1) {
    return true;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    const bool hump = is_upper(word[i]) && is_lower(word[i - 1]);
    const bool acronym =
        i > 1 && is_lower(word[i]) && is_upper(word[i - 1]) && is_upper(word[i - 2]);
    if (hump || acronym) {
      return word.substr(i) != "s";  // URLs
    }
  }
  return false;
}

bool is_call(std::string_view token) {
  return token.contains("()");
}

/// Looks like a name that code has: qualified, joined of words, or called.
bool looks_like_code(std::string_view token) {
  const std::vector<std::string_view> parts = parts_of(token);
  if (parts.empty()) {
    return false;
  }
  const std::string_view inner = bare(token);
  const bool dotted =
      parts.size() > 1 && inner.contains('.') && !inner.contains('/') &&
      std::ranges::all_of(parts, [](std::string_view part) { return part.size() > 1; });
  const bool qualified = parts.size() > 1 && (inner.contains("::") || inner.contains("->") ||
                                              inner.find_first_of("\\#") != std::string_view::npos);
  return qualified || dotted || is_call(token) || std::ranges::any_of(parts, is_joined);
}

constexpr auto kFileEndings = std::to_array<std::string_view>({
    "c",   "cc",    "cpp",  "cs",  "css",  "dart", "erl",  "ex",  "exs",  "go",    "h",
    "hpp", "hs",    "html", "ini", "java", "js",   "json", "jsx", "kt",   "lua",   "m",
    "md",  "mjs",   "php",  "pl",  "py",   "r",    "rb",   "rs",  "rst",  "scala", "sh",
    "sql", "swift", "toml", "ts",  "tsx",  "txt",  "vue",  "xml", "yaml", "yml",   "zig",
});

bool looks_like_path(std::string_view token) {
  const std::string_view inner = bare(token);
  const std::size_t dot = inner.rfind('.');
  const bool has_ending =
      dot != std::string_view::npos && dot > 0 &&
      std::ranges::find(kFileEndings, inner.substr(dot + 1)) != kFileEndings.end();
  return has_ending || (token.contains('/') && parts_of(token).size() > 1);
}

AskedName name_of(std::string_view token) {
  const std::vector<std::string_view> parts = parts_of(token);
  return {plain_name(parts.back()), parts.size() > 1 ? plain_name(parts[parts.size() - 2]) : ""};
}

bool has_any(const std::vector<std::string>& words,
             std::initializer_list<std::string_view> wanted) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::find(wanted, word) != wanted.end();
  });
}

}  // namespace

std::vector<std::string> telling_words(std::string_view text) {
  std::vector<std::string> out;
  std::unordered_set<std::string> seen;
  words::IdentifierReader identifiers(text);
  for (auto name = identifiers.next(); !name.empty() && out.size() < kMostWords;
       name = identifiers.next()) {
    words::PartReader parts(name);
    for (auto part = parts.next(); !part.empty(); part = parts.next()) {
      std::string word = base::ascii_lower(part);
      if (lexical::is_function_word(word)) {
        continue;
      }
      word.resize(words::stem_length(word));
      if (seen.insert(word).second) {
        out.push_back(std::move(word));
      }
    }
  }
  return out;
}

Question understand_plain(std::string_view text) {
  Question question;
  question.text = text;
  question.terms = lexical::terms_of_question(text);
  question.words = telling_words(text);
  return question;
}

Question understand(std::string_view text) {
  Question question;
  question.text = without_marks(text);
  question.phrases = phrases_of(text);
  const std::vector<std::string_view> tokens = tokens_of(question.text);
  const bool alone = tokens.size() == 1;
  for (const std::string_view token : tokens) {
    if (looks_like_path(token)) {
      question.kind = alone ? Question::Kind::path : question.kind;
    }
    if (question.names.size() < kMostNames && !parts_of(token).empty() &&
        (alone || looks_like_code(token))) {
      question.names.push_back(name_of(token));
      question.names.back().is_whole_question = alone;
    }
  }
  if (alone && question.kind != Question::Kind::path && !question.names.empty()) {
    question.kind = Question::Kind::symbol;
  }
  question.terms = lexical::terms_of_question(question.text);
  question.words = telling_words(question.text);
  const bool is_pasted = question.phrases.size() > kMostPhrases;
  question.is_exact =
      !question.phrases.empty() && !is_pasted && (is_all_quoted(text) || question.terms.empty());
  question.phrases.resize(std::min(question.phrases.size(), kMostPhrases));
  question.wants_tests = has_any(question.words, {"test", "spec", "fixtur", "mock", "benchmark"});
  question.wants_examples = has_any(question.words, {"exampl", "demo", "sampl", "tutorial"});
  question.wants_docs =
      has_any(question.words, {"doc", "docum", "document", "readm", "changelog", "licens"});
  return question;
}

}  // namespace quire::searching
