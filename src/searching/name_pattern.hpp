#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Names as people and traces write them, and how well one answers another.
namespace quire::searching {

/// Where a name stands.
struct NamePlace {
  std::string_view package;
  std::string_view file_path;
};

class NamePattern {
 public:
  explicit NamePattern(std::string_view text);

  /// 3: the name, or its last parts, perhaps behind the package or the path that it is in; 2: what
  /// the name or one of its parts begins with; 1: anything within; nothing: not at all. A quarter
  /// less where letters differ in case.
  std::optional<double> score(std::string_view name, const NamePlace& place) const;

  /// True if the pattern ends with the whole name, whatever is before it.
  bool ends_with(std::string_view name) const;

  /// The last part, as it is written.
  const std::string& last_part() const { return parts_.back(); }

 private:
  std::vector<std::string> parts_;  ///< At least one.
  std::string joined_;
  std::string folded_;
};

}  // namespace quire::searching
