#include "source/gitignore.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace quire::source {
namespace {

std::size_t literal_length(std::string_view pattern) {
  return std::min(pattern.find_first_of("*?[\\"), pattern.size());
}

/// Spaces at the end go, unless a backslash stands before them.
std::string_view without_trailing_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
      end = std::min(i + 1, line.size());
    } else if (line[i] != ' ') {
      end = i + 1;
    }
  }
  return line.substr(0, end);
}

/// As git does it: what holds no wildcard goes first and by itself, so that a `**` right behind it
/// counts as one between slashes.
std::optional<std::vector<GlobToken>> path_tokens(std::string_view pattern, GlobSets& sets) {
  const std::size_t literal = literal_length(pattern);
  std::optional<std::vector<GlobToken>> rest = glob_tokens(pattern.substr(literal), sets);
  if (!rest) {
    return std::nullopt;
  }
  std::vector<GlobToken> tokens;
  for (const char c : pattern.substr(0, literal)) {
    tokens.push_back(static_cast<unsigned char>(c));
  }
  tokens.insert(tokens.end(), rest->begin(), rest->end());
  return tokens;
}

}  // namespace

IgnoreRules IgnoreRules::parse(std::string_view text, std::string base) {
  IgnoreRules out;
  out.base_ = std::move(base);
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    out.add_line(line.substr(0, line.find('\0')));
  }
  out.paths_.build();
  out.names_.build();
  return out;
}

void IgnoreRules::add_line(std::string_view line) {
  if (line.starts_with('#')) {
    return;
  }
  line = without_trailing_spaces(line);
  const bool negated = line.starts_with('!');
  line.remove_prefix(negated ? 1 : 0);
  const bool for_files = !line.ends_with('/');
  line.remove_suffix(for_files ? 0 : 1);
  const bool anchored = line.contains('/');
  line.remove_prefix(line.starts_with('/') ? 1 : 0);
  auto tokens = anchored ? path_tokens(line, sets_) : glob_tokens(line, sets_);
  if (line.empty() || !tokens) {
    return;
  }
  (anchored ? paths_ : names_)
      .add(*std::move(tokens), static_cast<std::uint32_t>(negated_.size()), for_files);
  negated_.push_back(negated);
}

Verdict IgnoreRules::match(std::string_view path, bool is_directory) const {
  if (!base_.empty()) {
    if (path.size() <= base_.size() || path[base_.size()] != '/' || !path.starts_with(base_)) {
      return Verdict::none;
    }
    path.remove_prefix(base_.size() + 1);
  }
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto what = is_directory ? PatternTree::What::folder : PatternTree::What::file;
  std::int64_t last = names_.last_match(name, what, sets_, -1);
  last = paths_.last_match(path, what, sets_, last);
  if (last < 0) {
    return Verdict::none;
  }
  return negated_[static_cast<std::size_t>(last)] ? Verdict::included : Verdict::ignored;
}

}  // namespace quire::source
