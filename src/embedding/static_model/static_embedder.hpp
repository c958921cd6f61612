#pragma once

#include <memory>

#include <quire/embedder.hpp>

#include "embedding/static_model/word_table.hpp"

namespace quire::embedding {

/// Embeds by a table of word vectors: a text's vector is the sum over its unique words of (1 + ln
/// count) x the word's weight x its vector, brought to unit length. A word that the
/// table lacks counts as the longest beginnings that it has. A text of which the table knows
/// nothing gets the first unit vector. Sums are of integers, so that every machine gives the same
/// vectors. The table's bytes must outlive it.
std::unique_ptr<Embedder> make_static_embedder(std::string name, const WordTable& table);

}  // namespace quire::embedding
