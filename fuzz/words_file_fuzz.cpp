#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/checksum.hpp"
#include "lexical/segment.hpp"
#include "lexical/segment_format.hpp"
#include "lexical/segment_merge.hpp"
#include "lexical/terms.hpp"
#include "lexical/word_index.hpp"

namespace {

using namespace quire;
using namespace quire::lexical;

class TextBytes final : public base::FileBytes {
 public:
  explicit TextBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

Result<std::shared_ptr<const Segment>> read(std::string bytes) {
  return Segment::read("words-1", std::make_unique<TextBytes>(std::move(bytes)));
}

void expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// The same numbers for the same input.
class Targets {
 public:
  explicit Targets(std::string_view seed) : state_(base::checksum(seed)) {}
  std::uint32_t below(std::uint32_t end) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33U) % (end + 1);
  }

 private:
  std::uint64_t state_;
};

/// Postings rise, by seek() as by next(), in a number that their bytes have place for.
void jump_about(const Segment& segment, const TermEntry& entry, Targets& targets) {
  PostingCursor cursor(segment, entry);
  std::uint32_t least = 0;
  std::uint32_t at = cursor.seek(0);
  while (at != PostingCursor::kEnd) {
    expect(at >= least && at < segment.documents());
    (void)cursor.occurrence();
    least = at + 1;
    const std::uint32_t choice = targets.below(2);
    const std::uint32_t target = at + targets.below(segment.documents() - at);
    if (choice == 1) {
      (void)cursor.bound_in(target, target + 1 + targets.below(4096));
      least = std::max(at, least - 1);
      at = cursor.seek(target);
      expect(at >= target);
    } else {
      at = choice == 0 ? cursor.next() : cursor.seek(least);
    }
  }
}

std::vector<std::string> walk(const Segment& segment, Targets& targets) {
  std::vector<std::string> some;
  std::string last;
  std::size_t bytes = 0;
  Segment::TermCursor terms(segment);
  while (terms.next()) {
    expect(terms.term() > last && terms.term().size() <= kLongestTerm);
    last = terms.term();
    bytes += segment.postings(terms.entry()).size();
    jump_about(segment, terms.entry(), targets);
    if (some.size() < 6 || targets.below(30) == 0) {
      some.push_back(last);
    }
  }
  expect(bytes <= segment.bytes().size());
  return some;
}

void ask(const WordIndex& index, const std::vector<std::string>& terms, Targets& targets) {
  std::vector<std::uint64_t> among;
  for (const std::uint64_t key : index.parts()[0].segment->keys()) {
    if (targets.below(2) == 0) {
      among.push_back(key);
    }
  }
  for (std::size_t at = 0; at < std::min<std::size_t>(terms.size(), 12); at += 3) {
    WordQuestion question;
    for (std::size_t i = at; i < std::min(at + 3, terms.size()); ++i) {
      question.terms.push_back({terms[i], static_cast<float>(targets.below(1000))});
    }
    question.limit = targets.below(5);
    for (const bool all : {false, true}) {
      question.all_terms = all;
      question.among = targets.below(1) == 0 ? &among : nullptr;
      const auto matches = index.search(question);
      for (std::size_t i = 0; matches && i < matches->size(); ++i) {
        (void)index.explain(question, (*matches)[i].key);
      }
    }
  }
}

void read_all(const std::shared_ptr<const Segment>& segment, std::string_view input) {
  Targets targets(input);
  std::vector<std::string> terms = walk(*segment, targets);
  terms.insert(terms.end(), {"", "absent", "\xFF\xFF"});
  for (const std::string& term : terms) {
    (void)segment->find(term);
  }
  std::vector<std::uint64_t> live(segment->keys().begin(), segment->keys().end());
  std::erase_if(live, [&](std::uint64_t) { return targets.below(4) == 0; });
  const WordIndex index({segment}, live);
  if (index.parts().empty()) {
    return;
  }
  ask(index, terms, targets);
  (void)index.terms_with("a", 10);
  (void)index.documents_with("absent");
  if (const auto merged = merge({}, index.parts())) {
    const std::shared_ptr<const Segment> again = Segment::of(*merged);
    walk(*again, targets);
    expect(again->status().has_value() && again->documents() == index.documents());
  }
}

}  // namespace

/// Any bytes as a segment's file; then as a segment's content, with the hashes that belong to it:
/// else nothing behind the first check would ever be reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto segment = read(std::string(input))) {
    read_all(*segment, input);
  }
  std::string sealed(input);
  append_hashes(sealed);
  if (const auto segment = read(std::move(sealed))) {
    read_all(*segment, input);
  }
  return 0;
}
