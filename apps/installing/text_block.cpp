#include "installing/text_block.hpp"

#include <string>

#include "installing/lines.hpp"

namespace quire::installing {

FileText with_block(const FileText& before, std::string_view block) {
  if (!before) {
    return std::string(block) + "\n";
  }
  const std::string newline(newline_of(*before));
  std::string lines = in_newlines(block, newline);
  if (before->empty()) {
    return lines;
  }
  return before->ends_with('\n') ? *before + newline + lines + newline
                                 : *before + newline + newline + lines;
}

FileText without_block(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view newline = newline_of(text);
  const bool has_end = text.substr(end).starts_with(newline);
  std::string before(text.substr(0, begin));
  const std::string_view behind = text.substr(end + (has_end ? newline.size() : 0));
  const std::string blank = std::string(newline) + std::string(newline);
  if (!has_end && behind.empty() && before.ends_with(blank)) {
    before.resize(before.size() - blank.size());
  } else if (has_end && before.ends_with("\n" + std::string(newline))) {
    before.resize(before.size() - newline.size());
  }
  const bool was_made = has_end && begin == 0 && behind.empty();
  return was_made ? FileText() : FileText(before.append(behind));
}

}  // namespace quire::installing
