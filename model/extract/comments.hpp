#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What people wrote about code, without the signs around it.
namespace quire::model {

/// The text of one line of comment in any of the languages that are read (`// x`, `/// x`, `# x`, `-- x`, `* x`,
/// `;; x`, `(** x *)`, `"""x"""`), trimmed; nothing if the line, trimmed, is no comment.
std::optional<std::string_view> comment_text(std::string_view line, std::string_view language);

/// The first paragraph of a comment's lines on one line, up to what describes parameters or shows code.
std::string summary_of(const std::vector<std::string_view>& lines);

/// True if `summary` says what code does: some words of plain English, no licence, no order to a tool, no note to
/// oneself, no code that was switched off.
bool describes_code(std::string_view summary, std::size_t fewest_words);

}  // namespace quire::model
