#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <quire/embedder.hpp>

#include "train/corpus.hpp"

namespace quire::model {

/// How well a way to search finds, among `candidates` pieces of code from packages that were held out, the one that a
/// comment was written for.
struct Finding {
  std::string method;
  std::string part;  ///< "all", "other words" or a language.
  std::size_t questions = 0;
  double mrr10 = 0;     ///< Mean of 1 / rank, 0 beyond rank 10.
  double recall1 = 0;
  double recall10 = 0;
};

struct EvaluationOptions {
  std::size_t candidates = 1000;
  std::size_t most_questions = 4000;
  bool masks_name = true;  ///< Takes one occurrence of each word of its name out of the code.
  double word_share = 0.3;  ///< Of BM25 in the sum with vectors, each as a share of the best candidate's.
  std::uint64_t seed = 11;
};

/// BM25 (k1 1.5, b 0.75), TF-IDF cosine, feature hashing, each of `models` (name and embedder), and the sum of BM25 and
/// the first model. "other words" are the questions none of whose words (as stems, the commonest left out) is in
/// the code.
std::vector<Finding> evaluate(const Corpus& corpus,
                              const std::vector<std::pair<std::string, const Embedder*>>& models,
                              const EvaluationOptions& options);

}  // namespace quire::model
