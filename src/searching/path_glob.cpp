#include "searching/path_glob.hpp"

#include <optional>
#include <vector>

#include "source/glob.hpp"

// LIKE has one wildcard for any text, globs have two: `*` stops at a slash, `**` does not. A glob's
// literal pieces joined by `%` therefore accept everything that the glob accepts, and more. They
// accept exactly that where each `*` stands beside a free end: `*.c` at any depth is `%.c`.

namespace quire::searching {
namespace {

constexpr std::string_view kAnyDepth = "**/";
constexpr std::string_view kSpecial = "*?[\\";

std::string escape_like(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// The file itself or, where the pattern names a folder, what is in it.
Filter like_or_inside(const std::string& pattern) {
  const Field path("file_path");
  return path.like(pattern, '\\') || path.like(pattern + "/%", '\\');
}

std::size_t end_of_set(std::string_view pattern, std::size_t open) {
  const std::size_t first = open + (pattern.substr(open + 1, 1).find_first_of("!^") == 0 ? 2 : 1);
  return pattern.find(']', first + 1);
}

/// The literal pieces of `pattern` joined by `%`. A set, which may match a slash in no pattern but
/// many characters, is a wildcard too.
std::string superset_of(std::string_view pattern) {
  std::string out;
  std::size_t at = 0;
  const auto wildcard = [&](std::size_t next) {
    if (!out.ends_with('%') || out.ends_with("\\%")) {
      out += '%';
    }
    at = next;
  };
  while (at < pattern.size()) {
    if (pattern.substr(at).starts_with(kAnyDepth)) {
      wildcard(at + kAnyDepth.size());
    } else if (pattern[at] == '[') {
      const std::size_t end = end_of_set(pattern, at);
      wildcard(end == std::string_view::npos ? pattern.size() : end + 1);
    } else if (pattern[at] == '*' || pattern[at] == '?') {
      wildcard(at + 1);
    } else if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      out += escape_like(pattern.substr(at + 1, 1));
      at += 2;
    } else {
      out += escape_like(pattern.substr(at, 1));
      at += 1;
    }
  }
  return out;
}

bool is_literal(std::string_view text) {
  return text.find_first_of(kSpecial) == std::string_view::npos;
}

/// The name pattern of "**/NAME", which may be at any depth.
std::optional<Filter> exact_at_any_depth(std::string_view name) {
  const Field path("file_path");
  const bool open_start = name.starts_with('*');
  const bool open_end = name.size() > 1 && name.ends_with('*');
  const std::string_view text =
      name.substr(open_start ? 1 : 0, name.size() - (open_start ? 1 : 0) - (open_end ? 1 : 0));
  if (!is_literal(text) || name.contains('/')) {
    return std::nullopt;
  }
  const std::string like = escape_like(text);
  if (open_start && open_end) {
    return path.like('%' + like + '%', '\\');
  }
  if (open_start) {
    return like_or_inside('%' + like);
  }
  if (open_end) {
    return path.like(like + '%', '\\') || path.like("%/" + like + '%', '\\');
  }
  return like_or_inside(like) || like_or_inside("%/" + like);
}

/// "FOLDER/FILE" without wildcards, "FOLDER/**" and "FOLDER/**/*.c".
std::optional<Filter> exact_from_root(std::string_view pattern) {
  if (is_literal(pattern)) {
    return like_or_inside(escape_like(pattern));
  }
  const std::size_t deep = pattern.find("/**");
  if (deep == std::string_view::npos || !is_literal(pattern.substr(0, deep))) {
    return std::nullopt;
  }
  const std::string folder = escape_like(pattern.substr(0, deep)) + '/';
  const std::string_view rest = pattern.substr(deep + 3);
  if (rest.empty() || rest == "/*") {
    return field("file_path").like(folder + '%', '\\');
  }
  if (rest.starts_with("/*") && is_literal(rest.substr(2)) && !rest.substr(2).contains('/')) {
    return like_or_inside(folder + '%' + escape_like(rest.substr(2)));
  }
  return std::nullopt;
}

std::optional<Filter> exact_filter(std::string_view pattern) {
  if (pattern.empty() || pattern == "**" || pattern == "**/*" || pattern == "**/**") {
    return Filter{};
  }
  return pattern.starts_with(kAnyDepth) ? exact_at_any_depth(pattern.substr(kAnyDepth.size()))
                                        : exact_from_root(pattern);
}

/// `text` from the root, without a slash at the end.
std::string anchored(std::string_view text) {
  const bool any_depth = !text.contains('/');
  if (text.starts_with("./")) {
    text.remove_prefix(2);
  }
  while (text.starts_with('/')) {
    text.remove_prefix(1);
  }
  while (text.ends_with('/')) {
    text.remove_suffix(1);
  }
  return any_depth && !text.empty() ? std::string(kAnyDepth).append(text) : std::string(text);
}

}  // namespace

PathGlob::PathGlob(std::string_view text)
    : pattern_(anchored(text)),
      glob_(pattern_),
      inside_(pattern_ + "/**"),
      filter_(exact_filter(pattern_).value_or(like_or_inside(superset_of(pattern_)))) {}

bool PathGlob::matches(std::string_view path) const {
  return pattern_.empty() || glob_.matches(path) || inside_.matches(path);
}

}  // namespace quire::searching
