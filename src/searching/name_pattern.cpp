#include "searching/name_pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/utf8.hpp"
#include "words/name_parts.hpp"

namespace quire::searching {
namespace {

using words::name_parts;

constexpr double kExact = 3;
constexpr double kBeginning = 2;
constexpr double kWithin = 1;
constexpr double kOtherCase = 0.25;

std::string join(std::span<const std::string> parts) {
  std::string out;
  for (const std::string& part : parts) {
    out.append(out.empty() ? "" : ".").append(part);
  }
  return out;
}

/// True if `end` is the last parts of `name`, or all of them.
bool ends_with_parts(std::string_view name, std::string_view end) {
  return name.ends_with(end) &&
         (name.size() == end.size() || name[name.size() - end.size() - 1] == '.');
}

/// As NamePattern::score(), of joined names, letters as they are.
double joined_score(std::string_view name, std::string_view wanted) {
  double score = 0;
  for (std::size_t at = name.find(wanted); at != std::string_view::npos;
       at = name.find(wanted, at + 1)) {
    const bool begins_part = at == 0 || name[at - 1] == '.';
    const bool ends_name = at + wanted.size() == name.size();
    score = std::max(score, !begins_part ? kWithin : ends_name ? kExact : kBeginning);
  }
  return score;
}

/// The folders of a path and its name without the extension, in lower case.
std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    part = path.empty() ? part.substr(0, part.find('.', 1)) : part;
    parts.push_back(base::ascii_lower(part));
  }
  return parts;
}

/// True if `parts` stand among `all` in their order.
bool stand_in_order(std::span<const std::string> parts, std::span<const std::string> all) {
  auto part = parts.begin();
  for (const std::string& each : all) {
    part += part != parts.end() && *part == each ? 1 : 0;
  }
  return part == parts.end();
}

/// True if a name of `place` may be called by `around` before it, in lower case: its package, the
/// end of that, an import path that ends with it, or folders and file.
bool is_around(std::span<const std::string> around, const NamePlace& place) {
  const std::string joined = join(around);
  const std::string package = base::ascii_lower(join(name_parts(place.package)));
  return (!package.empty() &&
          (ends_with_parts(package, joined) || ends_with_parts(joined, package))) ||
         stand_in_order(around, path_parts(place.file_path));
}

}  // namespace

NamePattern::NamePattern(std::string_view text) : parts_(name_parts(text)) {
  if (parts_.empty()) {
    parts_.emplace_back(text);
  }
  joined_ = join(parts_);
  folded_ = base::ascii_lower(joined_);
}

std::optional<double> NamePattern::score(std::string_view name, const NamePlace& place) const {
  const std::string written = join(name_parts(name));
  const std::string folded = base::ascii_lower(written);
  if (const double score = joined_score(folded, folded_); score > 0) {
    return score - (joined_score(written, joined_) < score ? kOtherCase : 0);
  }
  if (folded.empty() || !ends_with_parts(folded_, folded)) {
    return std::nullopt;
  }
  const std::string_view before = std::string_view(folded_).substr(
      0, folded_.size() - std::min(folded.size() + 1, folded_.size()));
  const std::vector<std::string> around = name_parts(before);
  return is_around(around, place)
             ? std::optional(kExact - (joined_.ends_with(written) ? 0 : kOtherCase))
             : std::nullopt;
}

bool NamePattern::ends_with(std::string_view name) const {
  const std::string folded = base::ascii_lower(join(name_parts(name)));
  return !folded.empty() && ends_with_parts(folded_, folded);
}

}  // namespace quire::searching
