#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

/// Vectors as stored bytes, and how far apart they are.
namespace quire::vectors {

/// The distance (see Metric) of two stored vectors of `dimensions` numbers. Any alignment, and any
/// bytes: the answer is finite. What is beyond the floats is the nearest one of them; what is no
/// number, of vectors that encode_vector() does not make, is the largest.
using DistanceFunction = float (*)(const char* a, const char* b, std::size_t dimensions);

/// Sends for bytes that are read soon; of long runs the hardware fetches the rest by itself.
inline void prefetch(const char* from, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 1024;
  for (std::size_t at = 0; at < (bytes < kMost ? bytes : kMost); at += kLine) {
    __builtin_prefetch(from + at);
  }
}

enum class InstructionSet { portable, avx2, avx512, neon };

/// The best one that this processor has.
InstructionSet best_instruction_set();
bool is_supported(InstructionSet set);
std::string_view to_string(InstructionSet set);

/// The kernel for vectors of `format`. Every instruction set gives the same bits: the order of
/// additions is fixed and each is rounded by itself (i8: integers), so that a graph built on one
/// machine is the graph built on any other. i8 with squared_l2 is a bug of the caller.
DistanceFunction distance_function(const VectorFormat& format,
                                   InstructionSet set = best_instruction_set());

/// Appends `vector` to `out` as it is stored: for cosine scaled to unit length, then rounded to the
/// scalar (bf16: to nearest even; i8: unit vector times 127). Errors, nothing appended:
/// `invalid_argument` for another number of dimensions, NaN or infinity (which element), a zero
/// vector for cosine or i8, for the others one longer than kMaxVectorLength.
Status encode_vector(const VectorFormat& format, std::span<const float> vector, std::string& out);

/// The numbers of a stored vector.
void decode_vector(const VectorFormat& format, const char* stored, std::span<float> out);

}  // namespace quire::vectors
