#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The lines of a text that is edited.
namespace quire::installing {

/// What the first line of `text` ends with: "\n" or "\r\n"; "\n" for one line.
std::string_view newline_of(std::string_view text);

/// `text` with `newline` for each "\n".
std::string in_newlines(std::string_view text, std::string_view newline);

/// The line that `offset` is in, from 1 on.
std::size_t line_number(std::string_view text, std::size_t offset);

/// The blanks and tabs that the line of `offset` begins with.
std::string indent_of_line(std::string_view text, std::size_t offset);

/// The offset of the first carriage return without a line feed; npos if there is none.
std::size_t find_lone_return(std::string_view text);

}  // namespace quire::installing
