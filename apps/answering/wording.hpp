#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How numbers, sizes, times and foreign text are put to people.
namespace quire::answering {

/// "1,234,567".
std::string with_thousands(std::uint64_t number);
/// "1 file", "1,234 files".
std::string count_of(std::uint64_t number, std::string_view singular, std::string_view plural);
/// "512 bytes", "1.5 MB" (powers of 1,000).
std::string size_of(std::uint64_t bytes);
/// An estimate: "about 900", "about 12,000", "about 1.2 million".
std::string about(std::uint64_t number);
/// "90 ms", "2.1 s", "1 min 5 s".
std::string duration(double seconds);
/// How long before `now` (both Unix seconds): "just now", "3 minutes ago"; "never" for 0.
std::string age(std::int64_t then, std::int64_t now);
/// The same as local time, with the date if it is more than a day before: "14:03:07".
std::string moment(std::int64_t then, std::int64_t now);

/// 'nothing holds "a"', 'nothing holds "a" and "b"'; long ones and many are shortened.
std::string nothing_holds(const std::vector<std::string>& texts);

/// Stands for what was cut, on one column.
inline constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// How many bytes of `text` (valid UTF-8, to be printed by base::printable() at a tab stop) take at
/// most
/// `columns` columns of a terminal: all, or as many as leave one column free for kEllipsis. A tab
/// goes to the next multiple of 8; East Asian characters and pictures are two columns wide,
/// combining ones none.
std::size_t fitting_bytes(std::string_view text, std::size_t columns);

/// The one of `candidates` that `word` was probably meant to be, if any.
std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates);

}  // namespace quire::answering
