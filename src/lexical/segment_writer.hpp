#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.hpp"
#include "lexical/segment.hpp"

namespace quire::lexical {

/// Writes a segment's bytes, term after term.
class SegmentWriter {
 public:
  struct Documents {
    std::vector<std::uint64_t> keys;  ///< Rising, fewer than 2^31.
    std::vector<std::uint8_t> length_codes;
    std::uint64_t total_length = 0;
  };

  /// `as_of`: Segment::as_of().
  SegmentWriter(const base::Uuid& uuid, Documents documents, std::uint64_t as_of = 0);

  /// Terms rise bytewise and have at most kLongestTerm bytes; `postings` are not empty and rise.
  void add(std::string_view term, std::span<const Posting> postings);

  /// As Segment::read() and Segment::of() take them.
  std::string finish() &&;

 private:
  void begin_block();
  void put_postings(std::span<const Posting> postings);
  void put_run(std::span<const Posting> run, std::uint32_t before);
  Bound bound_of(std::span<const Posting> postings) const;

  base::Uuid uuid_;
  Documents documents_;
  std::uint64_t as_of_;
  std::uint64_t term_count_ = 0;
  std::string last_term_;
  std::string postings_;
  std::string terms_;
  std::string term_blocks_;
};

}  // namespace quire::lexical
