#include "words/name_parts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <utility>

namespace quire::words {
namespace {

/// Brackets are followed so deep; what is deeper is no name that anybody asks for.
constexpr int kMostNesting = 8;
/// Nobody writes longer names; they are taken as they are.
constexpr std::size_t kLongestName = 1024;

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

bool is_here(const std::string& part) {
  static constexpr std::array<std::string_view, 4> kHere{"crate", "self", "super", "this"};
  return std::ranges::find(kHere, part) != kHere.end();
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

}  // namespace quire::words
