#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "crash/environment.hpp"
#include "crash/workload.hpp"
#include "support/chunks.hpp"
#include "support/portion.hpp"
#include "support/simulated_file_system.hpp"

/// R14: the store against a plain map with exact search, step by step; and how well a graph still
/// finds after half of its rows were replaced.
///
/// QUIRE_MODEL_SEED=S runs one sequence alone.
namespace quire::reliability {
namespace {

constexpr std::uint64_t kSequences = 10'000;
constexpr std::uint64_t kEveryday = 50;  ///< Portions, of which one is run every day.
constexpr std::uint64_t kMessages = 10;

/// The first step after which the store holds something else, and what; or "".
std::string first_difference(std::uint64_t seed) {
  const crash::Workload workload = crash::make_workload(seed);
  const auto files = workload.fresh_disk();
  std::optional<VectorStore> store(crash::open(files, workload).value());
  for (std::size_t i = 0; i < workload.steps.size(); ++i) {
    const bool reopens = workload.steps[i].kind == crash::Step::Kind::reopen;
    const Status done = reopens ? store->close() : crash::carry_out(*store, workload.steps[i]);
    if (reopens && done) {
      store.emplace(crash::open(files, workload).value());
    }
    const std::string problem =
        done ? crash::difference(*store, workload.states[i + 1], workload, crash::Depth::thorough)
             : done.error().message;
    if (!problem.empty()) {
      return "after step " + std::to_string(i) + ": " + problem;
    }
  }
  return "";
}

TEST(Model, AgreesAfterEveryStep) {
  const support::Portion part = support::portion(kEveryday);
  const auto only = crash::number_in_environment("QUIRE_MODEL_SEED");
  std::uint64_t sequences = 0;
  std::uint64_t different = 0;
  for (std::uint64_t seed = 0; seed < kSequences; ++seed) {
    if (only ? seed != *only : !part.has(seed)) {
      continue;
    }
    ++sequences;
    const std::string problem = first_difference(seed);
    different += problem.empty() ? 0 : 1;
    if (!problem.empty() && different <= kMessages) {
      ADD_FAILURE() << "QUIRE_MODEL_SEED=" << seed << ": " << problem;
    }
  }
  support::report("R14", {{"sequences", sequences}, {"different", different}});
  EXPECT_EQ(different, 0U);
}

/// Rows in clusters, as those of real sources are.
class Clusters {
 public:
  explicit Clusters(std::size_t dimensions) : dimensions_(dimensions) {
    for (int i = 0; i < 100; ++i) {
      centres_.push_back(draw(1));
    }
  }

  std::vector<float> next() {
    std::vector<float> out = draw(0.5F);
    const std::vector<float>& centre = centres_[random_() % centres_.size()];
    for (std::size_t i = 0; i < dimensions_; ++i) {
      out[i] += centre[i];
    }
    return out;
  }

 private:
  std::vector<float> draw(float deviation) {
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> out(dimensions_);
    for (float& number : out) {
      number = normal(random_);
    }
    return out;
  }

  std::size_t dimensions_;
  std::mt19937 random_{11};
  std::vector<std::vector<float>> centres_;
};

double recall(const VectorStore& store, Clusters& clusters) {
  constexpr int kQueries = 100;
  constexpr std::size_t kWanted = 10;
  int found = 0;
  for (int i = 0; i < kQueries; ++i) {
    const std::vector<float> query = clusters.next();
    const std::vector<Neighbor> exact = store.search(query, kWanted, {}, {.exact = true}).value();
    const std::vector<Neighbor> hits = store.search(query, kWanted).value();
    for (const Neighbor& hit : hits) {
      for (const Neighbor& truth : exact) {
        found += truth.key == hit.key ? 1 : 0;
      }
    }
  }
  return found / static_cast<double>(kQueries * kWanted);
}

TEST(Model, ARenewedGraphFindsAsWell) {
  constexpr std::size_t kDimensions = 32;
  constexpr int kFiles = 1000;
  constexpr int kRowsOfFile = 6;
  constexpr int kRounds = 10;
  Clusters clusters(kDimensions);
  const auto replace = [&](VectorStore& store, int file) {
    std::vector<ChunkRow> rows;
    for (int i = 0; i < kRowsOfFile; ++i) {
      rows.push_back({support::make_chunk("f" + std::to_string(file), i), clusters.next()});
    }
    ASSERT_TRUE(store.replace_file("f" + std::to_string(file), std::move(rows)));
  };
  const auto files = std::make_shared<support::SimulatedFileSystem>();
  crash::Workload workload = crash::make_workload(0, 0);
  workload.options = {.dimensions = kDimensions, .automatic_checkpoint = false};
  VectorStore store = crash::open(files, workload).value();
  for (int file = 0; file < kFiles; ++file) {
    replace(store, file);
  }
  ASSERT_TRUE(store.checkpoint());
  const double fresh = recall(store, clusters);
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kFiles / 2 / kRounds; ++i) {
      replace(store, round * (kFiles / 2 / kRounds) + i);
    }
    ASSERT_TRUE(store.checkpoint());
  }
  const double renewed = recall(store, clusters);
  support::report("R14",
                  {{"fresh_recall_permille_max", static_cast<std::uint64_t>(fresh * 1000)},
                   {"renewed_recall_permille_max", static_cast<std::uint64_t>(renewed * 1000)}});
  EXPECT_GE(renewed, 0.95);
  EXPECT_GE(renewed, fresh - 0.01);
}

}  // namespace
}  // namespace quire::reliability
