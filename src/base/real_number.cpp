#include "base/real_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <version>

namespace quire::base {

#ifdef __cpp_lib_to_chars

std::optional<double> real_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && std::isfinite(value) ? std::optional(value)
                                                                     : std::nullopt;
}

#else

// A standard library that lacks from_chars() for them is met beside musl alone, whose strtod()
// knows one decimal point.
std::optional<double> real_number(std::string_view text) {
  const std::string copy(text);
  char* stop = nullptr;
  const double value = std::strtod(copy.c_str(), &stop);
  const bool is_tiny = value == 0 && copy.find_first_of("123456789") < copy.find_first_of("eE");
  const bool whole = !copy.empty() && stop == copy.c_str() + copy.size();
  return whole && std::isfinite(value) && !is_tiny ? std::optional(value) : std::nullopt;
}

#endif

}  // namespace quire::base
