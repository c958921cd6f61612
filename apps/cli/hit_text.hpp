#pragma once

#include <cstddef>
#include <string>

#include <quire/searcher.hpp>

#include "answering/budget.hpp"
#include "cli/terminal.hpp"

namespace quire::cli {

/// How hits are shown to people.
struct HitView {
  std::size_t lines = 8;     ///< At most so many of each hit, without context.
  std::size_t context = 0;   ///< So many around them.
  std::size_t columns = 80;  ///< A line is cut there.
  bool explain = false;      ///< What the score is the sum of.
};

/// The columns that a line of code may take on this terminal, or in a pipe.
std::size_t code_columns();

/// The hit's heading and lines, each with its line feed.
std::string text_of(const SearchHit& hit,
                    answering::Detail detail,
                    const HitView& view,
                    const Style& style);

}  // namespace quire::cli
