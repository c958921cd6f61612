#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "chunking/chunker.hpp"
#include "chunking/lines.hpp"

namespace {

std::vector<std::string> all_languages() {
  std::vector<std::string> all = quire::chunking::grammar_languages();
  const std::vector<std::string> outlined = quire::chunking::outline_languages();
  all.insert(all.end(), outlined.begin(), outlined.end());
  all.insert(all.end(), {"markdown", "text"});
  return all;
}

}  // namespace

/// Any text in any language: chunks must be in line order, hold the file's own lines and leave none
/// out. The first byte chooses the language.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> kLanguages = all_languages();
  if (size == 0) {
    return 0;
  }
  const std::string text = quire::base::repair_utf8(
      {reinterpret_cast<const char*>(data) + 1, size - 1});  // NOLINT(*-reinterpret-cast)
  const quire::chunking::Lines lines(text);
  std::uint32_t next = 0;
  const auto expect_blank_until = [&](std::uint32_t row) {
    for (; next < row; ++next) {
      if (!lines.is_blank(next)) {
        std::abort();
      }
    }
  };
  for (const auto& chunk :
       quire::chunking::chunk(text, kLanguages[data[0] % kLanguages.size()], "src/a.b")) {
    const quire::chunking::Rows rows{static_cast<std::uint32_t>(chunk.start_line - 1),
                                     static_cast<std::uint32_t>(chunk.end_line - 1)};
    if (rows.first < next || rows.last < rows.first || rows.last >= lines.count() ||
        chunk.text != lines.text(rows)) {
      std::abort();
    }
    expect_blank_until(rows.first);
    next = rows.last + 1;
  }
  expect_blank_until(lines.count());
  return 0;
}
