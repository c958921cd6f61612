#pragma once

#include <vector>

#include "chunking/lines.hpp"

namespace quire::chunking {

/// Cuts `rows` into pieces that each fit one chunk, as even as the text allows: best before a
/// line that follows a blank one and is little indented, never far from 36 lines. Pieces neither
/// begin nor end with a blank row, and every row that is not blank is in one of them.
std::vector<Rows> cut_rows(const Lines& lines, Rows rows);

/// cut_rows() of a Markdown text, at its headings first; short sections stay together.
std::vector<Rows> cut_markdown(const Lines& lines, Rows rows);

}  // namespace quire::chunking
