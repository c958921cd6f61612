#pragma once

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

/// How tests take part in the scoreboard, tools/reliability.
namespace quire::support {

/// One of the equal parts that a long test is run in: QUIRE_PORTION is "INDEX/COUNT".
struct Portion {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  /// Whether case `number` is of this part.
  bool has(std::uint64_t number) const { return number % count == index; }
};

#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::uint64_t kPartsOfOne = 4;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr std::uint64_t kPartsOfOne = 4;
#else
inline constexpr std::uint64_t kPartsOfOne = 1;
#endif
#else
inline constexpr std::uint64_t kPartsOfOne = 1;
#endif

/// The one asked for; the first of `everyday` if none is, or a quarter of that with
/// AddressSanitizer, which takes ten times as long and more.
inline Portion portion(std::uint64_t everyday) {
  const char* const text = std::getenv("QUIRE_PORTION");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) {
    return {0, everyday * kPartsOfOne};
  }
  char* slash = nullptr;
  const std::uint64_t index = std::strtoull(text, &slash, 10);
  return {index, *slash == '/' ? std::strtoull(slash + 1, nullptr, 10) : 1};
}

/// Prints a line of figures for `id`, which the scoreboard adds up.
inline void report(std::string_view id,
                   std::initializer_list<std::pair<std::string_view, std::uint64_t>> figures) {
  std::string line = "reliability " + std::string(id);
  for (const auto& [name, value] : figures) {
    line += " " + std::string(name) + "=" + std::to_string(value);
  }
  std::cout << line + "\n" << std::flush;
}

}  // namespace quire::support
