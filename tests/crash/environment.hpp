#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>

namespace quire::crash {

/// The number in an environment variable, if it is set.
inline std::optional<std::uint64_t> number_in_environment(const char* name) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? std::nullopt
                         : std::optional<std::uint64_t>(std::strtoull(text, nullptr, 10));
}

}  // namespace quire::crash
