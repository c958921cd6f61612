#include "lexical/segment_builder.hpp"

#include <algorithm>
#include <utility>

#include "lexical/bm25.hpp"
#include "lexical/comments.hpp"
#include "lexical/terms.hpp"
#include "words/paths.hpp"

namespace quire::lexical {
namespace {

/// A file's name without its ending says what the file is of; the ending, only its language.
std::string_view without_ending(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  const bool has_ending = dot != std::string_view::npos && dot != 0 &&
                          (slash == std::string_view::npos || dot > slash + 1);
  return has_ending ? path.substr(0, dot) : path;
}

}  // namespace

void SegmentBuilder::add(const Document& document) {
  std::uint64_t length = 0;
  CommentReader pieces(document.content, document.language);
  for (auto piece = pieces.next(); !piece.text.empty(); piece = pieces.next()) {
    length += add_terms(piece.text, piece.is_comment ? Field::doc : Field::body);
  }
  add_terms(document.symbols, Field::symbol);
  add_terms(document.signature, Field::signature);
  add_terms(without_ending(words::path_end(document.path)), Field::path);
  for (const std::string& label : document.labels) {
    add_term(label_term(label), Field::symbol);
  }
  const auto number = static_cast<std::uint32_t>(documents());
  for (const std::uint32_t term : seen_) {
    postings_.push_back({term, {number, std::exchange(occurrences_[term], Occurrence{0})}});
  }
  seen_.clear();
  documents_.keys.push_back(document.key);
  documents_.length_codes.push_back(length_code(length));
  documents_.total_length += length_of_code(documents_.length_codes.back());
}

std::uint32_t SegmentBuilder::add_terms(std::string_view text, Field field) {
  std::uint32_t count = 0;
  TermReader terms(text);
  for (auto term = terms.next(); !term.empty(); term = terms.next()) {
    add_term(term, field);
    ++count;
  }
  return count;
}

void SegmentBuilder::add_term(std::string_view term, Field field) {
  const std::uint32_t number = number_of(term);
  if (occurrences_[number] == 0) {
    seen_.push_back(number);
  }
  occurrences_[number] = with_one_more(occurrences_[number], field);
}

std::uint32_t SegmentBuilder::number_of(std::string_view term) {
  const auto found = numbers_.find(term);
  if (found != numbers_.end()) {
    return found->second;
  }
  const auto number = static_cast<std::uint32_t>(numbers_.size());
  numbers_.emplace(term, number);
  occurrences_.push_back(0);
  return number;
}

std::string SegmentBuilder::finish() && {
  std::vector<std::size_t> begins(numbers_.size() + 1);
  for (const NumberedPosting& posting : postings_) {
    ++begins[posting.term + 1];
  }
  for (std::size_t term = 1; term < begins.size(); ++term) {
    begins[term] += begins[term - 1];
  }
  std::vector<Posting> by_term(postings_.size());
  std::vector<std::size_t> ends(begins);
  for (const NumberedPosting& posting : postings_) {
    by_term[ends[posting.term]++] = posting.posting;
  }
  postings_ = {};
  std::vector<std::pair<std::string_view, std::uint32_t>> terms(numbers_.begin(), numbers_.end());
  std::ranges::sort(terms);
  SegmentWriter writer(uuid_, std::move(documents_), as_of_);
  for (const auto& [term, number] : terms) {
    writer.add(term, std::span(by_term).subspan(begins[number], ends[number] - begins[number]));
  }
  return std::move(writer).finish();
}

}  // namespace quire::lexical
