#include "installing/agents_md.hpp"

#include <cstddef>
#include <optional>

#include "base/try.hpp"
#include "installing/lines.hpp"
#include "installing/text_block.hpp"

namespace quire::installing {
namespace {

constexpr std::string_view kBegin = "<!-- quire:begin -->";
constexpr std::string_view kEnd = "<!-- quire:end -->";

constexpr std::string_view kBlock =
    "<!-- quire:begin -->\n"
    "## Finding code: quire\n"
    "\n"
    "- Where something is done, or what means the same: `quire search 'where are retries "
    "limited'`\n"
    "- Where something is defined: `quire symbol parse_config`; code like a place's: `quire "
    "similar FILE:LINE`\n"
    "- An exact string or a regular expression over all files: grep or rg; the best places of it "
    "first:\n"
    "  `quire search '\"exact text\"'`, `quire search --regex 'TODO.*later'`\n"
    "- Hits are `FILE:LINES`. Less text: `quire search -l -n 5 --max-tokens 2000 'release notes'`; "
    "for programs: `--json`\n"
    "- After changes to files: `quire search --refresh 'what is new'` indexes what changed, then "
    "answers\n"
    "- As MCP tools: `search`, `find_by_symbol`, `list_files`, `reindex`, `status`\n"
    "<!-- quire:end -->";

/// Where the block stands, marks included.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_twice(std::string_view text, std::string_view mark) {
  return text.find(mark) != text.rfind(mark);
}

Result<std::optional<Extent>> find_block(std::string_view text, const std::string& file) {
  if (const std::size_t lone = find_lone_return(text); lone != std::string_view::npos) {
    return fail(ErrorCode::store_serde, file + ":" + std::to_string(line_number(text, lone)) +
                                            ": a carriage return without a line feed");
  }
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  if (begin == std::string_view::npos && end == std::string_view::npos) {
    return std::nullopt;
  }
  const bool is_pair = begin != std::string_view::npos && end != std::string_view::npos &&
                       begin < end && !is_twice(text, kBegin) && !is_twice(text, kEnd);
  if (!is_pair) {
    return fail(ErrorCode::store_serde,
                file + ":" + std::to_string(line_number(text, std::min(begin, end))) +
                    ": the marks " + std::string(kBegin) + " and " + std::string(kEnd) +
                    " are no pair");
  }
  return Extent{begin, end + kEnd.size()};
}

}  // namespace

std::string_view agents_md_block() {
  return kBlock;
}

Result<FileText> with_agents_md(const FileText& before, const std::string& file) {
  std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const std::optional<Extent> old, find_block(text, file));
  if (!old) {
    return with_block(before, kBlock);
  }
  return text.replace(old->begin, old->end - old->begin, in_newlines(kBlock, newline_of(text)));
}

Result<FileText> without_agents_md(const FileText& before, const std::string& file) {
  const std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const std::optional<Extent> old, find_block(text, file));
  if (!old) {
    return before;
  }
  if (text.substr(old->begin, old->end - old->begin) != in_newlines(kBlock, newline_of(text))) {
    return fail(ErrorCode::invalid_argument,
                file + ":" + std::to_string(line_number(text, old->begin)) +
                    ": the block was changed; `quire install agents.md` puts it back, or take it "
                    "out by hand");
  }
  return without_block(text, old->begin, old->end);
}

}  // namespace quire::installing
