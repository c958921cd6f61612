#pragma once

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <quire/result.hpp>

namespace quire::bench {

/// The value; without one nothing can be measured.
template <class T>
T expect(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "quire_microbench: %s\n", result.error().message.c_str());
    std::exit(2);
  }
  return std::move(*result);
}

}  // namespace quire::bench
