#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>
#include <quire/vector_format.hpp>

namespace quire::embedding {

struct EmbeddingAnswer {
  std::uint32_t dimensions = 0;
  std::vector<float>
      rows;  ///< Of unit length, `dimensions` floats each, in the order of the texts.
};

/// Reads {"data": [{"index": 0, "embedding": [...]}, ...]}, which may hold more than that, in any
/// order: the answer to `texts` texts (at least one). `dimensions`: what each embedding must have;
/// 0: any, but all the same. Memory: a small multiple of the text's size, whatever it says.
///
/// Errors: `incompatible`, which says what came, for anything but one embedding a text of finite
/// numbers, not all zero.
Result<EmbeddingAnswer> read_embedding_answer(std::string_view json,
                                              std::size_t texts,
                                              std::uint32_t dimensions);

/// What a server says in an answer that is an error: its message in the forms that are usual, else
/// the text itself, of at most 64 KiB; with spaces for control characters.
std::string message_in(std::string_view body);

}  // namespace quire::embedding
