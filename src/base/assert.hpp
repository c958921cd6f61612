#pragma once

#include <cstdio>
#include <cstdlib>

/// Stops the program on a bug of ours. Bad input is never an assert.
#define QUIRE_ASSERT(condition)                                                         \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      std::fprintf(stderr, "quire: bug: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                     \
    }                                                                                   \
  } while (false)
