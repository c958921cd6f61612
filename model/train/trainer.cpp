#include "train/trainer.hpp"

#include <algorithm>
#include <cblas.h>
#include <cmath>
#include <cstdio>
#include <random>
#include <utility>


namespace quire::model {
namespace {

using Random = std::mt19937_64;

constexpr float kBeta1 = 0.9F;
constexpr float kBeta2 = 0.99F;
constexpr float kTiny = 1e-8F;
constexpr std::size_t kWarmUp = 50;
constexpr float kWeightRate = 2.0F;
constexpr std::size_t kReportEvery = 200;

float count_factor(std::uint32_t times) {
  return 1 + std::log(static_cast<float>(times));
}

/// Rows of numbers with what Adam remembers of each; only rows with a gradient move.
class Parameters {
 public:
  Parameters(std::size_t rows, std::size_t width)
      : width_(width), values_(rows * width), first_(rows * width), second_(rows * width), gradients_(rows * width),
        is_touched_(rows) {}

  std::vector<float>& values() { return values_; }
  const std::vector<float>& values() const { return values_; }
  float* row(std::size_t at) { return &values_[at * width_]; }
  const float* row(std::size_t at) const { return &values_[at * width_]; }

  float* gradient(std::uint32_t at) {
    if (!is_touched_[at]) {
      is_touched_[at] = true;
      touched_.push_back(at);
    }
    return &gradients_[at * width_];
  }

  void step(float rate, std::size_t number) {
    const float fix1 = 1 - std::pow(kBeta1, static_cast<float>(number));
    const float fix2 = 1 - std::pow(kBeta2, static_cast<float>(number));
    for (const std::uint32_t at : touched_) {
      float* const value = &values_[at * width_];
      float* const first = &first_[at * width_];
      float* const second = &second_[at * width_];
      float* const gradient = &gradients_[at * width_];
      for (std::size_t i = 0; i < width_; ++i) {
        first[i] = kBeta1 * first[i] + (1 - kBeta1) * gradient[i];
        second[i] = kBeta2 * second[i] + (1 - kBeta2) * gradient[i] * gradient[i];
        value[i] -= rate * (first[i] / fix1) / (std::sqrt(second[i] / fix2) + kTiny);
        gradient[i] = 0;
      }
      is_touched_[at] = false;
    }
    touched_.clear();
  }

 private:
  std::size_t width_;
  std::vector<float> values_;
  std::vector<float> first_;
  std::vector<float> second_;
  std::vector<float> gradients_;
  std::vector<bool> is_touched_;
  std::vector<std::uint32_t> touched_;
};

/// What is learned.
struct Weights {
  Weights(std::size_t words, std::size_t stems, std::size_t dimensions)
      : own(words, dimensions), stem(stems, dimensions), query(words, 1), code(words, 1) {}

  Parameters own;
  Parameters stem;
  Parameters query;  ///< Logarithms of weights, as is `code`.
  Parameters code;
};

/// One side of a batch: texts, the vectors they get, and the way back.
class Side {
 public:
  Side(const Vocabulary& vocabulary, Weights& weights, Parameters& scalars, std::size_t batch,
       std::size_t dimensions)
      : vocabulary_(vocabulary), weights_(weights), scalars_(scalars), dimensions_(dimensions), texts_(batch),
        units_(batch * dimensions), norms_(batch), gradients_(batch * dimensions) {}

  std::vector<Count>& text(std::size_t at) { return texts_[at]; }
  const std::vector<float>& units() const { return units_; }
  std::vector<float>& gradients() { return gradients_; }

  void forward() {
    for (std::size_t at = 0; at < texts_.size(); ++at) {
      float* const out = &units_[at * dimensions_];
      std::fill_n(out, dimensions_, 0.0F);
      for (const Count& count : texts_[at]) {
        const float share = coefficient(count);
        const float* const own = weights_.own.row(count.word);
        const float* const stem = weights_.stem.row(vocabulary_.stem(count.word));
        for (std::size_t i = 0; i < dimensions_; ++i) {
          out[i] += share * (own[i] + stem[i]);
        }
      }
      norms_[at] = std::max(cblas_snrm2(static_cast<int>(dimensions_), out, 1), 1e-6F);
      cblas_sscal(static_cast<int>(dimensions_), 1 / norms_[at], out, 1);
    }
  }

  /// From the gradients of the unit vectors to those of the weights.
  void backward() {
    std::vector<float> slope(dimensions_);
    for (std::size_t at = 0; at < texts_.size(); ++at) {
      const float* const unit = &units_[at * dimensions_];
      const float* const gradient = &gradients_[at * dimensions_];
      const float along = cblas_sdot(static_cast<int>(dimensions_), unit, 1, gradient, 1);
      for (std::size_t i = 0; i < dimensions_; ++i) {
        slope[i] = (gradient[i] - along * unit[i]) / norms_[at];
      }
      for (const Count& count : texts_[at]) {
        spread(count, slope);
      }
    }
  }

