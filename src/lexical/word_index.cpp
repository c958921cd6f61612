#include "lexical/word_index.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/try.hpp"
#include "lexical/bm25.hpp"
#include "lexical/terms.hpp"
#include "lexical/top_documents.hpp"

namespace quire::lexical {
namespace {

/// More terms than a question needs; a pasted page has more.
constexpr std::size_t kMostTerms = 64;

/// True at each document whose key is among `keys`, which rise as the documents' keys do.
std::vector<bool> documents_among(std::span<const std::uint64_t> documents,
                                  std::span<const std::uint64_t> keys,
                                  std::uint32_t& count) {
  if (std::ranges::equal(documents, keys)) {
    count = static_cast<std::uint32_t>(documents.size());
    return std::vector<bool>(documents.size(), true);
  }
  std::vector<bool> out(documents.size());
  auto key = std::ranges::lower_bound(keys, documents.empty() ? 0 : documents.front());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    while (key != keys.end() && *key < documents[i]) {
      ++key;
    }
    if (key != keys.end() && *key == documents[i]) {
      out[i] = true;
      ++count;
    }
  }
  return out;
}

/// The `keys` that are not among `others`; both rise.
std::vector<std::uint64_t> difference(std::span<const std::uint64_t> keys,
                                      std::span<const std::uint64_t> others) {
  std::vector<std::uint64_t> out;
  if (!std::ranges::equal(keys, others)) {
    std::ranges::set_difference(keys, others, std::back_inserter(out));
  }
  return out;
}

/// The keys that were updated after `lsn`; they rise.
std::vector<std::uint64_t> updated_after(std::span<const KeyUpdate> updated, std::uint64_t lsn) {
  std::vector<std::uint64_t> out;
  for (const auto& [key, updated_at] : updated) {
    if (updated_at > lsn) {
      out.push_back(key);
    }
  }
  return out;
}

/// The keys of the part's live documents.
std::vector<std::uint64_t> live_keys(const SegmentPart& part) {
  const auto keys = part.segment->keys();
  std::vector<std::uint64_t> out;
  out.reserve(part.live_documents);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (part.live[i]) {
      out.push_back(keys[i]);
    }
  }
  return out;
}

/// The document of `key`, if it is live.
std::optional<std::uint32_t> document_of(const SegmentPart& part, std::uint64_t key) {
  const auto keys = part.segment->keys();
  const auto found = std::ranges::lower_bound(keys, key);
  const auto document = static_cast<std::size_t>(found - keys.begin());
  const bool is_there = found != keys.end() && *found == key && part.live[document];
  return is_there ? std::optional(static_cast<std::uint32_t>(document)) : std::nullopt;
}

/// Where the terms stand in the part, the rarest first; nothing if one is nowhere.
std::vector<PostingCursor> cursors_of(const SegmentPart& part,
                                      std::span<const WeightedTerm> terms) {
  std::vector<TermEntry> entries;
  for (const WeightedTerm& term : terms) {
    const auto entry = part.segment->find(term.term);
    if (!entry) {
      return {};
    }
    entries.push_back(*entry);
  }
  std::ranges::sort(entries, {}, &TermEntry::documents);
  std::vector<PostingCursor> cursors;
  cursors.reserve(entries.size());
  for (const TermEntry& entry : entries) {
    cursors.emplace_back(*part.segment, entry);
  }
  return cursors;
}

/// Adds the keys of the part's live documents that have each term in `field`.
void add_holding(const SegmentPart& part,
                 std::span<const WeightedTerm> terms,
                 Field field,
                 std::vector<std::uint64_t>& keys) {
  std::vector<PostingCursor> cursors = cursors_of(part, terms);
  if (cursors.empty()) {
    return;
  }
  for (std::uint32_t document = cursors[0].seek(0); document != PostingCursor::kEnd;
       document = cursors[0].next()) {
    const bool holds = std::ranges::all_of(cursors, [&](PostingCursor& cursor) {
      return cursor.seek(document) == document && times_in(cursor.occurrence(), field) > 0;
    });
    if (holds && part.live[document]) {
      keys.push_back(part.segment->keys()[document]);
    }
  }
}

}  // namespace

std::vector<WeightedTerm> terms_of_question(std::string_view text) {
  std::vector<WeightedTerm> all;
  TermReader reader(text);
  for (auto term = reader.next(); !term.empty(); term = reader.next()) {
    const auto known = std::ranges::find(all, term, &WeightedTerm::term);
    if (known != all.end()) {
      ++known->weight;
    } else if (all.size() < kMostTerms) {
      all.push_back({std::string(term), 1});
    }
  }
  std::vector<WeightedTerm> telling = all;
  std::erase_if(telling, [](const WeightedTerm& term) { return is_function_word(term.term); });
  return telling.empty() ? all : telling;
}

WordIndex::WordIndex(std::vector<std::shared_ptr<const Segment>> segments,
                     std::span<const std::uint64_t> live,
                     std::span<const KeyUpdate> updated) {
  std::vector<std::uint64_t> others;
  std::span<const std::uint64_t> left = live;
  for (std::shared_ptr<const Segment>& segment : segments) {
    SegmentPart part{std::move(segment), {}, 0};
    const std::vector<std::uint64_t> outdated = updated_after(updated, part.segment->as_of());
    const std::vector<std::uint64_t> wanted =
        outdated.empty() ? std::vector<std::uint64_t>() : difference(left, outdated);
    part.live = documents_among(part.segment->keys(), outdated.empty() ? left : wanted,
                                part.live_documents);
    if (part.live_documents == 0) {
      continue;
    }
    // Keys that are not live are not left either, but for those that were updated.
    others = outdated.empty() ? difference(left, part.segment->keys())
                              : difference(left, live_keys(part));
    left = others;
    live_documents_ += part.live_documents;
    all_documents_ += part.segment->documents();
    total_length_ += part.segment->total_length();
    parts_.push_back(std::move(part));
  }
}

