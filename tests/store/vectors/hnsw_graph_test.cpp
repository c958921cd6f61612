#include "store/vectors/hnsw_graph.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/verified_bytes.hpp"
#include "store/vectors/distance.hpp"
#include "store/vectors/hnsw_builder.hpp"
#include "store/vectors/link_progress.hpp"
#include "store/vectors/nearest.hpp"
#include "store/vectors/usearch_file.hpp"
#include "store/vectors/usearch_layout.hpp"
#include "support/random_vectors.hpp"
#include "support/usearch_index.hpp"

namespace quire::vectors {
namespace {

constexpr VectorFormat kFormat{32, Metric::cosine, Scalar::bf16};
constexpr std::size_t kLimit = 10;

std::vector<std::string> stored_vectors(const VectorFormat& format,
                                        std::size_t count,
                                        std::uint32_t seed = 11) {
  support::RandomVectors random(format.dimensions, seed);
  std::vector<std::string> out(count);
  for (std::string& stored : out) {
    EXPECT_TRUE(encode_vector(format, random.next(), stored).has_value());
  }
  return out;
}

std::string saved(const HnswBuilder& builder) {
  std::string bytes;
  const Status status = builder.save([&](std::string_view part) {
    bytes += part;
    return Status{};
  });
  EXPECT_TRUE(status.has_value());
  return bytes;
}

/// Keys are twice the row's number.
std::string file_of(const VectorFormat& format,
                    const std::vector<std::string>& vectors,
                    std::size_t threads = 1,
                    const GraphOptions& options = {}) {
  HnswBuilder builder(format, options, threads);
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    builder.add(2 * row, vectors[row].data());
  }
  EXPECT_TRUE(builder.link().has_value());
  return saved(builder);
}

HnswGraph opened(std::string_view bytes) {
  auto graph = HnswGraph::open(bytes);
  EXPECT_TRUE(graph.has_value()) << graph.error().message;
  return std::move(*graph);
}

std::vector<SlotDistance> found(const HnswGraph& graph,
                                const std::string& query,
                                std::size_t expansion = 64) {
  WalkCounts counts;
  auto out = graph.search(query.data(), expansion, counts);
  out.resize(std::min(out.size(), kLimit));
  return out;
}

std::vector<SlotDistance> scanned(const VectorFormat& format,
                                  const std::vector<std::string>& vectors,
                                  const std::string& query,
                                  const std::function<bool(std::size_t)>& accept) {
  Nearest nearest(kLimit);
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    if (accept(row)) {
      nearest.offer(
          {row, distance_function(format)(query.data(), vectors[row].data(), format.dimensions)});
    }
  }
  std::vector<SlotDistance> out;
  for (const KeyDistance& one : nearest.take()) {
    out.push_back({static_cast<std::uint32_t>(one.key), one.distance});
  }
  return out;
}

bool everything(std::size_t) {
  return true;
}

double recall(const std::vector<SlotDistance>& found, const std::vector<SlotDistance>& expected) {
  std::set<std::uint32_t> slots;
  for (const SlotDistance& one : found) {
    slots.insert(one.slot);
  }
  const auto hits = std::ranges::count_if(
      expected, [&](const SlotDistance& one) { return slots.contains(one.slot); });
  return static_cast<double>(hits) / static_cast<double>(expected.size());
}

double mean_recall(const HnswGraph& graph,
                   const VectorFormat& format,
                   const std::vector<std::string>& vectors,
                   const std::vector<std::string>& queries,
                   std::size_t expansion) {
  double total = 0;
  for (const std::string& query : queries) {
    total += recall(found(graph, query, expansion), scanned(format, vectors, query, everything));
  }
  return total / static_cast<double>(queries.size());
}

TEST(HnswGraph, FindsTheNearestInEveryFormat) {
  for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
    for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
      if (scalar == Scalar::i8 && metric == Metric::squared_l2) {
        continue;
      }
      const VectorFormat format{33, metric, scalar};
      const auto vectors = stored_vectors(format, 1000);
      const std::string bytes = file_of(format, vectors);
      const auto queries = stored_vectors(format, 50, 12);
      EXPECT_GT(mean_recall(opened(bytes), format, vectors, queries, 64), 0.95)
          << to_string(scalar) << " " << to_string(metric);
    }
  }
}

