#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "searching/text_pattern.hpp"

namespace {

using quire::searching::RequiredText;
using quire::searching::TextPattern;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

bool holds(std::string_view lower, const RequiredText& required) {
  const auto part_holds = [&](const RequiredText& part) { return holds(lower, part); };
  switch (required.kind) {
    case RequiredText::Kind::text:
      return lower.contains(required.text);
    case RequiredText::Kind::all:
      return std::ranges::all_of(required.parts, part_holds);
    case RequiredText::Kind::any:
      return std::ranges::any_of(required.parts, part_holds);
    default:
      return true;
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// True if nothing in it looks at the content's ends.
bool goes_by_lines(std::string_view expression) {
  return !expression.contains("\\A") && !expression.contains("\\z") && !expression.contains("(?");
}

bool a_line_matches(const TextPattern& pattern, std::string_view content) {
  for (std::size_t at = 0; at <= content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    if (pattern.matches(content.substr(at, end - at))) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

void check_ranges(const TextPattern& pattern, std::string_view content) {
  std::size_t last = 0;
  for (const TextPattern::Range& range : pattern.ranges(content)) {
    require(range.begin >= last && range.begin < range.end && range.end <= content.size());
    require(!content.substr(range.begin, range.end - range.begin).contains('\n'));
    last = range.end;
  }
}

}  // namespace

/// The first line is an expression, the rest what it is looked for in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string expression(input.substr(0, input.find('\n')));
  std::string_view content = input.substr(std::min(expression.size() + 1, input.size()));
  content = content.substr(0, content.find_last_not_of('\n') + 1);
  const auto pattern = TextPattern::regex(expression);
  if (!pattern) {
    require(!pattern.error().message.empty() && pattern.error().message.size() < 500);
    return 0;
  }
  const bool matches = pattern->matches(content);
  require(!goes_by_lines(expression) || matches == a_line_matches(*pattern, content));
  require(!matches || !is_ascii(content) ||
          holds(quire::base::ascii_lower(content), pattern->required()));
  check_ranges(*pattern, content);
  return 0;
}
