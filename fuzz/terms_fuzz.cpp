#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "lexical/comments.hpp"
#include "lexical/segment_builder.hpp"
#include "lexical/terms.hpp"
#include "searching/question.hpp"

namespace {

using namespace quire;

/// One of each family of comment signs.
constexpr auto kLanguages = std::to_array<std::string_view>(
    {"c", "php", "rust", "python", "ruby", "lua", "haskell", "sql", "ocaml", "fsharp", "lisp",
     "erlang", "vim", "html", "", "markdown"});

void expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// At most one term for each byte, and pairs of neighbours.
void read_terms(std::string_view text) {
  std::size_t count = 0;
  lexical::TermReader terms(text);
  for (auto term = terms.next(); !term.empty(); term = terms.next()) {
    expect(term.size() <= lexical::kLongestTerm && !base::invalid_utf8_offset(term));
    ++count;
  }
  expect(count <= 2 * text.size());
}

void read_comments(std::string_view text, std::string_view language) {
  std::string joined;
  lexical::CommentReader pieces(text, language);
  for (auto piece = pieces.next(); !piece.text.empty(); piece = pieces.next()) {
    joined += piece.text;
  }
  expect(joined == text);
}

void index(std::string_view text, std::string_view language) {
  lexical::SegmentBuilder builder({});
  builder.add({1, text, language, text, text, text});
  const auto segment = lexical::Segment::of(std::move(builder).finish());
  lexical::Segment::TermCursor terms(*segment);
  while (terms.next()) {
    expect(segment->find(terms.term()).has_value());
  }
  expect(segment->status().has_value());
}

}  // namespace

/// Any text in any language, as content and as a question. The first byte chooses the language.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string text = base::repair_utf8({reinterpret_cast<const char*>(data) + 1, size - 1});
  const std::string_view language = kLanguages[data[0] % kLanguages.size()];
  read_terms(text);
  read_comments(text, language);
  index(text, language);
  (void)searching::understand(text);
  (void)searching::understand_plain(text);
  return 0;
}
