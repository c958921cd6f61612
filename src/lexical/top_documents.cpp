#include "lexical/top_documents.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace quire::lexical {
namespace {

constexpr std::uint32_t kWindow = 4096;
constexpr std::uint32_t kWordBits = 64;

/// A term's postings in one segment.
struct List {
  PostingCursor cursor;
  float weight = 0;
  std::uint32_t documents = 0;
  std::uint32_t most = 0;  ///< What it can add to a score in the current window.
};

std::vector<List> lists_of(const Segment& segment, std::span<const ScoredTerm> terms) {
  std::vector<List> lists;
  lists.reserve(terms.size());
  for (const ScoredTerm& term : terms) {
    if (const auto entry = segment.find(term.term)) {
      lists.push_back({PostingCursor(segment, *entry), term.weight, entry->documents});
    }
  }
  return lists;
}

class Scorer {
 public:
  Scorer(const SegmentPart& part, const LengthNorms& norms, const std::vector<bool>* allowed)
      : part_(part), lengths_(part.segment->length_codes()), norms_(norms), allowed_(allowed) {}

  bool counts(std::uint32_t document) const {
    return part_.live[document] && (allowed_ == nullptr || (*allowed_)[document]);
  }

  /// Of the document that the list's cursor stands at.
  std::uint32_t share(const List& list, std::uint32_t document) const {
    return share_of(list.weight, list.cursor.occurrence(), norms_[lengths_[document]]);
  }

  /// No posting within the bound has a greater share.
  std::uint32_t most(const List& list, const Bound& bound) const {
    return share_of(list.weight, bound.best, norms_[bound.least_length]) + 1;
  }

  ScoredKey scored(std::uint32_t document, std::uint32_t score) const {
    return {score, part_.segment->keys()[document]};
  }

 private:
  const SegmentPart& part_;
  std::span<const std::uint8_t> lengths_;
  const LengthNorms& norms_;
  const std::vector<bool>* allowed_;
};

class WindowSearch {
 public:
  WindowSearch(const Scorer& scorer, std::vector<List> lists, TopKeys& top)
      : scorer_(scorer), lists_(std::move(lists)), bounds_(lists_.size() + 1), top_(top) {
    for (List& list : lists_) {
      order_.push_back(&list);
    }
  }

  void search(std::uint32_t first, std::uint32_t end) {
    order_lists(first, end);
    // Those in front can't reach the threshold together.
    std::size_t essential = 0;
    while (essential < order_.size() && bounds_[essential + 1] < top_.threshold()) {
      ++essential;
    }
    if (bounds_.back() == 0 || essential == order_.size()) {
      return;
    }
    for (std::size_t i = essential; i < order_.size(); ++i) {
      add_up(*order_[i], first, end);
    }
    for_each_touched(first, [&](std::uint32_t document, std::uint32_t score) {
      finish(document, score, essential);
    });
  }

 private:
  /// Rising by what they can add here; bounds_[i] is what the first i can add together.
  void order_lists(std::uint32_t first, std::uint32_t end) {
    for (List& list : lists_) {
      const auto bound = list.cursor.bound_in(first, end);
      list.most = bound ? scorer_.most(list, *bound) : 0;
    }
    std::ranges::sort(order_, {}, [](const List* list) { return list->most; });
    for (std::size_t i = 0; i < order_.size(); ++i) {
      bounds_[i + 1] = bounds_[i] + order_[i]->most;
    }
  }

  void add_up(List& list, std::uint32_t first, std::uint32_t end) {
    for (std::uint32_t at = list.cursor.seek(first); at < end; at = list.cursor.next()) {
      const std::uint32_t place = at - first;
      scores_[place] += scorer_.share(list, at);
      touched_[place / kWordBits] |= std::uint64_t{1} << (place % kWordBits);
    }
  }

  template <class Visit>
  void for_each_touched(std::uint32_t first, Visit&& visit) {
    for (std::size_t word = 0; word < touched_.size(); ++word) {
      for (std::uint64_t bits = touched_[word]; bits != 0; bits &= bits - 1) {
        const auto place = static_cast<std::uint32_t>(
            word * kWordBits + static_cast<std::size_t>(std::countr_zero(bits)));
        visit(first + place, scores_[place]);
        scores_[place] = 0;
      }
      touched_[word] = 0;
    }
  }

  /// Asks the lists before `essential` for a document that may still be among the best.
  void finish(std::uint32_t document, std::uint32_t score, std::size_t essential) {
    if (score + bounds_[essential] < top_.threshold() || !scorer_.counts(document)) {
      return;
    }
    for (std::size_t i = essential; i-- > 0;) {
      if (score + bounds_[i + 1] < top_.threshold()) {
        return;
      }
      if (order_[i]->cursor.seek(document) == document) {
        score += scorer_.share(*order_[i], document);
      }
    }
    top_.offer(scorer_.scored(document, score));
  }

  const Scorer& scorer_;
  std::vector<List> lists_;
  std::vector<List*> order_;
  std::vector<std::uint32_t> bounds_;
  TopKeys& top_;
  std::array<std::uint32_t, kWindow> scores_{};
  std::array<std::uint64_t, kWindow / kWordBits> touched_{};
};

}  // namespace

void TopKeys::offer(ScoredKey scored) {
  if (heap_.size() == limit_) {
    if (limit_ == 0 || !(scored < heap_.front())) {
      return;
    }
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
  heap_.push_back(scored);
  std::push_heap(heap_.begin(), heap_.end());
}

std::vector<ScoredKey> TopKeys::take() && {
  std::sort(heap_.begin(), heap_.end());
  return std::move(heap_);
}

void find_top_documents(const SegmentPart& part,
                        std::span<const ScoredTerm> terms,
                        const LengthNorms& norms,
                        const std::vector<bool>* allowed,
                        TopKeys& top) {
  const Scorer scorer(part, norms, allowed);
  WindowSearch search(scorer, lists_of(*part.segment, terms), top);
  const std::uint32_t documents = part.segment->documents();
  for (std::uint32_t first = 0; first < documents; first += kWindow) {
    search.search(first, std::min(documents, first + kWindow));
  }
}

void find_top_with_all(const SegmentPart& part,
                       std::span<const ScoredTerm> terms,
                       const LengthNorms& norms,
                       const std::vector<bool>* allowed,
                       TopKeys& top) {
  const Scorer scorer(part, norms, allowed);
  std::vector<List> lists = lists_of(*part.segment, terms);
  if (lists.size() < terms.size() || lists.empty()) {
    return;
  }
  std::ranges::sort(lists, {}, &List::documents);
  for (std::uint32_t at = lists[0].cursor.seek(0); at != PostingCursor::kEnd;
       at = lists[0].cursor.next()) {
    std::uint32_t score = 0;
    const bool has_all = std::ranges::all_of(lists, [&](List& list) {
      const bool has = list.cursor.seek(at) == at;
      score += has ? scorer.share(list, at) : 0;
      return has;
    });
    if (has_all && scorer.counts(at)) {
      top.offer(scorer.scored(at, score));
    }
  }
}

}  // namespace quire::lexical
