#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/searcher.hpp>

#include "cli/terminal.hpp"

namespace quire::cli {

/// What each byte of the hit's text is written in. Matches go before syntax, which is told apart
/// only where there are colours.
std::vector<Ink> inks_of(const SearchHit& hit, const Style& style);

/// `line` (valid UTF-8, no line feed) in its bytes' inks, as printable() has it, on at most
/// `columns` columns: "…" stands for what is left out, at the end, and at the beginning where else
/// the line's first match would not be seen.
std::string painted(std::string_view line,
                    std::span<const Ink> inks,
                    std::size_t columns,
                    const Style& style);

}  // namespace quire::cli
