#include "lexical/segment_merge.hpp"

#include <algorithm>
#include <queue>
#include <utility>

#include "base/try.hpp"
#include "lexical/bm25.hpp"
#include "lexical/segment_writer.hpp"

namespace quire::lexical {
namespace {

constexpr std::uint32_t kGone = UINT32_MAX;

struct Source {
  std::uint64_t key = 0;
  std::size_t part = 0;
  std::uint32_t document = 0;
};

/// The live documents of all parts by key.
std::vector<Source> live_documents(std::span<const SegmentPart> parts) {
  std::vector<Source> out;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::uint32_t document = 0; document < parts[part].live.size(); ++document) {
      if (parts[part].live[document]) {
        out.push_back({parts[part].segment->keys()[document], part, document});
      }
    }
  }
  std::ranges::sort(out, {}, &Source::key);
  return out;
}

class Merge {
 public:
  explicit Merge(std::span<const SegmentPart> parts) : parts_(parts) {
    for (const SegmentPart& part : parts) {
      new_numbers_.emplace_back(part.live.size(), kGone);
    }
    for (const Source& source : live_documents(parts)) {
      const Segment& segment = *parts[source.part].segment;
      new_numbers_[source.part][source.document] =
          static_cast<std::uint32_t>(documents_.keys.size());
      documents_.keys.push_back(source.key);
      documents_.length_codes.push_back(segment.length_codes()[source.document]);
      documents_.total_length += length_of_code(documents_.length_codes.back());
    }
  }

  Result<std::string> run(const base::Uuid& uuid, std::uint64_t as_of) && {
    SegmentWriter writer(uuid, std::move(documents_), as_of);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      cursors_.emplace_back(*parts_[part].segment);
      advance(part);
    }
    while (!heads_.empty()) {
      term_ = heads_.top().first;
      postings_.clear();
      while (!heads_.empty() && heads_.top().first == term_) {
        const std::size_t part = heads_.top().second;
        heads_.pop();
        take_postings(part);
        advance(part);
      }
      std::ranges::sort(postings_, {}, &Posting::document);
      if (!postings_.empty()) {
        writer.add(term_, postings_);
      }
    }
    for (const SegmentPart& part : parts_) {
      QUIRE_TRY(part.segment->status());
    }
    return std::move(writer).finish();
  }

 private:
  using Head = std::pair<std::string, std::size_t>;

  void advance(std::size_t part) {
    if (cursors_[part].next()) {
      heads_.emplace(cursors_[part].term(), part);
    }
  }

  void take_postings(std::size_t part) {
    for (const Posting& posting : parts_[part].segment->postings(cursors_[part].entry())) {
      const std::uint32_t number = new_numbers_[part][posting.document];
      if (number != kGone) {
        postings_.push_back({number, posting.occurrence});
      }
    }
  }

  std::span<const SegmentPart> parts_;
  std::vector<std::vector<std::uint32_t>> new_numbers_;
  SegmentWriter::Documents documents_;
  std::vector<Segment::TermCursor> cursors_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
  std::string term_;
  std::vector<Posting> postings_;
};

}  // namespace

Result<std::string> merge(const base::Uuid& uuid,
                          std::span<const SegmentPart> parts,
                          std::uint64_t as_of) {
  return Merge(parts).run(uuid, as_of);
}

}  // namespace quire::lexical
