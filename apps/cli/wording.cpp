#include "cli/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/edit_distance.hpp"

namespace quire::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

std::string one_decimal(double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  return text.data();
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// A C1 control: U+0080 to U+009F.
bool is_c1(std::string_view text, std::size_t at) {
  return text[at] == '\xC2' && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xA0;
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

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      out += kReplacement;
    } else if (is_c1(text, at)) {
      out += kReplacement;
      ++at;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  std::size_t characters = 0;
  std::size_t last = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins_character(text[at])) {
      continue;
    }
    if (++characters == width) {
      last = at;
    } else if (characters > width) {
      return std::string(text.substr(0, last)).append(kEllipsis);
    }
  }
  return std::string(text);
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

}  // namespace quire::cli
