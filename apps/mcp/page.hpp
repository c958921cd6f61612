#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <quire/searcher.hpp>

#include "base/json.hpp"
#include "mcp/tool.hpp"

/// Hits as answers: as much of each as the tokens allow, and where the next page begins.
namespace quire::mcp {

/// Where a page begins, of which question.
struct Cursor {
  std::uint64_t skip = 0;
  std::uint64_t question = 0;  ///< A checksum of what was asked.

  std::string to_string() const;
  static std::optional<Cursor> parse(std::string_view text);
};

/// A checksum of what decides over the hits and their order.
std::uint64_t checksum_of(const SearchRequest& request);

/// What a page of hits is made from.
struct PageOf {
  const SearchRequest& request;
  const SearchAnswer& answer;
  std::size_t max_tokens = 0;  ///< Of the text, and of the structured form: each alone.
  base::Json freshness;        ///< `index` of the answer.
  std::string hint;            ///< A sentence, or "".
  bool has_pages = true;       ///< There is a way to ask for the next one.
};

/// The hits, whole where that fits, else their signature, else their place; those that do not fit
/// at all are counted, and the next page begins with them. The first has its place in any case.
ToolAnswer page_of(const PageOf& page);

/// Why an answer without results, with this `index`, may be none: a sentence, or "" if all of the
/// tree was looked at.
std::string why_nothing(const base::Json& freshness);

/// "index sweeping, tree seen at 14:03:07: newer files are not seen yet"
std::string in_words(const base::Json& freshness);

}  // namespace quire::mcp
