#include "extract/comments.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <span>

namespace quire::model {
namespace {

constexpr std::size_t kLongestSummary = 600;

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Families of languages by the sign that begins a comment to the line's end.
bool uses_hash(std::string_view language) {
  constexpr auto kLanguages = std::to_array<std::string_view>(
      {"python", "ruby", "perl", "bash", "shell", "elixir", "r", "tcl", "php", "julia", "cmake", "make", "nix", "crystal"});
  return std::ranges::find(kLanguages, language) != kLanguages.end();
}

bool uses_dashes(std::string_view language) {
  constexpr auto kLanguages =
      std::to_array<std::string_view>({"lua", "haskell", "sql", "ada", "elm", "vhdl"});
  return std::ranges::find(kLanguages, language) != kLanguages.end();
}

bool uses_semicolons(std::string_view language) {
  return language.contains("lisp") || language == "clojure" || language == "scheme";
}

bool uses_percent(std::string_view language) {
  return language == "erlang" || language == "matlab" || language == "prolog";
}

std::string_view without_leading(std::string_view text, std::string_view signs) {
  const std::size_t at = text.find_first_not_of(signs);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

std::string_view without_end(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_any(std::string_view text, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings,
                             [&](std::string_view beginning) { return text.starts_with(beginning); });
}

/// Where the part of a comment begins that is no description.
bool ends_summary(std::string_view line) {
  constexpr auto kSigns = std::to_array<std::string_view>(
      {"@", ":param", ":return", ":rtype", ":type", ":raises", ":arg", "\\param", "\\return", "\\tparam", "\\brief ",
       "Args:", "Arguments:", "Parameters", "Params:", "Returns", "Return:", "Raises", "Yields", "Example", "Usage",
       "Note:", "See also", "See Also", "```", "~~~", ">>>", "# Example", "# Panic", "# Error", "# Safety", "==",
       "--", "__", "<pre", "<code", "<p>", "</", ".. ", "%%", "|", "=begin", "=end", "=cut", "=over", "=item"});
  return starts_with_any(line, kSigns);
}

/// `text` without `\brief`, `@brief`, `<p>` and the like at its beginning.
std::string_view without_lead_in(std::string_view text) {
  for (const std::string_view lead : {"@brief ", "\\brief ", "@desc ", "@description ", "@summary ", "<summary>",
                                      "@short ", "@internal ", "Summary: ", "Description: ", "<p>"}) {
    if (text.starts_with(lead)) {
      return trimmed(text.substr(lead.size()));
    }
  }
  return text;
}

/// Tags of HTML and `{@link ...}` braces go, the words in them stay.
std::string without_markup(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && i + 1 < text.size() && (text[i + 1] == '/' || std::isalpha(static_cast<unsigned char>(text[i + 1])) != 0)) {
      const std::size_t end = text.find('>', i);
      if (end != std::string_view::npos && end - i < 60) {
        out += ' ';
        i = end;
        continue;
      }
    }
    if (text.substr(i).starts_with("{@link ") || text.substr(i).starts_with("{@code ")) {
      i += 6;
      out += ' ';
      continue;
    }
    out += text[i] == '\t' || static_cast<unsigned char>(text[i]) < 0x20 ? ' ' : text[i];
  }
  return out;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::size_t word_count(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    count += letter && !inside ? 1 : 0;
    inside = letter || (inside && c == '\'');
  }
  return count;
}

}  // namespace

std::optional<std::string_view> comment_text(std::string_view line, std::string_view language) {
  const bool hash = uses_hash(language);
  if (line.starts_with("/*") || line.starts_with("*/") || line == "*" || line.starts_with("* ")) {
    return trimmed(without_end(without_leading(line, "/*!"), "*/"));
  }
  if (line.starts_with("//")) {
    return trimmed(without_leading(line, "/!<"));
  }
  if (line.starts_with("(*") && language == "ocaml") {
    return trimmed(without_end(without_leading(line, "(*"), "*)"));
  }
  if (line.starts_with('#') && hash && !line.starts_with("#!")) {
    return trimmed(without_leading(line, "#'"));
  }
  if (line.starts_with("--") && uses_dashes(language)) {
    return trimmed(without_leading(line, "-|[]"));
  }
  if (line.starts_with(';') && uses_semicolons(language)) {
    return trimmed(without_leading(line, ";"));
  }
  if (line.starts_with('%') && uses_percent(language)) {
    return trimmed(without_leading(line, "%"));
  }
  return std::nullopt;
}

std::string summary_of(const std::vector<std::string_view>& lines) {
  std::string out;
  for (const std::string_view raw : lines) {
    const std::string_view line = without_lead_in(trimmed(raw));
    if (out.empty() && line.empty()) {
      continue;
    }
    if (line.empty() || ends_summary(line) || out.size() > kLongestSummary) {
      if (out.empty()) {
        continue;
      }
      break;
    }
    out.append(out.empty() ? "" : " ").append(line);
  }
  return std::string(trimmed(without_markup(out)));
}

bool describes_code(std::string_view summary, std::size_t fewest_words) {
  constexpr auto kElsewhere = std::to_array<std::string_view>(
      {"copyright", "licen", "spdx", "all rights reserved", "todo", "fixme", "xxx", "hack:", "eslint", "tslint", "jslint",
       "jshint", "pylint", "nolint", "noqa", "noinspection", "prettier-ignore", "istanbul", "rubocop", "phpcs", "clang-format",
       "type: ignore", "pragma", "autogenerated", "auto-generated", "generated by", "do not edit", "-*-", "vim:", "endregion",
       "http://", "https://", "inheritdoc", "see above", "see below", "deprecated"});
  if (word_count(summary) < fewest_words) {
    return false;
  }
  const auto plain = std::ranges::count_if(summary, [](char c) { return c > 0x1f && c < 0x7f; });
  if (static_cast<std::size_t>(plain) * 100 < summary.size() * 95) {
    return false;
  }
  const auto letters = std::ranges::count_if(
      summary, [](char c) { return c == ' ' || std::isalpha(static_cast<unsigned char>(c)) != 0; });
  if (static_cast<std::size_t>(letters) * 100 < summary.size() * 75 || summary.ends_with(';') || summary.ends_with('{')) {
    return false;
  }
  const std::string text = lowered(summary);
  return std::ranges::none_of(kElsewhere, [&](std::string_view word) { return text.contains(word); });
}

}  // namespace quire::model
