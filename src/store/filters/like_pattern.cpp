#include "store/filters/like_pattern.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace quire::filters {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

constexpr std::size_t kNowhere = std::string_view::npos;

/// Past `count` characters from `at`; kNowhere if there are fewer.
inline std::size_t skip_characters(std::string_view text, std::size_t at, std::size_t count) {
  for (; count != 0; --count) {
    if (at == text.size()) {
      return kNowhere;
    }
    ++at;
    while (at != text.size() && is_continuation(text[at])) {
      ++at;
    }
  }
  return at;
}

/// The same to the left, not below `begin`.
std::size_t skip_back(std::string_view text, std::size_t begin, std::size_t at, std::size_t count) {
  for (; count != 0; --count) {
    if (at == begin) {
      return kNowhere;
    }
    --at;
    while (at != begin && is_continuation(text[at])) {
      --at;
    }
  }
  return at;
}

/// text.find(literal, at), in linear time: long texts go to the C library's memmem, which is
/// two-way or better, but takes a while to begin.
std::size_t find_literal(std::string_view text, std::string_view literal, std::size_t at) {
  constexpr std::size_t kShort = 256;
  if (text.size() - at <= kShort) {
    return text.find(literal, at);
  }
  const void* const found =
      memmem(text.data() + at, text.size() - at, literal.data(), literal.size());
  return found == nullptr ? kNowhere
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, char escape, LetterCase letters)
    : letters_(letters) {
  segments_.emplace_back().emplace_back();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    Segment& segment = segments_.back();
    if (escape != 0 && pattern[i] == escape && i + 1 < pattern.size()) {
      segment.back().literal += pattern[++i];
    } else if (pattern[i] == '%') {
      begin_segment();
    } else if (pattern[i] != '_') {
      segment.back().literal += pattern[i];
    } else if (segment.back().literal.empty()) {
      ++segment.back().skipped;
    } else {
      segment.push_back({1, {}});
    }
  }
  if (letters_ == LetterCase::folded) {
    fold_letters();
  }
  const Segment& first = segments_.front();
  const bool begins_literally = first.front().skipped == 0;
  prefix_ = begins_literally ? first.front().literal : "";
  is_prefix_ =
      begins_literally && first.size() == 1 && segments_.size() == 2 && is_empty(segments_.back());
}

void LikePattern::fold_letters() {
  for (Segment& segment : segments_) {
    for (Piece& piece : segment) {
      piece.literal = base::ascii_lower(piece.literal);
    }
  }
}

bool LikePattern::matches_folded(std::string_view text) const {
  return matches_bytes(base::ascii_lower(text));
}

void LikePattern::begin_segment() {
  const bool follows_percent = segments_.size() > 1 && is_empty(segments_.back());
  if (!follows_percent) {
    segments_.emplace_back().emplace_back();
  }
}

bool LikePattern::is_empty(const Segment& segment) {
  return segment.front().skipped == 0 && segment.front().literal.empty();
}

bool LikePattern::ends_in_escape(std::string_view pattern, char escape) {
  bool open = false;
  for (const char c : pattern) {
    open = !open && escape != 0 && c == escape;
  }
  return open;
}

bool LikePattern::matches_rest(std::string_view text) const {
  std::size_t at = match(segments_.front(), 0, text, 0);
  if (at == kNowhere || segments_.size() == 1) {
    return at == text.size();
  }
  for (std::size_t i = 1; i + 1 < segments_.size(); ++i) {
    at = find(segments_[i], text, at);
    if (at == kNowhere) {
      return false;
    }
  }
  return ends(segments_.back(), text, at);
}

std::size_t LikePattern::match(const Segment& segment,
                               std::size_t piece,
                               std::string_view text,
                               std::size_t at) {
  for (; piece != segment.size(); ++piece) {
    const std::string_view literal = segment[piece].literal;
    const std::size_t begin = skip_characters(text, at, segment[piece].skipped);
    if (begin == kNowhere || !text.substr(begin).starts_with(literal)) {
      return kNowhere;
    }
    at = begin + literal.size();
  }
  return at;
}

std::size_t LikePattern::find(const Segment& segment, std::string_view text, std::size_t at) {
  const std::string_view literal = segment.front().literal;
  std::size_t from = skip_characters(text, at, segment.front().skipped);
  while (from != kNowhere) {
    const std::size_t begin = find_literal(text, literal, from);
    if (begin == kNowhere) {
      return kNowhere;
    }
    const std::size_t end = match(segment, 1, text, begin + literal.size());
    if (end != kNowhere) {
      return end;
    }
    from = skip_characters(text, begin, 1);
  }
  return kNowhere;
}

bool LikePattern::ends(const Segment& segment, std::string_view text, std::size_t at) {
  std::size_t end = text.size();
  for (auto piece = segment.rbegin(); piece != segment.rend(); ++piece) {
    if (!text.substr(at, end - at).ends_with(piece->literal)) {
      return false;
    }
    end = skip_back(text, at, end - piece->literal.size(), piece->skipped);
    if (end == kNowhere) {
      return false;
    }
  }
  return true;
}

}  // namespace quire::filters
