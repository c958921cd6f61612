#include "answering/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <span>

#include "base/edit_distance.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace quire::answering {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kTabStop = 8;

struct CodeRange {
  char32_t first;
  char32_t last;
};

constexpr auto kWide = std::to_array<CodeRange>({
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0xA4CF},
    {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF},
    {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD},
});
constexpr auto kCombining = std::to_array<CodeRange>({
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x064B, 0x065F},
    {0x20D0, 0x20FF},
    {0x302A, 0x302D},
    {0x3099, 0x309A},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
});

std::string one_decimal(double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  return text.data();
}

bool is_in(char32_t code, std::span<const CodeRange> ranges) {
  return std::ranges::any_of(
      ranges, [&](const CodeRange& range) { return range.first <= code && code <= range.last; });
}

/// Of a character's bytes, or of some that are none.
std::size_t columns_of(std::string_view bytes, char32_t code, std::size_t column) {
  if (code == U'\t') {
    return kTabStop - column % kTabStop;
  }
  if (base::is_unseen(code)) {
    return base::printable(bytes).size();
  }
  return is_in(code, kCombining) ? 0 : is_in(code, kWide) ? 2 : 1;
}

}  // namespace

std::string with_thousands(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0) {
      text += ',';
    }
    text += digits[at];
  }
  return text;
}

std::string count_of(std::uint64_t number, std::string_view singular, std::string_view plural) {
  return with_thousands(number) + ' ' + std::string(number == 1 ? singular : plural);
}

std::string size_of(std::uint64_t bytes) {
  if (bytes < 1000) {
    return count_of(bytes, "byte", "bytes");
  }
  double size = static_cast<double>(bytes);
  std::string_view unit;
  for (const std::string_view next : {" kB", " MB", " GB", " TB"}) {
    if (size < 999.95) {
      break;
    }
    size /= 1000;
    unit = next;
  }
  return one_decimal(size).append(unit);
}

std::string about(std::uint64_t number) {
  if (number >= 999'500) {
    return "about " + one_decimal(static_cast<double>(number) / 1e6) + " million";
  }
  return "about " + with_thousands(number < 1000 ? number : (number + 500) / 1000 * 1000);
}

std::string duration(double seconds) {
  if (seconds < 1) {
    return std::to_string(static_cast<int>(seconds * 1000)) + " ms";
  }
  if (seconds < 60) {
    return one_decimal(seconds) + " s";
  }
  const auto whole = static_cast<std::uint64_t>(seconds);
  return with_thousands(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string age(std::int64_t then, std::int64_t now) {
  if (then == 0) {
    return "never";
  }
  if (now - then < 5) {
    return "just now";
  }
  const auto seconds = static_cast<std::uint64_t>(now - then);
  if (seconds < 120) {
    return count_of(seconds, "second", "seconds") + " ago";
  }
  if (seconds < std::uint64_t{2} * 3600) {
    return count_of(seconds / 60, "minute", "minutes") + " ago";
  }
  if (seconds < std::uint64_t{2} * 86400) {
    return count_of(seconds / 3600, "hour", "hours") + " ago";
  }
  return count_of(seconds / 86400, "day", "days") + " ago";
}

std::string nothing_holds(const std::vector<std::string>& texts) {
  constexpr std::size_t kMostNamed = 3;
  constexpr std::size_t kColumns = 60;
  const std::size_t named = texts.size() <= kMostNamed + 1 ? texts.size() : kMostNamed;
  std::string out = "nothing holds ";
  for (std::size_t i = 0; i < named; ++i) {
    const bool is_last = i + 1 == texts.size();
    out += i == 0 ? "" : is_last ? " and " : ", ";
    const std::size_t size = fitting_bytes(texts[i], kColumns);
    out += "\"" + base::printable(texts[i].substr(0, size));
    out += size < texts[i].size() ? std::string(kEllipsis) + "\"" : "\"";
  }
  return named == texts.size() ? out
                               : out + " and " + with_thousands(texts.size() - named) + " more";
}

std::string moment(std::int64_t then, std::int64_t now) {
  const std::time_t at = then;
  struct tm local{};
  char text[32];
  const bool recent = now - then < std::int64_t{24} * 3600;
  if (localtime_r(&at, &local) == nullptr ||
      std::strftime(text, sizeof text, recent ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &local) == 0) {
    return std::to_string(then);
  }
  return text;
}

std::size_t fitting_bytes(std::string_view text, std::size_t columns) {
  std::size_t column = 0;
  std::size_t shortened = 0;
  for (std::size_t at = 0; at < text.size();) {
    const base::Character found = base::first_character(text.substr(at));
    const std::size_t size = found.bytes;
    column += columns_of(text.substr(at, size), found.code.value_or(kReplacement), column);
    if (column > columns) {
      return shortened;
    }
    at += size;
    shortened = column < columns ? at : shortened;
  }
  return text.size();
}

std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  for (const std::string& candidate : candidates) {
    const bool nearer =
        !best || base::edit_distance(word, candidate) < base::edit_distance(word, *best);
    if (base::looks_mistyped(word, candidate) && nearer) {
      best = candidate;
    }
  }
  return best;
}

}  // namespace quire::answering
