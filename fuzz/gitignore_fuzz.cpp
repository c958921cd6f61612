#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "source/gitignore.hpp"

// Input: an ignore file's text, a line with nothing but `%`, and a path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using quire::source::IgnoreRules;
  using quire::source::Verdict;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find("\n%\n");
  const std::string_view text = input.substr(0, end);
  const std::string_view path = end == std::string_view::npos ? "a/b.c" : input.substr(end + 3);
  const IgnoreRules rules = IgnoreRules::parse(text, "");
  const Verdict as_file = rules.match(path, false);
  const Verdict as_folder = rules.match(path, true);
  QUIRE_ASSERT(!rules.empty() || (as_file == Verdict::none && as_folder == Verdict::none));
  // A folder meets every rule that a file meets, so it can't be left undecided where the file is
  // not.
  QUIRE_ASSERT(as_file == Verdict::none || as_folder != Verdict::none);
  // The last rule there is decides alone where it matches.
  const IgnoreRules all = IgnoreRules::parse("*", "");
  QUIRE_ASSERT(all.match(path, false) == Verdict::ignored);
  IgnoreRules::parse(text, "a").match(path, true);
  quire::source::glob_match(text, path);
  return 0;
}
