#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/uuid.hpp"
#include "lexical/document.hpp"
#include "lexical/segment.hpp"
#include "lexical/segment_writer.hpp"

namespace quire::lexical {

/// Takes documents in, by rising key, and makes a segment of them. Needs about 12 bytes for each
/// different term of each document.
class SegmentBuilder {
 public:
  explicit SegmentBuilder(const base::Uuid& uuid, std::uint64_t as_of = 0)
      : uuid_(uuid), as_of_(as_of) {}

  void add(const Document& document);
  std::size_t documents() const { return documents_.keys.size(); }

  /// The bytes of the segment.
  std::string finish() &&;

 private:
  struct NumberedPosting {
    std::uint32_t term = 0;
    Posting posting;
  };

  /// Finds by text without making a string of it.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::uint32_t add_terms(std::string_view text, Field field);
  void add_term(std::string_view term, Field field);
  std::uint32_t number_of(std::string_view term);

  base::Uuid uuid_;
  std::uint64_t as_of_;
  SegmentWriter::Documents documents_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<Occurrence> occurrences_;  ///< In the document that is being added, by term.
  std::vector<std::uint32_t> seen_;      ///< The terms of that document.
  std::vector<NumberedPosting> postings_;
};

}  // namespace quire::lexical
