#include "lexical/comments.hpp"

#include <algorithm>

namespace quire::lexical {
namespace {

using Syntax = CommentReader::Syntax;

constexpr Syntax kCLike{"//", "", "/*", "*/", "\"'`"};
constexpr Syntax kPhp{"//", "#", "/*", "*/", "\"'"};
constexpr Syntax kRust{"//", "", "/*", "*/", "\""};  // ' also begins a lifetime.
constexpr Syntax kPython{"#", "", "", "", "\"'", true};
constexpr Syntax kHash{"#", "", "", "", "\"'"};
constexpr Syntax kLua{"--", "", "--[[", "]]", "\"'"};
constexpr Syntax kHaskell{"--", "", "{-", "-}", "\""};
constexpr Syntax kSql{"--", "", "/*", "*/", "'\""};
constexpr Syntax kMl{"", "", "(*", "*)", "\""};
constexpr Syntax kFSharp{"//", "", "(*", "*)", "\""};
constexpr Syntax kLisp{";", "", "", "", "\""};
constexpr Syntax kErlang{"%", "", "", "", "\""};
constexpr Syntax kVim{"\"", "", "", "", "'"};
constexpr Syntax kXml{"", "", "<!--", "-->", ""};
constexpr Syntax kProse{"", "", "", "", "", false, true};

struct Family {
  std::string_view language;
  const Syntax* syntax;
};

constexpr auto kFamilies = std::to_array<Family>({
    {"python", &kPython},  {"starlark", &kPython}, {"ruby", &kHash},       {"bash", &kHash},
    {"csh", &kHash},       {"fish", &kHash},       {"perl", &kHash},       {"make", &kHash},
    {"cmake", &kHash},     {"yaml", &kHash},       {"toml", &kHash},       {"r", &kHash},
    {"elixir", &kPython},  {"julia", &kPython},    {"nim", &kPython},      {"tcl", &kHash},
    {"awk", &kHash},       {"nix", &kHash},        {"crystal", &kHash},    {"php", &kPhp},
    {"rust", &kRust},      {"lua", &kLua},         {"haskell", &kHaskell}, {"elm", &kHaskell},
    {"sql", &kSql},        {"ocaml", &kMl},        {"fsharp", &kFSharp},   {"clojure", &kLisp},
    {"lisp", &kLisp},      {"scheme", &kLisp},     {"elisp", &kLisp},      {"erlang", &kErlang},
    {"latex", &kErlang},   {"ada", &kLua},         {"vhdl", &kLua},

    {"html", &kXml},       {"xml", &kXml},         {"vue", &kXml},         {"svelte", &kXml},
    {"markdown", &kProse}, {"text", &kProse},      {"rst", &kProse},       {"asciidoc", &kProse},
    {"racket", &kLisp},    {"properties", &kHash}, {"ini", &kLisp},        {"cython", &kPython},
    {"raku", &kHash},      {"puppet", &kHash},     {"gitignore", &kHash},  {"hcl", &kHash},
    {"assembly", &kLisp},  {"protobuf", &kCLike},  {"vim", &kVim},         {"org", &kProse},
    {"texinfo", &kProse},  {"powershell", &kHash}, {"dockerfile", &kHash}, {"", &kProse},
});

const Syntax* syntax_of(std::string_view language) {
  const auto* const found = std::ranges::find(kFamilies, language, &Family::language);
  return found == kFamilies.end() ? &kCLike : found->syntax;
}

constexpr std::size_t kTriple = 3;

bool is_triple_quote(std::string_view text, std::size_t at) {
  return text.size() - at >= kTriple && (text[at] == '"' || text[at] == '\'') &&
         text[at + 1] == text[at] && text[at + 2] == text[at];
}

/// Where what begins at `at` ends: behind the next `close`, or with the text.
std::size_t end_behind(std::string_view text, std::size_t at, std::string_view close) {
  const std::size_t found = text.find(close, at);
  return found == std::string_view::npos ? text.size() : found + close.size();
}

bool begins(std::string_view text, std::size_t at, std::string_view sign) {
  return !sign.empty() && text.substr(at).starts_with(sign);
}

}  // namespace

CommentReader::CommentReader(std::string_view text, std::string_view language)
    : rest_(text), syntax_(syntax_of(language)) {
  unended_.fill(text.size());
  for (const std::string_view sign : {syntax_->line, syntax_->other_line, syntax_->open}) {
    if (!sign.empty()) {
      begins_something_[static_cast<unsigned char>(sign[0])] = true;
    }
  }
  for (const char quote : syntax_->quotes) {
    begins_something_[static_cast<unsigned char>(quote)] = true;
  }
}

CommentReader::Piece CommentReader::next() {
  if (syntax_->prose) {
    return {take(rest_.size()), true};
  }
  const std::size_t comment = rest_.empty() ? 0 : comment_size_at(0);
  return comment > 0 ? Piece{take(comment), true} : Piece{take(code_size(false)), false};
}

CommentReader::Piece CommentReader::next_apart() {
  const std::size_t string = rest_.empty() || syntax_->prose ? 0 : string_size_at(0);
  if (string > 0) {
    return {take(string), false, true};
  }
  const std::size_t comment = rest_.empty() || syntax_->prose ? rest_.size() : comment_size_at(0);
  return comment > 0 ? Piece{take(comment), true} : Piece{take(code_size(true)), false};
}

std::string_view CommentReader::take(std::size_t size) {
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(taken.size());
  return taken;
}

/// 0 if no comment begins at `at`. An opening sign goes before a line's: `--[[` begins with `--`.
std::size_t CommentReader::comment_size_at(std::size_t at) const {
  if (begins(rest_, at, syntax_->open)) {
    return end_behind(rest_, at + syntax_->open.size(), syntax_->close) - at;
  }
  if (begins(rest_, at, syntax_->line) || begins(rest_, at, syntax_->other_line)) {
    return end_behind(rest_, at, "\n") - at;
  }
  if (syntax_->triple_quotes && is_triple_quote(rest_, at)) {
    return end_behind(rest_, at + kTriple, rest_.substr(at, kTriple)) - at;
  }
  return 0;
}

std::size_t CommentReader::code_size(bool strings_apart) {
  std::size_t at = 0;
  while (at < rest_.size()) {
    if (!may_begin_something(rest_[at])) {
      ++at;
    } else if (comment_size_at(at) > 0 || (strings_apart && string_size_at(at) > 0)) {
      break;
    } else {
      at = syntax_->quotes.contains(rest_[at]) ? string_end(at) : at + 1;
    }
  }
  return at;
}

/// A string that its line does not end is none: a quotation mark can stand for other things. What
/// one search met is not searched again: later quotes in it were escaped, so theirs would meet the
/// same.
std::size_t CommentReader::string_end(std::size_t at) {
  std::size_t& unended = unended_[syntax_->quotes.find(rest_[at])];
  if (rest_.size() - at > unended) {
    return at + 1;
  }
  std::size_t i = at + 1;
  for (; i < rest_.size() && rest_[i] != '\n'; ++i) {
    if (rest_[i] == '\\') {
      ++i;
    } else if (rest_[i] == rest_[at]) {
      return i + 1;
    }
  }
  unended = rest_.size() - std::min(i, rest_.size());
  return at + 1;
}

/// 0 if no string begins at `at`.
std::size_t CommentReader::string_size_at(std::size_t at) {
  if (!syntax_->quotes.contains(rest_[at]) || comment_size_at(at) > 0) {
    return 0;
  }
  const std::size_t size = string_end(at) - at;
  return size > 1 ? size : 0;
}

}  // namespace quire::lexical
