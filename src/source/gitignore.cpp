#include "source/gitignore.hpp"

#include <algorithm>
#include <utility>

// A rule's text is kept as the file has it, less `!`, the leading `/` and the trailing one. How a
// glob is matched: one pass over the text that remembers the last `*` and the last `**` it went
// through and, on a mismatch, lets the nearer of them take one more character. Earlier stars need
// not be tried again: what they would leave to the later ones is no more than those take anyway. A
// `*` that stands at a `/` is spent, for between two slashes of the pattern only one alignment is
// possible.

namespace quire::source {
namespace {

bool is_wildcard(char c) {
  return c == '*' || c == '?' || c == '[' || c == '\\';
}

std::size_t literal_length(std::string_view pattern) {
  return static_cast<std::size_t>(std::ranges::find_if(pattern, is_wildcard) - pattern.begin());
}

struct ClassName {
  std::string_view name;
  bool (*holds)(unsigned char);
};

bool is_digit(unsigned char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(unsigned char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(unsigned char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(unsigned char c) {
  return is_upper(c) || is_lower(c);
}
bool is_alnum(unsigned char c) {
  return is_alpha(c) || is_digit(c);
}
bool is_graph(unsigned char c) {
  return c > 0x20 && c < 0x7F;
}

// Of ASCII only, whatever the locale; git has no vertical tab and no form feed among spaces.
constexpr ClassName kClasses[] = {
    {"alnum", is_alnum},
    {"alpha", is_alpha},
    {"blank", [](unsigned char c) { return c == ' ' || c == '\t'; }},
    {"cntrl", [](unsigned char c) { return c < 0x20 || c == 0x7F; }},
    {"digit", is_digit},
    {"graph", is_graph},
    {"lower", is_lower},
    {"print", [](unsigned char c) { return c >= 0x20 && c < 0x7F; }},
    {"punct", [](unsigned char c) { return is_graph(c) && !is_alnum(c); }},
    {"space", [](unsigned char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }},
    {"upper", is_upper},
    {"xdigit",
     [](unsigned char c) {
       return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
     }},
};

/// `[...]` at the front of a pattern, against one character.
struct SetMatch {
  std::size_t length = 0;  ///< 0: not closed, or an unknown class; such a pattern never matches.
  bool matched = false;
};

class SetReader {
 public:
  SetReader(std::string_view pattern, char c) : in_(pattern), c_(static_cast<unsigned char>(c)) {}

  SetMatch read() {
    at_ = 1;
    const bool negated = at_ < in_.size() && (in_[at_] == '!' || in_[at_] == '^');
    at_ += negated ? 1 : 0;
    // A `]` right after the bracket stands for itself, so the first member is read before looking
    // for the end.
    do {
      if (!read_member()) {
        return {};
      }
    } while (at_ >= in_.size() || in_[at_] != ']');
    return {at_ + 1, matched_ != negated};
  }

 private:
  bool read_member() {
    if (at_ >= in_.size()) {
      return false;
    }
    if (in_.substr(at_).starts_with("[:")) {
      return read_class();
    }
    if (in_[at_] == '-' && low_ != 0 && at_ + 1 < in_.size() && in_[at_ + 1] != ']') {
      ++at_;
      return read_range_end();
    }
    unsigned char value = 0;
    if (!read_character(value)) {
      return false;
    }
    matched_ |= value == c_;
    low_ = value;
    return true;
  }

  bool read_character(unsigned char& value) {
    at_ += in_[at_] == '\\' ? 1 : 0;
    if (at_ >= in_.size()) {
      return false;
    }
    value = static_cast<unsigned char>(in_[at_++]);
    return true;
  }

  bool read_range_end() {
    unsigned char high = 0;
    if (!read_character(high)) {
      return false;
    }
    matched_ |= c_ >= low_ && c_ <= high;
    low_ = 0;
    return true;
  }

  bool read_class() {
    const std::size_t end = in_.find(']', at_ + 2);
    if (end == std::string_view::npos) {
      return false;
    }
    if (end < at_ + 3 || in_[end - 1] != ':') {
      matched_ |= c_ == '[';
      low_ = '[';
      ++at_;
      return true;
    }
    const std::string_view name = in_.substr(at_ + 2, end - at_ - 3);
    const auto* found = std::ranges::find(kClasses, name, &ClassName::name);
    if (found == std::end(kClasses)) {
      return false;
    }
    matched_ |= found->holds(c_);
    low_ = 0;
    at_ = end + 1;
    return true;
  }

  std::string_view in_;
  unsigned char c_;
  std::size_t at_ = 0;
  unsigned char low_ = 0;  ///< What a `-` would begin a range with; 0: nothing.
  bool matched_ = false;
};

class GlobMatcher {
 public:
  GlobMatcher(std::string_view pattern, std::string_view text) : pattern_(pattern), text_(text) {}

  bool run() {
    while (true) {
      if (p_ < pattern_.size() && pattern_[p_] == '*') {
        take_stars();
      } else if (p_ == pattern_.size() && t_ == text_.size()) {
        return true;
      } else if (!step() && !retry()) {
        return false;
      }
    }
  }

 private:
  struct Star {
    std::size_t pattern = std::string_view::npos;  ///< What follows the stars; npos: none seen.
    std::size_t text = 0;                          ///< Where that was last tried.
  };

  bool at_folder_start(std::size_t p) const { return p == 0 || pattern_[p - 1] == '/'; }

  void take_stars() {
    const std::size_t begin = p_;
    while (p_ < pattern_.size() && pattern_[p_] == '*') {
      ++p_;
    }
    const std::string_view rest = pattern_.substr(p_);
    const bool any_folders = p_ - begin > 1 && at_folder_start(begin) &&
                             (rest.empty() || rest[0] == '/' || rest.starts_with("\\/"));
    if (!any_folders) {
      star_ = {p_, t_};
      return;
    }
    folders_only_ = rest.starts_with('/');
    // `**/` is any number of whole folders, none at all too; the slash belongs to it.
    p_ += folders_only_ ? 1 : 0;
    folders_ = {p_, t_};
    star_ = {};
  }

  bool step() {
    if (p_ == pattern_.size() || t_ == text_.size()) {
      return false;
    }
    char expected = pattern_[p_];
    std::size_t length = 1;
    if (expected == '?') {
      expected = text_[t_] == '/' ? '\0' : text_[t_];
    } else if (expected == '[') {
      const SetMatch set = SetReader(pattern_.substr(p_), text_[t_]).read();
      if (!set.matched || text_[t_] == '/') {
        return false;
      }
      expected = text_[t_];
      length = set.length;
    } else if (expected == '\\') {
      if (p_ + 1 == pattern_.size()) {
        return false;
      }
      expected = pattern_[p_ + 1];
      length = 2;
    }
    if (text_[t_] != expected) {
      return false;
    }
    p_ += length;
    ++t_;
    return true;
  }

  bool retry() {
    if (star_.pattern != std::string_view::npos && star_.text < text_.size() &&
        text_[star_.text] != '/') {
      return resume(star_, star_.text + 1);
    }
    if (folders_.pattern == std::string_view::npos) {
      return false;
    }
    star_ = {};
    if (!folders_only_) {
      return folders_.text < text_.size() && resume(folders_, folders_.text + 1);
    }
    const std::size_t slash = text_.find('/', folders_.text);
    return slash != std::string_view::npos && resume(folders_, slash + 1);
  }

  bool resume(Star& star, std::size_t text) {
    star.text = text;
    p_ = star.pattern;
    t_ = text;
    return true;
  }

  std::string_view pattern_;
  std::string_view text_;
  std::size_t p_ = 0;
  std::size_t t_ = 0;
  Star star_;     ///< The last `*`.
  Star folders_;  ///< The last `**` between slashes.
  bool folders_only_ = false;
};

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

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  return GlobMatcher(pattern, text).run();
}

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
  return out;
}

void IgnoreRules::add_line(std::string_view line) {
  if (line.starts_with('#')) {
    return;
  }
  line = without_trailing_spaces(line);
  Rule rule;
  if (line.starts_with('!')) {
    rule.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.directory_only = true;
    line.remove_suffix(1);
  }
  rule.anchored = line.contains('/');
  if (line.starts_with('/')) {
    line.remove_prefix(1);
  }
  if (line.empty()) {
    return;
  }
  rule.pattern = line;
  rule.literal = literal_length(line);
  rule.suffix =
      !rule.anchored && line[0] == '*' && literal_length(line.substr(1)) == line.size() - 1;
  rules_.push_back(std::move(rule));
}

bool IgnoreRules::matches(const Rule& rule, std::string_view below_base, std::string_view name) {
  const std::string_view text = rule.anchored ? below_base : name;
  const std::string_view pattern = rule.pattern;
  if (rule.suffix) {
    return text.ends_with(pattern.substr(1));
  }
  if (rule.literal == pattern.size()) {
    return text == pattern;
  }
  // As git does it: the literal part goes first, so that a `**` right behind it counts as one
  // between slashes.
  const std::size_t literal = rule.anchored ? rule.literal : 0;
  return text.starts_with(pattern.substr(0, rule.literal)) &&
         glob_match(pattern.substr(literal), text.substr(literal));
}

Verdict IgnoreRules::match(std::string_view path, bool is_directory) const {
  if (!base_.empty()) {
    if (path.size() <= base_.size() || path[base_.size()] != '/' || !path.starts_with(base_)) {
      return Verdict::none;
    }
    path.remove_prefix(base_.size() + 1);
  }
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if ((is_directory || !rule->directory_only) && matches(*rule, path, name)) {
      return rule->negated ? Verdict::included : Verdict::ignored;
    }
  }
  return Verdict::none;
}

}  // namespace quire::source
