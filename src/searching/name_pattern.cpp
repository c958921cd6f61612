#include "searching/name_pattern.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

#include "base/utf8.hpp"

namespace quire::searching {
namespace {

/// Brackets are followed so deep; what is deeper is no name that anybody asks for.
constexpr int kMostNesting = 8;
/// Nobody writes longer names; they are taken as they are.
constexpr std::size_t kLongestName = 1024;
constexpr double kExact = 3;
constexpr double kBeginning = 2;
constexpr double kWithin = 1;
constexpr double kOtherCase = 0.25;

bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, is_letter);
}

std::string without_spaces(std::string_view text) {
  std::string out(text);
  std::erase(out, ' ');
  return out;
}

/// Reads a name from its beginning to its end.
class NameReader {
 public:
  NameReader(std::string_view text, int depth) : rest_(text), depth_(depth) {}

  std::vector<std::string> read() {
    while (!rest_.empty()) {
      take();
    }
    end_part();
    return std::move(parts_);
  }

 private:
  void take() {
    if (part_.empty() && takes_operator()) {
      return;
    }
    const char c = rest_.front();
    if (c == '(' || c == '<' || c == '[') {
      take_brackets(c == '(' ? ')' : c == '<' ? '>' : ']');
    } else if (is_separator()) {
      end_part();
      rest_.remove_prefix(rest_.starts_with("->") ? 2 : 1);
    } else {
      part_.append(c == '`' ? 0 : 1, c);
      rest_.remove_prefix(1);
    }
  }

  /// "operator bool", "operator+", "operator ()": all of the rest.
  bool takes_operator() {
    constexpr std::string_view kWord = "operator";
    if (!rest_.starts_with(kWord) || rest_.size() == kWord.size() ||
        is_letter(rest_[kWord.size()])) {
      return false;
    }
    const std::string_view sign =
        rest_.substr(std::min(rest_.find_first_not_of(' ', kWord.size()), rest_.size()));
    if (sign.empty()) {
      return false;
    }
    part_ = is_letter(sign.front()) ? "operator " + std::string(sign)
                                    : std::string(kWord) + without_spaces(sign);
    rest_ = {};
    return true;
  }

  bool is_separator() const {
    const char c = rest_.front();
    const bool is_inner = c == '$' && !part_.empty() && rest_.size() > 1 && is_letter(rest_[1]);
    return c == '.' || c == ':' || c == '#' || c == '/' || c == '\\' || is_inner ||
           rest_.starts_with("->");
  }

  /// Behind a name brackets hold arguments; before one, what it belongs to.
  void take_brackets(char closing) {
    const std::size_t size = size_of_brackets(closing);
    const std::string_view inner = size < 2 ? std::string_view() : rest_.substr(1, size - 2);
    const bool is_plain = size == 0 || (part_.empty() && !has_letter(inner));
    if (is_plain) {
      part_ += rest_.front();
      rest_.remove_prefix(1);
      return;
    }
    if (part_.empty()) {
      take_owner(inner, closing);
    }
    rest_.remove_prefix(size);
  }

  /// `(*Queue)`, `<Pool as Drop>`; `(A, B)` and `[u8; 4]` are names themselves.
  void take_owner(std::string_view inner, char closing) {
    if (closing == ']' || inner.contains(',') || depth_ >= kMostNesting) {
      part_ = without_spaces(rest_.substr(0, inner.size() + 2));
      return;
    }
    inner = inner.substr(0, inner.find(" as "));
    const std::size_t begin = std::min(inner.find_first_not_of("*& "), inner.size());
    std::vector<std::string> owner = NameReader(inner.substr(begin), depth_ + 1).read();
    std::ranges::move(owner, std::back_inserter(parts_));
    if (!owner.empty()) {
      part_ = std::move(parts_.back());
      parts_.pop_back();
    }
  }

  /// From the bracket at the beginning to the one that closes it; 0 if none does.
  std::size_t size_of_brackets(char closing) const {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const bool is_arrow = rest_[at] == '>' && at > 0 && rest_[at - 1] == '-';
      if (rest_[at] == rest_.front()) {
        ++depth;
      } else if (rest_[at] == closing && !is_arrow && --depth == 0) {
        return at + 1;
      }
    }
    return 0;
  }

  void end_part() {
    const std::size_t begin = part_.find_first_not_of(" *&");
    const std::size_t end = part_.find_last_not_of(' ');
    std::string_view part = begin == std::string::npos
                                ? std::string_view()
                                : std::string_view(part_).substr(begin, end + 1 - begin);
    if (part.size() > 1 && (part[0] == '$' || part[0] == '@') && is_letter(part[1])) {
      part.remove_prefix(1);
    }
    if (!part.empty()) {
      parts_.emplace_back(part);
    }
    part_.clear();
  }

  std::string_view rest_;
  int depth_;
  std::string part_;
  std::vector<std::string> parts_;
};

std::string join(std::span<const std::string> parts) {
  std::string out;
  for (const std::string& part : parts) {
    out.append(out.empty() ? "" : ".").append(part);
  }
  return out;
}

bool is_here(const std::string& part) {
  static constexpr std::array<std::string_view, 4> kHere{"crate", "self", "super", "this"};
  return std::ranges::find(kHere, part) != kHere.end();
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

std::vector<std::string> name_parts(std::string_view name) {
  if (!has_letter(name) || name.size() > kLongestName) {
    return name.empty() ? std::vector<std::string>() : std::vector{without_spaces(name)};
  }
  std::vector<std::string> parts = NameReader(name, 0).read();
  const auto first = std::ranges::find_if_not(parts, is_here);
  parts.erase(parts.begin(), first == parts.end() ? parts.begin() : first);
  return parts;
}

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
