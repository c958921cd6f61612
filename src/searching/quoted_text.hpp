#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/filter.hpp>
#include <quire/result.hpp>

#include "corpus/view.hpp"
#include "searching/candidate.hpp"
#include "searching/path_scope.hpp"
#include "searching/text_pattern.hpp"

namespace quire::searching {

/// What stands in quotation marks within a longer question: text that hits should hold, in their
/// content or, where it looks like a path, in their file's path.
class QuotedText {
 public:
  /// Asks for nothing.
  QuotedText() = default;

  /// Looks for each of `phrases` among the chunks that `filter` and `paths` accept. What so many
  /// may hold that reading them would take long is left to count().
  static Result<QuotedText> find(const corpus::View& view,
                                 std::span<const std::string> phrases,
                                 const Filter& filter,
                                 const PathScope& paths);

  /// The chunks, rising, that hold the most phrases of those that were looked for.
  const std::vector<std::uint64_t>& holders() const { return holders_; }

  /// The phrases that no chunk holds, in the question's order.
  const std::vector<std::string>& unfound() const { return unfound_; }

  /// Sets Candidate::quoted.
  Status count(const corpus::View& view, std::vector<Candidate>& candidates) const;

 private:
  struct Phrase {
    std::string text;
    TextPattern pattern;
  };

  std::vector<Phrase> phrases_;
  std::vector<std::uint64_t> holders_;
  std::vector<std::string> unfound_;
};

}  // namespace quire::searching
