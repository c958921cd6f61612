#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quire::mcp {

/// Cuts bytes that come in pieces into lines, and holds no more of them than one line may have.
class LineSplitter {
 public:
  enum class Found : std::uint8_t { nothing, line, too_long };

  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  void add(std::string_view bytes);

  /// The next whole line, without its line feed and a carriage return before that, in `line`; or
  /// that one went by that was longer than it may be.
  Found next(std::string& line);

 private:
  const std::size_t longest_;
  std::string bytes_;
  std::size_t searched_ = 0;  ///< Before this there is no line feed.
  bool dropped_ = false;      ///< The beginning of the line was too long already, and is gone.
};

}  // namespace quire::mcp
