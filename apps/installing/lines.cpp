#include "installing/lines.hpp"

#include <algorithm>

namespace quire::installing {

std::string_view newline_of(std::string_view text) {
  const std::size_t first = text.find('\n');
  const bool with_return = first != std::string_view::npos && first > 0 && text[first - 1] == '\r';
  return with_return ? "\r\n" : "\n";
}

std::string in_newlines(std::string_view text, std::string_view newline) {
  std::string out;
  for (const char c : text) {
    out += c == '\n' ? newline : std::string_view(&c, 1);
  }
  return out;
}

std::size_t line_number(std::string_view text, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::string indent_of_line(std::string_view text, std::size_t offset) {
  const std::size_t before = text.substr(0, offset).rfind('\n');
  const std::string_view line = text.substr(before == std::string_view::npos ? 0 : before + 1);
  return std::string(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())));
}

std::size_t find_lone_return(std::string_view text) {
  std::size_t at = text.find('\r');
  while (at != std::string_view::npos && at + 1 < text.size() && text[at + 1] == '\n') {
    at = text.find('\r', at + 1);
  }
  return at;
}

}  // namespace quire::installing
