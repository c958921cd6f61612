#include "source/glob.hpp"

#include <algorithm>

// How a glob is matched: one pass over the text that remembers the last `*` and the last `**` it
// went through and, on a mismatch, lets the nearer of them take one more character. Earlier stars
// need not be tried again: what they would leave to the later ones is no more than those take
// anyway. A `*` that stands at a `/` is spent, for between two slashes of the pattern only one
// alignment is possible.

namespace quire::source {
namespace {

using glob_token::kAny;
using glob_token::kAnything;
using glob_token::kFirstSet;
using glob_token::kFolders;
using glob_token::kStar;

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

using Set = GlobSets::Set;

unsigned char byte_of(char c) {
  return static_cast<unsigned char>(c);
}

/// Reads `[...]` at the front of a pattern.
class SetReader {
 public:
  explicit SetReader(std::string_view pattern) : in_(pattern) {}

  /// Nothing: it is not closed, or has an unknown class.
  std::optional<Set> read() {
    at_ = 1;
    const bool negated = at_ < in_.size() && (in_[at_] == '!' || in_[at_] == '^');
    at_ += negated ? 1 : 0;
    // A `]` right after the bracket stands for itself, so the first member is read before looking
    // for the end.
    do {
      if (!read_member()) {
        return std::nullopt;
      }
    } while (at_ >= in_.size() || in_[at_] != ']');
    ++at_;
    Set found = negated ? ~set_ : set_;
    return found.reset('/');
  }

  /// How much of the pattern was read.
  std::size_t length() const { return at_; }

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
    set_.set(value);
    low_ = value;
    return true;
  }

  bool read_character(unsigned char& value) {
    at_ += in_[at_] == '\\' ? 1 : 0;
    if (at_ >= in_.size()) {
      return false;
    }
    value = byte_of(in_[at_++]);
    return true;
  }

  bool read_range_end() {
    unsigned char high = 0;
    if (!read_character(high)) {
      return false;
    }
    for (unsigned c = low_; c <= high; ++c) {
      set_.set(c);
    }
    low_ = 0;
    return true;
  }

  bool read_class() {
    if (close_ < at_ + 2) {
      close_ = std::min(in_.find(']', at_ + 2), in_.size());
    }
    if (close_ == in_.size()) {
      return false;
    }
    if (close_ < at_ + 3 || in_[close_ - 1] != ':') {
      set_.set('[');
      low_ = '[';
      ++at_;
      return true;
    }
    const std::string_view name = in_.substr(at_ + 2, close_ - at_ - 3);
    const auto* found = std::ranges::find(kClasses, name, &ClassName::name);
    if (found == std::end(kClasses)) {
      return false;
    }
    for (unsigned c = 0; c < set_.size(); ++c) {
      set_[c] = set_[c] || found->holds(static_cast<unsigned char>(c));
    }
    low_ = 0;
    at_ = close_ + 1;
    return true;
  }

  std::string_view in_;
  std::size_t at_ = 0;
  std::size_t close_ = 0;  ///< The first `]` behind the last class; it is looked for once.
  unsigned char low_ = 0;  ///< What a `-` would begin a range with; 0: nothing.
  Set set_;
};

class PatternReader {
 public:
  PatternReader(std::string_view pattern, GlobSets& sets) : in_(pattern), sets_(sets) {}

  std::optional<std::vector<GlobToken>> read() && {
    while (at_ < in_.size()) {
      const std::optional<GlobToken> token = next();
      if (!token) {
        return std::nullopt;
      }
      tokens_.push_back(*token);
    }
    return std::move(tokens_);
  }

 private:
  std::optional<GlobToken> next() {
    switch (in_[at_]) {
      case '*':
        return stars();
      case '?':
        ++at_;
        return kAny;
      case '[':
        return set();
      case '\\':
        ++at_;
        return at_ < in_.size() ? std::optional<GlobToken>(byte_of(in_[at_++])) : std::nullopt;
      default:
        return byte_of(in_[at_++]);
    }
  }

  GlobToken stars() {
    const std::size_t begin = at_;
    at_ = std::min(in_.find_first_not_of('*', at_), in_.size());
    const std::string_view rest = in_.substr(at_);
    const bool at_folder_start = begin == 0 || in_[begin - 1] == '/';
    if (at_ - begin == 1 || !at_folder_start ||
        !(rest.empty() || rest[0] == '/' || rest.starts_with("\\/"))) {
      return kStar;
    }
    // `**/` is any number of whole folders, none at all too; the slash belongs to it.
    const bool is_folders = rest.starts_with('/');
    at_ += is_folders ? 1 : 0;
    return is_folders ? kFolders : kAnything;
  }

  std::optional<GlobToken> set() {
    SetReader reader(in_.substr(at_));
    const std::optional<Set> found = reader.read();
    at_ += reader.length();
    return found ? std::optional(sets_.token_of(*found)) : std::nullopt;
  }

  std::string_view in_;
  GlobSets& sets_;
  std::size_t at_ = 0;
  std::vector<GlobToken> tokens_;
};

class GlobMatcher {
 public:
  GlobMatcher(std::span<const GlobToken> pattern, const GlobSets& sets, std::string_view text)
      : pattern_(pattern), sets_(sets), text_(text) {}

  bool run() {
    while (true) {
      if (p_ < pattern_.size() && pattern_[p_] >= kStar && pattern_[p_] <= kAnything) {
        take_star();
      } else if (p_ == pattern_.size() && t_ == text_.size()) {
        return true;
      } else if (!step() && !retry()) {
        return false;
      }
    }
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  struct Star {
    std::size_t pattern = kNone;  ///< What follows the stars; kNone: none seen.
    std::size_t text = 0;         ///< Where that was last tried.
  };

  void take_star() {
    const GlobToken token = pattern_[p_++];
    if (token == kStar) {
      star_ = {p_, t_};
      return;
    }
    folders_only_ = token == kFolders;
    folders_ = {p_, t_};
    star_ = {};
  }

  bool step() {
    if (p_ == pattern_.size() || t_ == text_.size() ||
        !glob_token_matches(pattern_[p_], sets_, text_[t_])) {
      return false;
    }
    ++p_;
    ++t_;
    return true;
  }

  bool retry() {
    if (star_.pattern != kNone && star_.text < text_.size() && text_[star_.text] != '/') {
      return resume(star_, star_.text + 1);
    }
    if (folders_.pattern == kNone) {
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

  std::span<const GlobToken> pattern_;
  const GlobSets& sets_;
  std::string_view text_;
  std::size_t p_ = 0;
  std::size_t t_ = 0;
  Star star_;     ///< The last `*`.
  Star folders_;  ///< The last `**` between slashes.
  bool folders_only_ = false;
};

}  // namespace

GlobToken GlobSets::token_of(const Set& set) {
  const auto [found, added] =
      tokens_.try_emplace(set, static_cast<GlobToken>(kFirstSet + sets_.size()));
  if (added) {
    sets_.push_back(set);
  }
  return found->second;
}

std::optional<std::vector<GlobToken>> glob_tokens(std::string_view pattern, GlobSets& sets) {
  return PatternReader(pattern, sets).read();
}

bool glob_token_matches(GlobToken token, const GlobSets& sets, char c) {
  if (token < kAny) {
    return token == byte_of(c);
  }
  return token == kAny ? c != '/' : token >= kFirstSet && sets.holds(token, c);
}

bool glob_match(std::span<const GlobToken> pattern, const GlobSets& sets, std::string_view text) {
  return GlobMatcher(pattern, sets, text).run();
}

}  // namespace quire::source
