#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "train/corpus.hpp"
#include "train/vocabulary.hpp"

namespace quire::model {

/// A vector a word, and how much the word weighs in questions and in code. A text's vector is the sum over its unique
/// words of (1 + ln count) x weight x vector, brought to unit length.
struct Table {
  std::size_t dimensions = 0;
  std::vector<float> vectors;  ///< words x dimensions.
  std::vector<float> query_weights;
  std::vector<float> code_weights;

  std::span<const float> row(std::uint32_t word) const {
    return std::span(vectors).subspan(word * dimensions, dimensions);
  }
};

struct TrainingOptions {
  std::size_t dimensions = 256;
  std::size_t batch = 1024;
  std::size_t group = 32;  ///< Pairs of one package that stand together in a batch, so that they tell each other apart.
  std::size_t epochs = 3;
  float temperature = 0.05F;
  float rate = 2e-3F;
  float query_dropout = 0.1F;  ///< Of the words of a question.
  float code_dropout = 0.0F;
  float name_kept = 0.6F;   ///< How often code shows its own name.
  float path_added = 0.5F;  ///< How often the words of its path go with it.
  float name_asked = 0.15F;  ///< How often the question is the name instead of what was written.
  bool shares_stems = true;
  std::uint64_t seed = 1;
};

/// Learns by telling each question's code from the rest of the batch, and each code's question (symmetric InfoNCE: van
/// den Oord et al. 2018), with lazy Adam (Kingma and Ba 2015; only the words of a batch are touched). A word's vector
/// is one of its own plus one of its stem. One thread; `after_epoch` sees each epoch's table.
Table train(const Corpus& corpus,
            const Vocabulary& vocabulary,
            const TrainingOptions& options,
            const std::function<void(std::size_t epoch, const Table&)>& after_epoch);

}  // namespace quire::model
