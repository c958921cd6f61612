#include "mcp/line_splitter.hpp"

namespace quire::mcp {

void LineSplitter::add(std::string_view bytes) {
  bytes_ += bytes;
}

LineSplitter::Found LineSplitter::next(std::string& line) {
  const std::size_t end = bytes_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = bytes_.size();
    if (bytes_.size() > longest_) {
      bytes_.clear();
      searched_ = 0;
      dropped_ = true;
    }
    return Found::nothing;
  }
  line.assign(bytes_, 0, end);
  bytes_.erase(0, end + 1);
  searched_ = 0;
  const bool too_long = dropped_ || line.size() > longest_;
  dropped_ = false;
  if (line.ends_with('\r')) {
    line.pop_back();
  }
  return too_long ? Found::too_long : Found::line;
}

}  // namespace quire::mcp
