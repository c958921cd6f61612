#pragma once

#include <cstddef>
#include <span>

#include <quire/result.hpp>

/// What every embedder promises of the rows that it writes.
namespace quire::embedding {

/// Errors: `invalid_argument` unless `numbers` is what `texts` vectors of `dimensions` fill.
Status check_room(std::size_t texts, std::size_t dimensions, std::size_t numbers);

/// The unit vector of a text that says nothing: the first axis.
void write_first_axis(std::span<float> out);

}  // namespace quire::embedding