TEST(HnswGraph, FilesAreWholeAndSlotsAreRowsByRisingKey) {
  const auto vectors = stored_vectors(kFormat, 700);
  const std::string bytes = file_of(kFormat, vectors);
  const auto file = UsearchFile::read(bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  ASSERT_EQ(file->entries().size(), vectors.size());
  for (std::uint32_t row = 0; row < vectors.size(); ++row) {
    EXPECT_EQ(file->entries()[row].slot, row);
    EXPECT_EQ(file->entries()[row].key, 2 * row);
    EXPECT_EQ(std::string(file->vector(row), vectors[row].size()), vectors[row]);
  }
}

TEST(HnswGraph, AnEmptyOneAndASingleRowWork) {
  const auto vectors = stored_vectors(kFormat, 1);
  const std::string none = file_of(kFormat, {});
  EXPECT_TRUE(UsearchFile::read(none).has_value());
  EXPECT_TRUE(found(opened(none), vectors[0]).empty());
  const std::string one = file_of(kFormat, vectors);
  ASSERT_TRUE(UsearchFile::read(one).has_value());
  EXPECT_EQ(found(opened(one), vectors[0]).at(0).slot, 0U);
}

TEST(HnswGraph, AnyNumberOfThreadsMakesTheSameFile) {
  const auto vectors = stored_vectors(kFormat, 1500);
  const std::string one = file_of(kFormat, vectors, 1);
  EXPECT_EQ(file_of(kFormat, vectors, 2), one);
  EXPECT_EQ(file_of(kFormat, vectors, 5), one);
}

/// Rows crowded around one place, and after each `kEvery` - 1 of them one far from there.
class CrowdAndOutliers {
 public:
  static constexpr std::size_t kEvery = 100;

  CrowdAndOutliers(const VectorFormat& format, std::size_t rows)
      : format_(format), random_(format.dimensions, 21) {
    const std::vector<float> middle = random_.next();
    while (vectors_.size() < rows) {
      const bool is_outlier = vectors_.size() % kEvery == kEvery - 1;
      std::vector<float> numbers = random_.next();
      for (std::size_t i = 0; !is_outlier && i < numbers.size(); ++i) {
        numbers[i] = middle[i] + 0.02F * numbers[i];
      }
      EXPECT_TRUE(encode_vector(format, numbers, vectors_.emplace_back()).has_value());
    }
  }

  const std::vector<std::string>& vectors() const { return vectors_; }

  /// How many of the outliers in `file`, whose keys are twice the rows' numbers, are found first.
  std::size_t found_in(const std::string& file, std::size_t expansion = 64) const {
    const HnswGraph graph = opened(file);
    std::size_t count = 0;
    for (std::size_t row = kEvery - 1; row < vectors_.size(); row += kEvery) {
      const auto hits = found(graph, vectors_[row], expansion);
      count += !hits.empty() && graph.key(hits[0].slot) == 2 * row ? 1 : 0;
    }
    return count;
  }

  /// The share of all rows that are found first, or behind such as are as near.
  double share_found_in(const std::string& file) const {
    const HnswGraph graph = opened(file);
    const DistanceFunction distance = distance_function(format_);
    double count = 0;
    for (const std::string& vector : vectors_) {
      const float nearest = found(graph, vector)[0].distance;
      count += nearest <= distance(vector.data(), vector.data(), format_.dimensions) ? 1 : 0;
    }
    return count / static_cast<double>(vectors_.size());
  }

 private:
  VectorFormat format_;
  support::RandomVectors random_;
  std::vector<std::string> vectors_;
};

TEST(HnswGraph, OutliersBesideACrowdAreFoundFirst) {
  for (const Metric metric : {Metric::cosine, Metric::squared_l2}) {
    for (const Scalar scalar : {Scalar::f32, Scalar::bf16}) {
      const CrowdAndOutliers rows({48, metric, scalar}, 5000);
      const std::string file = file_of({48, metric, scalar}, rows.vectors(), 2);
      EXPECT_TRUE(UsearchFile::read(file).has_value());
      EXPECT_EQ(rows.found_in(file), 50U) << to_string(metric) << " " << to_string(scalar);
      EXPECT_GE(rows.found_in(file, 16), 48U) << to_string(metric) << " " << to_string(scalar);
      EXPECT_GE(rows.share_found_in(file), 0.99) << to_string(metric) << " " << to_string(scalar);
    }
  }
}

TEST(HnswGraph, OutliersAreFoundAfterMergesThatRemovedAndAdded) {
  constexpr VectorFormat kCosine{48, Metric::cosine, Scalar::f32};
  const CrowdAndOutliers rows(kCosine, 5000);
  std::string file;
  for (std::size_t merge = 0; merge < 5; ++merge) {
    HnswBuilder builder(kCosine, {}, 2);
    const std::string before = std::exchange(file, {});
    const HnswGraph graph = merge == 0 ? HnswGraph() : opened(before);
    std::vector<std::uint64_t> kept(graph.slots() / 64 + 1);
    for (std::uint32_t slot = 0; slot < graph.slots(); ++slot) {
      const std::uint64_t row = graph.key(slot) / 2;
      const bool is_outlier = row % CrowdAndOutliers::kEvery == CrowdAndOutliers::kEvery - 1;
      kept[slot / 64] |= std::uint64_t{is_outlier || row % 37 != merge} << slot % 64;
    }
    if (merge != 0) {
      ASSERT_TRUE(builder.adopt(graph, kept));
    }
    for (std::size_t row = merge * 1000; row < (merge + 1) * 1000; ++row) {
      builder.add(2 * row, rows.vectors()[row].data());
    }
    ASSERT_TRUE(builder.link().has_value());
    file = saved(builder);
  }
  EXPECT_GE(rows.found_in(file), 49U);
}

TEST(HnswGraph, AnyNumberOfThreadsLeadsToTheSameOutliers) {
  const VectorFormat format{48, Metric::squared_l2, Scalar::f32};
  const CrowdAndOutliers rows(format, 2000);
  const std::string one = file_of(format, rows.vectors(), 1);
  EXPECT_EQ(file_of(format, rows.vectors(), 2), one);
  EXPECT_EQ(file_of(format, rows.vectors(), 5), one);
}

/// 200 rows with one vector among 3,000.
std::vector<std::string> with_equal_rows() {
  std::vector<std::string> vectors = stored_vectors(kFormat, 3000);
  for (std::size_t i = 1; i < 200; ++i) {
    vectors[100 + 14 * i] = vectors[100];
  }
  return vectors;
}

TEST(HnswGraph, EqualVectorsAreAllFound) {
  const auto vectors = with_equal_rows();
  const std::string bytes = file_of(kFormat, vectors, 2);
  ASSERT_TRUE(UsearchFile::read(bytes).has_value());
  WalkCounts counts;
  const auto all = opened(bytes).search(vectors[100].data(), 200, counts);
  ASSERT_EQ(all.size(), 200U);
  for (std::uint32_t i = 0; i < 200; ++i) {
    EXPECT_EQ(all[i].slot, 100 + 14 * i);
  }
}

TEST(HnswGraph, EqualVectorsHideNoOthers) {
  const auto vectors = with_equal_rows();
  const std::string bytes = file_of(kFormat, vectors);
  WalkCounts counts;
  const auto found = opened(bytes).search(vectors[100].data(), 210, counts);
  const auto others = std::ranges::count_if(
      found, [&](const SlotDistance& one) { return vectors[one.slot] != vectors[100]; });
  EXPECT_EQ(others, 10);
}

TEST(HnswGraph, UsearchOpensOurFileAndFindsAsWellAsInItsOwn) {
  const VectorFormat format{32, Metric::cosine, Scalar::f32};
  const auto vectors = stored_vectors(format, 4000);
  const auto queries = stored_vectors(format, 200, 12);
  support::UsearchIndex own(format, {}, vectors.size());
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    own.add(row, vectors[row]);
  }
  const auto ours = support::UsearchIndex::load(file_of(format, vectors), format);
  ASSERT_NE(ours, nullptr);
  ASSERT_EQ(ours->size(), vectors.size());
  double in_own = 0;
  double in_ours = 0;
  for (const std::string& query : queries) {
    const auto expected = scanned(format, vectors, query, everything);
    const auto slots = [](const std::vector<KeyDistance>& keys, std::uint64_t factor) {
      std::vector<SlotDistance> out;
      for (const KeyDistance& one : keys) {
        out.push_back({static_cast<std::uint32_t>(one.key / factor), one.distance});
      }
      return out;
    };
    in_own += recall(slots(own.search(query, kLimit, 24), 1), expected);
    in_ours += recall(slots(ours->search(query, kLimit, 24), 2), expected);
  }
  EXPECT_GT(in_ours, in_own - 0.02 * static_cast<double>(queries.size()));
}