WordIndex WordIndex::with(std::vector<std::shared_ptr<const Segment>> more,
                          std::span<const std::uint64_t> live,
                          std::span<const KeyUpdate> updated) const {
  std::vector<std::shared_ptr<const Segment>> segments;
  segments.reserve(parts_.size() + more.size());
  for (const SegmentPart& part : parts_) {
    segments.push_back(part.segment);
  }
  std::ranges::move(more, std::back_inserter(segments));
  return {std::move(segments), live, updated};
}

std::vector<std::uint64_t> WordIndex::missing(std::span<const std::uint64_t> live) const {
  std::vector<std::uint64_t> left(live.begin(), live.end());
  for (const SegmentPart& part : parts_) {
    left = difference(left, live_keys(part));
  }
  return left;
}

std::uint64_t WordIndex::documents_with(std::string_view term) const {
  std::uint64_t count = 0;
  for (const SegmentPart& part : parts_) {
    const auto entry = part.segment->find(term);
    count += entry ? entry->documents : 0;
  }
  return count;
}

Status WordIndex::status() const {
  for (const SegmentPart& part : parts_) {
    QUIRE_TRY(part.segment->status());
  }
  return {};
}

LengthNorms WordIndex::norms() const {
  return LengthNorms(all_documents_ == 0 ? 0
                                         : static_cast<double>(total_length_) /
                                               static_cast<double>(all_documents_));
}

float WordIndex::weight_of(const WeightedTerm& term) const {
  const std::uint64_t holding = documents_with(term.term);
  return holding == 0 ? 0 : term.weight * inverse_document_frequency(all_documents_, holding);
}

Result<std::vector<WordMatch>> WordIndex::search(const WordQuestion& question) const {
  std::vector<ScoredTerm> terms;
  terms.reserve(question.terms.size());
  for (const WeightedTerm& term : question.terms) {
    terms.push_back({term.term, weight_of(term)});
  }
  const LengthNorms norms = this->norms();
  TopKeys top(question.limit);
  for (const SegmentPart& part : parts_) {
    std::optional<std::vector<bool>> allowed;
    if (question.among != nullptr) {
      std::uint32_t count = 0;
      allowed = documents_among(part.segment->keys(), *question.among, count);
      if (count == 0) {
        continue;
      }
    }
    const auto find = question.all_terms ? find_top_with_all : find_top_documents;
    find(part, terms, norms, allowed ? &*allowed : nullptr, top);
  }
  QUIRE_TRY(status());
  std::vector<WordMatch> out;
  for (const ScoredKey& scored : std::move(top).take()) {
    out.push_back({scored.key, static_cast<float>(scored.score) * kScoreUnit});
  }
  return out;
}

Result<std::vector<TermShare>> WordIndex::explain(const WordQuestion& question,
                                                  std::uint64_t key) const {
  std::vector<TermShare> out;
  const LengthNorms norms = this->norms();
  for (const SegmentPart& part : parts_) {
    const auto document = document_of(part, key);
    if (!document) {
      continue;
    }
    for (const WeightedTerm& term : question.terms) {
      const auto entry = part.segment->find(term.term);
      PostingCursor cursor(*part.segment, entry.value_or(TermEntry{}));
      if (!entry || cursor.seek(*document) != *document) {
        continue;
      }
      const float norm = norms[part.segment->length_codes()[*document]];
      const std::uint32_t share = share_of(weight_of(term), cursor.occurrence(), norm);
      out.push_back({term.term, cursor.occurrence(), static_cast<float>(share) * kScoreUnit});
    }
  }
  QUIRE_TRY(status());
  return out;
}

Result<std::vector<std::uint64_t>> WordIndex::holding(std::span<const WeightedTerm> terms,
                                                      Field field) const {
  std::vector<std::uint64_t> keys;
  for (const SegmentPart& part : parts_) {
    add_holding(part, terms, field, keys);
  }
  QUIRE_TRY(status());
  std::ranges::sort(keys);
  return keys;
}

Result<std::vector<std::uint64_t>> WordIndex::labelled(std::string_view label) const {
  return holding(std::vector<WeightedTerm>{{label_term(label), 1}}, Field::symbol);
}

Result<std::optional<std::vector<std::string>>> WordIndex::terms_with(std::string_view part,
                                                                      std::size_t limit) const {
  std::set<std::string> found;
  for (const SegmentPart& held : parts_) {
    Segment::TermCursor cursor(*held.segment);
    while (found.size() <= limit && cursor.next()) {
      if (cursor.term().contains(part) && !is_label(cursor.term())) {
        found.insert(cursor.term());
      }
    }
  }
  QUIRE_TRY(status());
  return found.size() > limit ? std::nullopt
                              : std::optional(std::vector<std::string>(found.begin(), found.end()));
}

}  // namespace quire::lexical
