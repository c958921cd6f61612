#pragma once

#include <string>
#include <string_view>

/// Text that a file, a name or another program made, for a terminal and for people.
namespace quire::base {

/// True for what steers who shows it, or isn't seen: controls but tabs, format characters (those
/// of directions and of no width among them), separators of lines and paragraphs, fillers,
/// selectors of variants but the two of pictures.
bool is_unseen(char32_t code);

/// `text` with `escape(code)` in place of each unseen character. Bytes that are no UTF-8 stay.
std::string escape_unseen(std::string_view text, std::string (*escape)(char32_t code));

/// `text` on one line, so that no file can steer a terminal, nor show what it does not say: unseen
/// characters as `\u{202E}`, bytes that are no UTF-8 as `\xFF`. Tabs stay.
std::string printable(std::string_view text);

/// The same for text of several lines, which stay such: line by line, without the carriage returns
/// at their ends.
std::string printable_lines(std::string_view text);

}  // namespace quire::base