TEST(HnswGraph, WalksAFileThatUsearchWrote) {
  const auto vectors = stored_vectors(kFormat, 1000);
  support::UsearchIndex index(kFormat, {}, vectors.size());
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    index.add(row, vectors[row]);
  }
  const std::string bytes = index.saved();
  EXPECT_GT(mean_recall(opened(bytes), kFormat, vectors, stored_vectors(kFormat, 50, 12), 64),
            0.97);
}

std::size_t head_of(const std::string& file) {
  return file.find("usearch");
}

std::size_t graph_of(const std::string& file) {
  return head_of(file) + kHeadSize;
}

template <class T>
std::string with(std::string file, std::size_t offset, T value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
  return file;
}

void expect_refused(std::string_view file, std::string_view words) {
  const auto graph = HnswGraph::open(file);
  ASSERT_FALSE(graph.has_value()) << words;
  EXPECT_EQ(graph.error().code, ErrorCode::store_index);
  EXPECT_NE(graph.error().message.find(words), std::string::npos) << graph.error().message;
}

TEST(HnswGraph, RefusesAHeaderThatCannotBe) {
  const std::string bytes = file_of(kFormat, stored_vectors(kFormat, 60));
  const std::size_t graph = graph_of(bytes);
  const auto refuses = [&](std::size_t field, std::uint64_t value) {
    expect_refused(with(bytes, graph + 8 * field, value), "the graph's header can't be");
  };
  refuses(0, 59);      // Rows.
  refuses(1, 1);       // Neighbours above the base: too few to lead anywhere.
  refuses(1, 10'000);  // Neighbours above the base: more than in it.
  refuses(2, 65'536);  // Neighbours in the base.
  refuses(3, 32'768);  // The top level.
  refuses(4, 60);      // The entry.
  const std::string_view all = bytes;
  expect_refused(all.substr(0, graph + kGraphHeaderSize - 1), "the graph's header can't be");
  expect_refused(all.substr(0, graph + kGraphHeaderSize + 60), "the graph's header can't be");
  expect_refused(all.substr(0, all.size() - 1), "its nodes take");
  expect_refused(bytes + "x", "its nodes take");
}

TEST(HnswGraph, RefusesNumbersThatNoStoreKeeps) {
  const std::string bf16 = file_of(kFormat, stored_vectors(kFormat, 5));
  expect_refused(with(bf16, head_of(bf16) + 14, TypeCode::f16), "its numbers are f16");
  const VectorFormat whole{32, Metric::cosine, Scalar::i8};
  const std::string i8 = file_of(whole, stored_vectors(whole, 5));
  expect_refused(with(i8, head_of(i8) + 13, 'e'), "i8 keeps no lengths");
}

TEST(HnswGraph, AListThatCannotBeHasNoNeighbours) {
  const std::string bytes = file_of(kFormat, stored_vectors(kFormat, 60));
  const std::size_t list = graph_of(bytes) + kGraphHeaderSize + 60 * 2 + kNodeHeadSize;
  const auto neighbours_of_first = [](const std::string& file) {
    const HnswGraph graph = opened(file);
    std::vector<std::uint32_t> out(graph.max_neighbours());
    return graph.neighbours(0, 0, out.data());
  };
  ASSERT_GT(neighbours_of_first(bytes), 0U);
  EXPECT_EQ(neighbours_of_first(with(bytes, list, std::uint32_t{1'000'000})), 0U);
  EXPECT_EQ(neighbours_of_first(with(bytes, list + 4, std::uint32_t{60})), 0U);
  const HnswGraph graph = opened(bytes);
  std::vector<std::uint32_t> out(graph.max_neighbours());
  EXPECT_EQ(graph.neighbours(0, graph.level(0) + 1, out.data()), 0U);
}

class BytesInMemory : public base::FileBytes {
 public:
  explicit BytesInMemory(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

TEST(HnswGraph, NoDamagedBlockGivesAnotherAnswerInSilence) {
  const auto vectors = stored_vectors(kFormat, 300);
  const std::string bytes = file_of(kFormat, vectors);
  const auto answers = [&](const HnswGraph& graph) {
    std::vector<std::vector<std::uint32_t>> out;
    for (std::size_t row = 0; row < vectors.size(); row += 7) {
      std::ranges::transform(
          found(graph, vectors[row]), std::back_inserter(out.emplace_back()),
          [&](const SlotDistance& hit) { return static_cast<std::uint32_t>(graph.key(hit.slot)); });
    }
    return out;
  };
  const auto expected = answers(opened(bytes));
  std::size_t refused = 0;
  std::size_t met = 0;
  for (std::size_t at = 0; at < bytes.size(); at += base::kBlockSize / 2) {
    const BytesInMemory damaged(with(bytes, at, static_cast<char>(~bytes[at])));
    const base::VerifiedBytes verified("index.usearch", damaged, base::hash_blocks(bytes));
    const auto graph = HnswGraph::open(verified.view(), &verified);
    if (!graph.has_value()) {
      EXPECT_EQ(graph.error().code, ErrorCode::corrupt) << graph.error().message;
      ++refused;
      continue;
    }
    const auto given = answers(*graph);
    EXPECT_TRUE(given == expected || !verified.status().has_value()) << at;
    met += verified.status().has_value() ? 0 : 1;
  }
  EXPECT_GT(refused, 0U);
  EXPECT_GT(met, 0U);
}

TEST(HnswGraph, NothingIsFoundWhereNothingIsWanted) {
  const auto vectors = stored_vectors(kFormat, 60);
  const std::string bytes = file_of(kFormat, vectors);
  const HnswGraph graph = opened(bytes);
  const std::vector<std::uint64_t> all{UINT64_MAX >> 4U};
  WalkCounts counts;
  EXPECT_TRUE(graph.search(vectors[0].data(), 0, counts).empty());
  EXPECT_TRUE(graph.search_matching(vectors[0].data(), 0, all, 60, counts).empty());
  EXPECT_TRUE(graph.search_matching(vectors[0].data(), 10, {}, 0, counts).empty());
  const std::string none = file_of(kFormat, {});
  EXPECT_TRUE(opened(none).search_matching(vectors[0].data(), 10, {}, 1, counts).empty());
  EXPECT_EQ(counts.distances, 0U);
}

TEST(HnswGraph, AFilteredWalkFindsAmongTheMatchingAlone) {
  const auto vectors = stored_vectors(kFormat, 3000);
  const auto queries = stored_vectors(kFormat, 50, 12);
  const std::string bytes = file_of(kFormat, vectors);
  const HnswGraph graph = opened(bytes);
  for (const std::size_t one_in : {2U, 10U, 100U}) {
    const auto matches = [&](std::size_t row) { return row % one_in == 0; };
    std::vector<std::uint64_t> words(vectors.size() / 64 + 1);
    for (std::size_t row = 0; row < vectors.size(); row += one_in) {
      words[row / 64] |= std::uint64_t{1} << (row % 64);
    }
    double total = 0;
    for (const std::string& query : queries) {
      WalkCounts counts;
      auto answer =
          graph.search_matching(query.data(), 100, words, vectors.size() / one_in, counts);
      for (const SlotDistance& one : answer) {
        EXPECT_TRUE(matches(one.slot));
      }
      answer.resize(std::min(answer.size(), kLimit));
      total += recall(answer, scanned(kFormat, vectors, query, matches));
    }
    EXPECT_GT(total / static_cast<double>(queries.size()), 0.85) << "one row in " << one_in;
  }
}

/// A graph of `vectors` that took over the rows of `before` for which `kept` holds.
std::string merged(const std::string& before,
                   const std::function<bool(std::size_t)>& kept,
                   const std::vector<std::string>& added,
                   std::size_t threads) {
  const HnswGraph graph = opened(before);
  std::vector<std::uint64_t> words(graph.slots() / 64 + 1);
  for (std::size_t row = 0; row < graph.slots(); ++row) {
    words[row / 64] |= std::uint64_t{kept(row)} << (row % 64);
  }
  HnswBuilder builder(kFormat, {}, threads);
  EXPECT_TRUE(builder.adopt(graph, words));
  std::uint64_t key = graph.key(static_cast<std::uint32_t>(graph.slots() - 1));
  for (const std::string& vector : added) {
    builder.add(++key, vector.data());
  }
  EXPECT_TRUE(builder.link().has_value());
  return saved(builder);
}

/// How far a builder of `vectors` came that was told to stop after `batches`.
std::string unfinished(const std::vector<std::string>& vectors, int batches) {
  HnswBuilder builder(kFormat, {}, 2);
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    builder.add(2 * row, vectors[row].data());
  }
  EXPECT_EQ(builder.link([&] { return batches-- > 0; }).error().code, ErrorCode::unavailable);
  return builder.unfinished();
}

/// The file of a builder that went on from `bytes` with the rows for which `kept` holds, and
/// `added`.
std::string finished(const std::string& bytes,
                     const std::vector<std::string>& vectors,
                     const std::function<bool(std::size_t)>& kept,
                     const std::vector<std::string>& added) {
  LinkProgress progress = LinkProgress::read(bytes, GraphOptions{}.connectivity).value();
  std::vector<std::uint64_t> words(progress.slots() / 64 + 1);
  for (std::uint32_t row = 0; row < progress.slots(); ++row) {
    EXPECT_EQ(progress.checksum(row), vector_checksum(vectors[row]));
    progress.set_vector(row, vectors[row].data());
    words[row / 64] |= std::uint64_t{kept(row)} << (row % 64);
  }
  HnswBuilder builder(kFormat, {}, 1);
  EXPECT_TRUE(builder.adopt_unfinished(progress, words));
  std::uint64_t key = progress.key(static_cast<std::uint32_t>(progress.slots() - 1));
  for (const std::string& vector : added) {
    builder.add(++key, vector.data());
  }
  EXPECT_TRUE(builder.link().has_value());
  return saved(builder);
}

TEST(UnfinishedGraph, GoesOnAsIfItHadNeverStopped) {
  std::vector<std::string> vectors = stored_vectors(kFormat, 2000);
  vectors[700] = vectors[3];  // Equal rows hang on each other.
  const auto all = [](std::size_t) { return true; };
  const std::string whole = file_of(kFormat, vectors);
  for (const int batches : {0, 1, 7, 15}) {
    EXPECT_EQ(finished(unfinished(vectors, batches), vectors, all, {}), whole) << batches;
  }
}

TEST(UnfinishedGraph, IsAsGoodWhenRowsWentAndCameMeanwhile) {
  const std::vector<std::string> vectors = stored_vectors(kFormat, 3000);
  const std::vector<std::string> added = stored_vectors(kFormat, 300, 5);
  const auto kept = [](std::size_t row) { return row % 10 != 3; };
  const std::string file = finished(unfinished(vectors, 12), vectors, kept, added);
  const HnswGraph graph = opened(file);
  ASSERT_EQ(graph.slots(), 3000U);
  std::vector<std::string> now;
  for (std::uint32_t slot = 0; slot < graph.slots(); ++slot) {
    now.emplace_back(graph.vector(slot), kFormat.bytes_per_vector());
  }
  std::size_t same = 0;
  const std::vector<std::string> queries = stored_vectors(kFormat, 50, 99);
  for (const std::string& query : queries) {
    const auto exact = scanned(kFormat, now, query, [](std::size_t) { return true; });
    for (const SlotDistance& one : found(graph, query)) {
      same += std::ranges::find(exact, one.slot, &SlotDistance::slot) != exact.end() ? 1U : 0U;
    }
  }
  EXPECT_GT(static_cast<double>(same) / static_cast<double>(kLimit * queries.size()), 0.9);
}

TEST(UnfinishedGraph, AnyDamageIsSeen) {
  const std::string bytes = unfinished(stored_vectors(kFormat, 300), 1);
  EXPECT_EQ(LinkProgress::read(bytes, 12).error().code, ErrorCode::incompatible);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    EXPECT_EQ(LinkProgress::read(damaged, 16).error().code, ErrorCode::corrupt) << at;
    EXPECT_FALSE(LinkProgress::read(bytes.substr(0, at), 16)) << at;
  }
}

TEST(UnfinishedGraph, ForgedNumbersAreRefusedThoughTheyAreSigned) {
  const std::string sound = unfinished(stored_vectors(kFormat, 300), 1);
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string forged = sound.substr(0, sound.size() - 8);
    const auto number = static_cast<std::uint32_t>(i % 3 == 0 ? random() : random() % 400);
    const std::size_t at = 8 + 4 * (random() % ((forged.size() - 12) / 4));
    std::memcpy(forged.data() + at, &number, sizeof number);
    base::ByteWriter(forged).u64(base::checksum(forged));
    const auto read = LinkProgress::read(forged, 16);
    if (!read) {
      continue;
    }
    std::vector<std::uint32_t> ids(read->max_neighbours());
    for (std::uint32_t slot = 0; slot < read->slots(); ++slot) {
      for (int level = 0; level <= read->level(slot); ++level) {
        const std::size_t count = read->neighbours(slot, level, ids.data());
        ASSERT_TRUE(std::ranges::all_of(std::span(ids).first(count),
                                        [&](std::uint32_t id) { return id < read->slots(); }));
      }
    }
  }
}

TEST(HnswBuilder, NothingChangedGivesTheSameFile) {
  const std::string before = file_of(kFormat, stored_vectors(kFormat, 600));
  EXPECT_EQ(merged(before, everything, {}, 1), before);
}

TEST(HnswBuilder, AMergedGraphFindsAsWellAsANewOne) {
  const auto vectors = stored_vectors(kFormat, 3000);
  const auto added = stored_vectors(kFormat, 600, 13);
  const auto queries = stored_vectors(kFormat, 100, 12);
  const auto kept = [](std::size_t row) { return row % 5 != 0; };
  const std::string bytes = merged(file_of(kFormat, vectors), kept, added, 1);
  EXPECT_EQ(merged(file_of(kFormat, vectors), kept, added, 3), bytes);
  ASSERT_TRUE(UsearchFile::read(bytes).has_value());
  std::vector<std::string> live;
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    if (kept(row)) {
      live.push_back(vectors[row]);
    }
  }
  live.insert(live.end(), added.begin(), added.end());
  const double merged_recall = mean_recall(opened(bytes), kFormat, live, queries, 64);
  const std::string fresh = file_of(kFormat, live);
  EXPECT_GT(merged_recall, mean_recall(opened(fresh), kFormat, live, queries, 64) - 0.02);
}

double mean_list_length(const HnswGraph& graph) {
  std::vector<std::uint32_t> ids(graph.max_neighbours());
  std::size_t links = 0;
  for (std::uint32_t slot = 0; slot < graph.slots(); ++slot) {
    links += graph.neighbours(slot, 0, ids.data());
  }
  return static_cast<double>(links) / static_cast<double>(graph.slots());
}

TEST(HnswBuilder, ManyMergesKeepTheGraphGood) {
  const auto drawn = stored_vectors(kFormat, 6600);
  const auto queries = stored_vectors(kFormat, 200, 12);
  std::vector<std::string> live(drawn.begin(), drawn.begin() + 3000);
  std::string bytes = file_of(kFormat, live);
  for (std::ptrdiff_t round = 0; round < 24; ++round) {
    const auto kept = [&](std::size_t row) { return row % 20 != 7; };
    const std::vector<std::string> added(drawn.begin() + 3000 + 150 * round,
                                         drawn.begin() + 3150 + 150 * round);
    bytes = merged(bytes, kept, added, 2);
    std::vector<std::string> next;
    for (std::size_t row = 0; row < live.size(); ++row) {
      if (kept(row)) {
        next.push_back(live[row]);
      }
    }
    next.insert(next.end(), added.begin(), added.end());
    live = std::move(next);
  }
  const std::string fresh = file_of(kFormat, live);
  EXPECT_GT(mean_list_length(opened(bytes)), 0.95 * mean_list_length(opened(fresh)));
  EXPECT_GT(mean_recall(opened(bytes), kFormat, live, queries, 16),
            mean_recall(opened(fresh), kFormat, live, queries, 16) - 0.05);
}

TEST(HnswBuilder, EqualRowsStayFoundWhenTheFirstOfThemGoes) {
  const auto vectors = with_equal_rows();
  const auto kept = [](std::size_t row) { return row != 100 && row != 128; };
  const std::string bytes = merged(file_of(kFormat, vectors), kept, {vectors[100]}, 2);
  ASSERT_TRUE(UsearchFile::read(bytes).has_value());
  WalkCounts counts;
  const auto all = opened(bytes).search(vectors[100].data(), 199, counts);
  ASSERT_EQ(all.size(), 199U);
  EXPECT_EQ(all.back().distance, all.front().distance);
  EXPECT_EQ(all.back().slot, 2998U);
}

TEST(HnswBuilder, AllRowsRemovedLeavesAGraphThatGrowsAgain) {
  const std::string before = file_of(kFormat, stored_vectors(kFormat, 300));
  const auto added = stored_vectors(kFormat, 200, 13);
  const std::string bytes = merged(before, [](std::size_t) { return false; }, added, 1);
  EXPECT_EQ(found(opened(bytes), added[7]).at(0).slot, 7U);
}

TEST(HnswBuilder, RefusesAGraphOfOtherConnectivityOrOrder) {
  const auto vectors = stored_vectors(kFormat, 100);
  const std::string other = file_of(kFormat, vectors, 1, {.connectivity = 8, .expansion_add = 64});
  support::UsearchIndex falling(kFormat, {}, vectors.size());
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    falling.add(1000 - row, vectors[row]);
  }
  const std::string fell = falling.saved();
  const std::vector<std::uint64_t> all(2, UINT64_MAX);
  HnswBuilder builder(kFormat, {}, 1);
  EXPECT_FALSE(builder.adopt(opened(other), all));
  EXPECT_FALSE(builder.adopt(opened(fell), all));
  EXPECT_EQ(builder.size(), 0U);
}

TEST(HnswBuilder, AFailingSinkStopsTheSaveWithItsOwnError) {
  const auto vectors = stored_vectors(kFormat, 100);
  HnswBuilder builder(kFormat, {}, 1);
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    builder.add(row, vectors[row].data());
  }
  ASSERT_TRUE(builder.link().has_value());
  const Status status =
      builder.save([](std::string_view) { return fail(ErrorCode::store_io, "disk full"); });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message, "disk full");
}

TEST(HnswGraph, ThreadsSearchAtTheSameTime) {
  const auto vectors = stored_vectors(kFormat, 500);
  const std::string bytes = file_of(kFormat, vectors);
  const HnswGraph graph = opened(bytes);
  const auto expected = found(graph, vectors[3]);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(found(graph, vectors[3]), expected);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace quire::vectors
