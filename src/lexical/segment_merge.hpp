#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <quire/result.hpp>

#include "base/uuid.hpp"
#include "lexical/segment.hpp"

namespace quire::lexical {

/// A segment, and which of its documents count.
struct SegmentPart {
  std::shared_ptr<const Segment> segment;
  std::vector<bool> live;  ///< By document.
  std::uint32_t live_documents = 0;
};

/// The bytes of one segment with the live documents of `parts`, no two of which have the same key.
/// The same documents give the same bytes, whichever segments they come from. `as_of`: of which lsn
/// the live documents are (Segment::as_of()). Errors: the segments'.
Result<std::string> merge(const base::Uuid& uuid,
                          std::span<const SegmentPart> parts,
                          std::uint64_t as_of = 0);

}  // namespace quire::lexical