 private:
  float coefficient(const Count& count) const {
    return count_factor(count.times) * std::exp(*scalars_.row(count.word));
  }

  void spread(const Count& count, const std::vector<float>& slope) {
    const std::uint32_t stem_at = vocabulary_.stem(count.word);
    const float share = coefficient(count);
    const float* const own = weights_.own.row(count.word);
    const float* const stem = weights_.stem.row(stem_at);
    float* const own_gradient = weights_.own.gradient(count.word);
    float* const stem_gradient = weights_.stem.gradient(stem_at);
    float along = 0;
    for (std::size_t i = 0; i < dimensions_; ++i) {
      own_gradient[i] += share * slope[i];
      stem_gradient[i] += share * slope[i];
      along += slope[i] * (own[i] + stem[i]);
    }
    *scalars_.gradient(count.word) += share * along;
  }

  const Vocabulary& vocabulary_;
  Weights& weights_;
  Parameters& scalars_;
  std::size_t dimensions_;
  std::vector<std::vector<Count>> texts_;
  std::vector<float> units_;
  std::vector<float> norms_;
  std::vector<float> gradients_;
};

float chance(Random& random) {
  return static_cast<float>(random() >> 40) * 0x1p-24F;
}

/// Bernoulli for each word.
std::vector<WordId> with_dropout(const std::vector<WordId>& ids, float dropout, Random& random) {
  std::vector<WordId> out;
  for (const WordId id : ids) {
    if (chance(random) >= dropout) {
      out.push_back(id);
    }
  }
  return out.empty() ? ids : out;
}

class Trainer {
 public:
  Trainer(const Corpus& corpus, const Vocabulary& vocabulary, const TrainingOptions& options)
      : corpus_(corpus), vocabulary_(vocabulary), options_(options), random_(options.seed),
        weights_(vocabulary.size(), vocabulary.stems(), options.dimensions),
        queries_(vocabulary, weights_, weights_.query, options.batch, options.dimensions),
        codes_(vocabulary, weights_, weights_.code, options.batch, options.dimensions),
        scores_(options.batch * options.batch), slopes_(options.batch * options.batch) {
    begin();
  }

  Table run(const std::function<void(std::size_t, const Table&)>& after_epoch) {
    const std::size_t per_epoch = corpus_.train.size() / options_.batch;
    const std::size_t all = per_epoch * options_.epochs;
    for (std::size_t epoch = 0; epoch < options_.epochs; ++epoch) {
      const std::vector<std::uint32_t> order = shuffled();
      for (std::size_t at = 0; at < per_epoch; ++at) {
        ++step_;
        learn(std::span(order).subspan(at * options_.batch, options_.batch), rate(all));
        if (step_ % kReportEvery == 0) {
          std::fprintf(stderr, "train: step %zu of %zu, loss %.3f\n", step_, all, loss_ / kReportEvery);
          loss_ = 0;
        }
      }
      after_epoch(epoch + 1, table());
    }
    return table();
  }

 private:
  /// Vectors of random direction, weights by how rare a word is.
  void begin() {
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(options_.dimensions)));
    std::ranges::generate(weights_.own.values(), [&] { return normal(random_); });
    if (options_.shares_stems) {
      std::ranges::generate(weights_.stem.values(), [&] { return normal(random_); });
    }
    const auto pairs = static_cast<float>(corpus_.train.size());
    for (std::uint32_t word = 0; word < vocabulary_.size(); ++word) {
      const float rarity = std::log(pairs / static_cast<float>(vocabulary_.frequencies()[word] + 1) + 1);
      *weights_.query.row(word) = *weights_.code.row(word) = std::log(std::max(rarity, 0.05F) / 5);
    }
  }

  float rate(std::size_t all) const {
    const float warm = std::min(1.0F, static_cast<float>(step_) / kWarmUp);
    return options_.rate * warm * (1 - static_cast<float>(step_ - 1) / static_cast<float>(all));
  }

