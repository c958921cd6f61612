#include "searching/path_scope.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "searching/file_role.hpp"

namespace quire::searching {
namespace {

constexpr std::size_t kMostChoices = 256;

/// A pair of braces with what is between its commas.
struct Braces {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< Behind the closing one.
  std::vector<std::string_view> choices;
};

/// The braces that open at `open`, if they close and hold a comma.
std::optional<Braces> braces_at(std::string_view pattern, std::size_t open) {
  Braces out{.begin = open, .end = 0, .choices = {}};
  std::size_t depth = 0;
  std::size_t choice = open + 1;
  for (std::size_t at = open; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (c == '{') {
      ++depth;
    } else if (depth == 1 && (c == ',' || c == '}')) {
      out.choices.push_back(pattern.substr(choice, at - choice));
      choice = at + 1;
    }
    if (c == '}' && --depth == 0) {
      out.end = at + 1;
      return out.choices.size() > 1 ? std::optional(std::move(out)) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Braces> first_braces(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == '{') {
      if (auto found = braces_at(pattern, at)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

bool any_matches(const std::vector<PathGlob>& globs, std::string_view path) {
  return std::ranges::any_of(globs, [&](const PathGlob& glob) { return glob.matches(path); });
}

}  // namespace

std::vector<std::string> without_braces(std::string_view pattern) {
  std::vector<std::string> done;
  std::vector<std::string> open{std::string(pattern)};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    const std::optional<Braces> braces = first_braces(next);
    if (!braces) {
      done.push_back(next);
      continue;
    }
    if (open.size() + done.size() + braces->choices.size() > kMostChoices) {
      return {std::string(pattern)};
    }
    const std::string_view text = next;
    std::ranges::transform(braces->choices.rbegin(), braces->choices.rend(),
                           std::back_inserter(open), [&](std::string_view choice) {
                             return std::string(text.substr(0, braces->begin))
                                 .append(choice)
                                 .append(text.substr(braces->end));
                           });
  }
  return done;
}

PathScope::PathScope(std::span<const std::string> patterns, bool tests) : tests_(tests) {
  for (const std::string_view pattern : patterns) {
    const bool excludes = pattern.starts_with('!');
    for (const std::string& choice : without_braces(pattern.substr(excludes ? 1 : 0))) {
      (excludes ? without_ : only_).emplace_back(choice);
    }
  }
  const auto accepts_all = [](const PathGlob& glob) { return glob.filter().empty(); };
  if (std::ranges::none_of(only_, accepts_all)) {
    for (std::size_t i = 0; i < only_.size(); ++i) {
      filter_ = i == 0 ? only_[i].filter() : filter_ || only_[i].filter();
    }
  }
}

bool PathScope::matches(std::string_view path) const {
  return (only_.empty() || any_matches(only_, path)) && !any_matches(without_, path) &&
         (tests_ || role_of(path, "") != FileRole::test);
}

}  // namespace quire::searching