  /// Pairs in groups of one package, the groups in any order.
  std::vector<std::uint32_t> shuffled() {
    std::vector<std::uint32_t> order(corpus_.train.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    std::ranges::shuffle(order, random_);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return corpus_.train[i].group; });
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    for (std::size_t from = 0; from < order.size();) {
      std::size_t to = from + 1;
      while (to < order.size() && to - from < options_.group &&
             corpus_.train[order[to]].group == corpus_.train[order[from]].group) {
        ++to;
      }
      runs.emplace_back(from, to);
      from = to;
    }
    std::ranges::shuffle(runs, random_);
    std::vector<std::uint32_t> out;
    out.reserve(order.size());
    for (const auto& [from, to] : runs) {
      out.insert(out.end(), order.begin() + static_cast<std::ptrdiff_t>(from),
                 order.begin() + static_cast<std::ptrdiff_t>(to));
    }
    return out;
  }

  void learn(std::span<const std::uint32_t> pairs, float rate) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const TrainingPair& pair = corpus_.train[pairs[i]];
      queries_.text(i) = vocabulary_.counts(question_of(pair));
      codes_.text(i) = vocabulary_.counts(code_of(pair));
    }
    queries_.forward();
    codes_.forward();
    compare();
    queries_.backward();
    codes_.backward();
    weights_.own.step(rate, step_);
    if (options_.shares_stems) {
      weights_.stem.step(rate, step_);
    }
    weights_.query.step(rate * kWeightRate, step_);
    weights_.code.step(rate * kWeightRate, step_);
  }

  std::vector<WordId> question_of(const TrainingPair& pair) {
    const bool by_name = !pair.is_inside && !pair.name.empty() && chance(random_) < options_.name_asked;
    return with_dropout(by_name ? pair.name : pair.doc, options_.query_dropout, random_);
  }

  std::vector<WordId> code_of(const TrainingPair& pair) {
    std::vector<WordId> words = pair.code;
    if (chance(random_) >= options_.name_kept) {
      for (const WordId id : pair.name) {
        const auto at = std::ranges::find(words, id);
        if (at != words.end()) {
          words.erase(at);
        }
      }
    }
    if (options_.code_dropout > 0) {
      words = with_dropout(words, options_.code_dropout, random_);
    }
    if (chance(random_) < options_.path_added) {
      words.insert(words.begin(), pair.path.begin(), pair.path.end());
    }
    return words;
  }

  /// Fills both sides' gradients with those of the loss.
  void compare() {
    const int batch = static_cast<int>(options_.batch);
    const int dimensions = static_cast<int>(options_.dimensions);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, batch, dimensions, 1 / options_.temperature,
                queries_.units().data(), dimensions, codes_.units().data(), dimensions, 0, scores_.data(), batch);
    add_softmax_slopes();
    const float scale = 0.5F / (options_.temperature * static_cast<float>(options_.batch));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, dimensions, batch, scale, slopes_.data(), batch,
                codes_.units().data(), dimensions, 0, queries_.gradients().data(), dimensions);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, batch, dimensions, batch, scale, slopes_.data(), batch,
                queries_.units().data(), dimensions, 0, codes_.gradients().data(), dimensions);
  }

  /// slopes = softmax by row + softmax by column - 2 x identity. Scores are at most 1 / temperature, so that their
  /// exponentials need no shift.
  void add_softmax_slopes() {
    const std::size_t n = options_.batch;
    const float top = 1 / options_.temperature;
    row_sums_.assign(n, 0);
    column_sums_.assign(n, 0);
    double loss = 0;
    for (std::size_t i = 0; i < n; ++i) {
      loss -= 2 * static_cast<double>(scores_[i * n + i] - top);
      for (std::size_t j = 0; j < n; ++j) {
        const float e = std::exp(scores_[i * n + j] - top);
        scores_[i * n + j] = e;
        row_sums_[i] += e;
        column_sums_[j] += e;
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      loss += std::log(static_cast<double>(row_sums_[i])) + std::log(static_cast<double>(column_sums_[i]));
      for (std::size_t j = 0; j < n; ++j) {
        slopes_[i * n + j] = scores_[i * n + j] * (1 / row_sums_[i] + 1 / column_sums_[j]);
      }
      slopes_[i * n + i] -= 2;
    }
    loss_ += loss / (2 * static_cast<double>(n));
  }

  Table table() const {
    Table out;
    out.dimensions = options_.dimensions;
    out.vectors = weights_.own.values();
    for (std::uint32_t word = 0; word < vocabulary_.size(); ++word) {
      const float* const stem = weights_.stem.row(vocabulary_.stem(word));
      for (std::size_t i = 0; i < out.dimensions; ++i) {
        out.vectors[word * out.dimensions + i] += stem[i];
      }
      out.query_weights.push_back(std::exp(*weights_.query.row(word)));
      out.code_weights.push_back(std::exp(*weights_.code.row(word)));
    }
    return out;
  }

  const Corpus& corpus_;
  const Vocabulary& vocabulary_;
  TrainingOptions options_;
  Random random_;
  Weights weights_;
  Side queries_;
  Side codes_;
  std::vector<float> scores_;
  std::vector<float> slopes_;
  std::vector<float> row_sums_;
  std::vector<float> column_sums_;
  std::size_t step_ = 0;
  double loss_ = 0;
};

}  // namespace

Table train(const Corpus& corpus,
            const Vocabulary& vocabulary,
            const TrainingOptions& options,
            const std::function<void(std::size_t, const Table&)>& after_epoch) {
  return Trainer(corpus, vocabulary, options).run(after_epoch);
}

}  // namespace quire::model
