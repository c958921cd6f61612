#include "store/vectors/hnsw_index.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "store/vectors/distance.hpp"
#include "store/vectors/nearest.hpp"
#include "store/vectors/usearch_file.hpp"
#include "support/random_vectors.hpp"

namespace quire::vectors {
namespace {

constexpr VectorFormat kFormat{32, Metric::cosine, Scalar::bf16};

std::vector<std::string> stored_vectors(const VectorFormat& format, std::size_t count) {
  support::RandomVectors random(format.dimensions, 11);
  std::vector<std::string> out(count);
  for (std::string& stored : out) {
    EXPECT_TRUE(encode_vector(format, random.next(), stored).has_value());
  }
  return out;
}

HnswIndex empty_index(const VectorFormat& format, std::size_t room) {
  auto index = HnswIndex::create(format, {});
  EXPECT_TRUE(index.has_value());
  EXPECT_TRUE(index->reserve(room).has_value());
  return std::move(*index);
}

HnswIndex index_of(const VectorFormat& format, const std::vector<std::string>& vectors) {
  HnswIndex index = empty_index(format, vectors.size());
  for (std::size_t key = 0; key < vectors.size(); ++key) {
    EXPECT_TRUE(index.add(key, vectors[key].data()).has_value());
  }
  return index;
}

std::string saved(const HnswIndex& index) {
  std::string bytes;
  const Status status = index.save([&](std::string_view part) {
    bytes += part;
    return Status{};
  });
  EXPECT_TRUE(status.has_value());
  return bytes;
}

HnswIndex loaded(std::string_view bytes, const VectorFormat& format) {
  auto index = HnswIndex::load(bytes, format, {});
  EXPECT_TRUE(index.has_value()) << index.error().message;
  return std::move(*index);
}

std::vector<KeyDistance> found(const HnswIndex& index,
                               const std::string& query,
                               std::size_t limit,
                               std::size_t expansion = 128,
                               const HnswIndex::Predicate& accept = nullptr) {
  auto result = index.search(query.data(), limit, expansion, accept);
  EXPECT_TRUE(result.has_value());
  return *result;
}

std::vector<KeyDistance> scanned(const VectorFormat& format,
                                 const std::vector<std::string>& vectors,
                                 const std::string& query,
                                 std::size_t limit,
                                 const HnswIndex::Predicate& accept = nullptr) {
  Nearest nearest(limit);
  for (std::size_t key = 0; key < vectors.size(); ++key) {
    if (!accept || accept(key)) {
      nearest.offer(
          {key, distance_function(format)(query.data(), vectors[key].data(), format.dimensions)});
    }
  }
  return nearest.take();
}

double recall(const std::vector<KeyDistance>& found, const std::vector<KeyDistance>& expected) {
  std::set<std::uint64_t> keys;
  for (const KeyDistance& one : found) {
    keys.insert(one.key);
  }
  std::size_t hits = 0;
  for (const KeyDistance& one : expected) {
    hits += keys.count(one.key);
  }
  return static_cast<double>(hits) / static_cast<double>(expected.size());
}

TEST(HnswIndex, FindsTheNearestInEveryFormat) {
  for (const Scalar scalar : {Scalar::bf16, Scalar::f32, Scalar::i8}) {
    for (const Metric metric : {Metric::cosine, Metric::inner_product, Metric::squared_l2}) {
      if (scalar == Scalar::i8 && metric == Metric::squared_l2) {
        continue;
      }
      const VectorFormat format{33, metric, scalar};
      const auto vectors = stored_vectors(format, 500);
      const HnswIndex index = index_of(format, vectors);
      double total = 0;
      for (std::size_t query = 0; query < 50; ++query) {
        const auto expected = scanned(format, vectors, vectors[query], 10);
        const auto answer = found(index, vectors[query], 10);
        ASSERT_EQ(answer.size(), 10U);
        EXPECT_EQ(answer[0], expected[0]) << to_string(scalar) << " " << to_string(metric);
        total += recall(answer, expected);
      }
      EXPECT_GT(total / 50, 0.95) << to_string(scalar) << " " << to_string(metric);
    }
  }
}

TEST(HnswIndex, AnEmptyOneAnswersWithNothing) {
  const auto vectors = stored_vectors(kFormat, 1);
  const auto index = HnswIndex::create(kFormat, {});
  ASSERT_TRUE(index.has_value());
  EXPECT_TRUE(found(*index, vectors[0], 10).empty());
  EXPECT_EQ(index->size(), 0U);
  EXPECT_FALSE(index->contains(0));
}

TEST(HnswIndex, AnEmptyOneSavesLoadsAndGrows) {
  const auto vectors = stored_vectors(kFormat, 1);
  const std::string bytes = saved(empty_index(kFormat, 0));
  ASSERT_TRUE(UsearchFile::read(bytes).has_value());
  HnswIndex index = loaded(bytes, kFormat);
  ASSERT_TRUE(index.reserve(1).has_value());
  ASSERT_TRUE(index.add(7, vectors[0].data()).has_value());
  EXPECT_EQ(found(index, vectors[0], 10)[0].key, 7U);
}

TEST(HnswIndex, LimitsOfNoneAndOfMoreThanAllAreFine) {
  const auto vectors = stored_vectors(kFormat, 50);
  const HnswIndex index = index_of(kFormat, vectors);
  EXPECT_TRUE(found(index, vectors[0], 0).empty());
  EXPECT_EQ(found(index, vectors[0], SIZE_MAX, 0).size(), 50U);
}

TEST(HnswIndex, EqualDistancesComeByKey) {
  const auto vectors = stored_vectors(kFormat, 1);
  HnswIndex index = empty_index(kFormat, 30);
  for (std::uint64_t key = 30; key > 0; --key) {
    ASSERT_TRUE(index.add(key, vectors[0].data()).has_value());
  }
  const auto answer = found(index, vectors[0], 5, 30);
  ASSERT_EQ(answer.size(), 5U);
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(answer[i].key, i + 1);
  }
}

TEST(HnswIndex, AFilteredSearchGivesOnlyWhatIsAccepted) {
  const auto vectors = stored_vectors(kFormat, 1000);
  const HnswIndex index = index_of(kFormat, vectors);
  const HnswIndex::Predicate every_fifth = [](std::uint64_t key) { return key % 5 == 0; };
  double total = 0;
  for (std::size_t query = 0; query < 20; ++query) {
    const auto answer = found(index, vectors[query], 10, 128, every_fifth);
    for (const KeyDistance& one : answer) {
      EXPECT_EQ(one.key % 5, 0U);
    }
    total += recall(answer, scanned(kFormat, vectors, vectors[query], 10, every_fifth));
  }
  EXPECT_GT(total / 20, 0.95);
}

TEST(HnswIndex, APredicateThatThrowsIsAnErrorAndTheIndexGoesOn) {
  const auto vectors = stored_vectors(kFormat, 100);
  const HnswIndex index = index_of(kFormat, vectors);
  const auto result = index.search(vectors[0].data(), 5, 50, [](std::uint64_t key) -> bool {
    if (key > 3) {
      throw std::runtime_error("no");
    }
    return true;
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::internal);
  EXPECT_EQ(found(index, vectors[0], 1)[0].key, 0U);
}

TEST(HnswIndex, RemovedEntriesAreNotFoundAndTheirPlacesAreTakenAgain) {
  const auto vectors = stored_vectors(kFormat, 200);
  HnswIndex index = index_of(kFormat, vectors);
  for (std::uint64_t key = 0; key < 200; key += 2) {
    ASSERT_TRUE(index.remove(key).has_value());
  }
  EXPECT_EQ(index.size(), 100U);
  EXPECT_EQ(index.removed(), 100U);
  EXPECT_FALSE(index.contains(0));
  EXPECT_TRUE(index.contains(1));
  for (const KeyDistance& one : found(index, vectors[0], 100, 200)) {
    EXPECT_EQ(one.key % 2, 1U);
  }
  for (std::uint64_t key = 0; key < 200; key += 2) {
    ASSERT_TRUE(index.add(1000 + key, vectors[key].data()).has_value());
  }
  EXPECT_EQ(index.removed(), 0U);
  EXPECT_EQ(index.size(), 200U);
  EXPECT_EQ(found(index, vectors[0], 1)[0].key, 1000U);
}

TEST(HnswIndex, RemovingAllLeavesAnIndexThatStillTakesAndFinds) {
  const auto vectors = stored_vectors(kFormat, 20);
  HnswIndex index = index_of(kFormat, vectors);
  for (std::uint64_t key = 0; key < 20; ++key) {
    ASSERT_TRUE(index.remove(key).has_value());
  }
  EXPECT_TRUE(found(index, vectors[0], 5).empty());
  ASSERT_TRUE(index.add(99, vectors[3].data()).has_value());
  EXPECT_EQ(found(index, vectors[0], 5).size(), 1U);
}

TEST(HnswIndex, RemovingAKeyThatIsNotThereIsNoError) {
  HnswIndex index = empty_index(kFormat, 1);
  EXPECT_TRUE(index.remove(5).has_value());
  EXPECT_EQ(index.removed(), 0U);
}

TEST(HnswIndex, RefusesWhatItHasNoRoomForAndTheSameKeyTwice) {
  const auto vectors = stored_vectors(kFormat, 3);
  HnswIndex index = empty_index(kFormat, 2);
  ASSERT_TRUE(index.add(1, vectors[0].data()).has_value());
  const Status twice = index.add(1, vectors[1].data());
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().code, ErrorCode::store_index);
  ASSERT_TRUE(index.add(2, vectors[1].data()).has_value());
  const Status full = index.add(3, vectors[2].data());
  ASSERT_FALSE(full.has_value());
  EXPECT_NE(full.error().message.find("room"), std::string::npos) << full.error().message;
  EXPECT_EQ(index.size(), 2U);
}

TEST(HnswIndex, RefusesTheKeyThatMarksRemovedEntries) {
  const auto vectors = stored_vectors(kFormat, 1);
  HnswIndex index = empty_index(kFormat, 1);
  const Status status = index.add(UINT64_MAX, vectors[0].data());
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
}

TEST(HnswIndex, ReserveNeverShrinks) {
  const auto vectors = stored_vectors(kFormat, 10);
  HnswIndex index = empty_index(kFormat, 10);
  ASSERT_TRUE(index.reserve(1).has_value());
  for (std::uint64_t key = 0; key < 10; ++key) {
    EXPECT_TRUE(index.add(key, vectors[key].data()).has_value());
  }
}

TEST(HnswIndex, TheSameCallsGiveTheSameBytes) {
  const auto vectors = stored_vectors(kFormat, 500);
  EXPECT_EQ(saved(index_of(kFormat, vectors)), saved(index_of(kFormat, vectors)));
}

TEST(HnswIndex, SearchesBetweenAddsDoNotChangeTheGraph) {
  const auto vectors = stored_vectors(kFormat, 300);
  HnswIndex searched = empty_index(kFormat, 300);
  for (std::size_t key = 0; key < 300; ++key) {
    ASSERT_TRUE(searched.add(key, vectors[key].data()).has_value());
    found(searched, vectors[key / 2], 3);
  }
  EXPECT_EQ(saved(searched), saved(index_of(kFormat, vectors)));
}

TEST(HnswIndex, LoadingAndAddingTheSameGivesTheSameBytes) {
  const auto vectors = stored_vectors(kFormat, 600);
  const std::string half = saved(index_of(kFormat, {vectors.begin(), vectors.begin() + 300}));
  const auto grown = [&] {
    HnswIndex index = loaded(half, kFormat);
    EXPECT_TRUE(index.reserve(600).has_value());
    for (std::size_t key = 0; key < 100; ++key) {
      EXPECT_TRUE(index.remove(key).has_value());
    }
    for (std::size_t key = 300; key < 600; ++key) {
      EXPECT_TRUE(index.add(key, vectors[key].data()).has_value());
    }
    return saved(index);
  };
  EXPECT_EQ(grown(), grown());
}

TEST(HnswIndex, WhatIsLoadedIsWhatWasSaved) {
  for (const VectorFormat& format : {kFormat, VectorFormat{33, Metric::squared_l2, Scalar::f32},
                                     VectorFormat{31, Metric::inner_product, Scalar::i8}}) {
    const auto vectors = stored_vectors(format, 400);
    const HnswIndex index = index_of(format, vectors);
    const std::string bytes = saved(index);
    const HnswIndex again = loaded(bytes, format);
    EXPECT_EQ(saved(again), bytes);
    for (std::size_t query = 0; query < 400; query += 20) {
      EXPECT_EQ(found(again, vectors[query], 10), found(index, vectors[query], 10));
    }
  }
}

TEST(HnswIndex, AfterAddsAndRemovalsFileReaderAndIndexAgree) {
  const auto vectors = stored_vectors(kFormat, 400);
  HnswIndex index = index_of(kFormat, {vectors.begin(), vectors.begin() + 200});
  for (std::uint64_t key = 0; key < 150; ++key) {
    ASSERT_TRUE(index.remove(key).has_value());
  }
  const std::string first = saved(index);
  HnswIndex again = loaded(first, kFormat);
  EXPECT_EQ(again.size(), 50U);
  EXPECT_EQ(again.removed(), 150U);
  ASSERT_TRUE(again.reserve(260).has_value());
  for (std::uint64_t key = 200; key < 400; ++key) {
    ASSERT_TRUE(again.add(key, vectors[key].data()).has_value());
  }
  ASSERT_TRUE(again.remove(399).has_value());
  const std::string second = saved(again);
  const auto file = UsearchFile::read(second);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->entries().size(), again.size());
  EXPECT_EQ(file->slots(), again.size() + again.removed());
  for (const UsearchFile::Entry& entry : file->entries()) {
    EXPECT_TRUE(again.contains(entry.key));
    EXPECT_EQ(std::string_view(file->vector(entry.slot), kFormat.bytes_per_vector()),
              vectors[entry.key]);
  }
  EXPECT_EQ(saved(loaded(second, kFormat)), second);
}

TEST(HnswIndex, ALongChurnKeepsWorking) {
  const VectorFormat format{8, Metric::cosine, Scalar::bf16};
  const auto vectors = stored_vectors(format, 500);
  HnswIndex index = empty_index(format, 500);
  std::uint64_t oldest = 0;
  for (std::uint64_t key = 0; key < 6'000; ++key) {
    ASSERT_TRUE(index.add(key, vectors[key % 500].data()).has_value()) << key;
    if (index.size() == 400) {
      ASSERT_TRUE(index.remove(oldest++).has_value());
    }
  }
  EXPECT_EQ(index.size(), 399U);
  EXPECT_TRUE(UsearchFile::read(saved(index)).has_value());
  EXPECT_EQ(found(index, vectors[5'999 % 500], 1)[0].key, 5'999U);
}

TEST(HnswIndex, RefusesAFileOfAnotherFormatAndSaysWhich) {
  const std::string bytes = saved(index_of(kFormat, stored_vectors(kFormat, 3)));
  const auto message = [&](const VectorFormat& format) {
    const auto index = HnswIndex::load(bytes, format, {});
    EXPECT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::incompatible);
    return index.error().message;
  };
  EXPECT_NE(message({33, Metric::cosine, Scalar::bf16}).find("found 32, expected 33"),
            std::string::npos);
  EXPECT_NE(message({32, Metric::squared_l2, Scalar::bf16}).find("metric"), std::string::npos);
  EXPECT_NE(message({32, Metric::cosine, Scalar::f32}).find("scalar"), std::string::npos);
}

TEST(HnswIndex, RefusesAFileThatEndsEarly) {
  const std::string bytes = saved(index_of(kFormat, stored_vectors(kFormat, 20)));
  for (std::size_t size = 0; size < bytes.size(); size += 13) {
    EXPECT_FALSE(HnswIndex::load(bytes.substr(0, size), kFormat, {}).has_value()) << size;
  }
}

TEST(HnswIndex, AFailingSinkStopsTheSaveWithItsOwnError) {
  const VectorFormat format{256, Metric::cosine, Scalar::f32};
  const HnswIndex index = index_of(format, stored_vectors(format, 3000));
  int calls = 0;
  const Status status = index.save([&](std::string_view) -> Status {
    ++calls;
    return fail(ErrorCode::store_io, "disk full");
  });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::store_io);
  EXPECT_EQ(status.error().message, "disk full");
  EXPECT_EQ(calls, 1);
}

TEST(HnswIndex, ASinkThatThrowsStopsTheSave) {
  const HnswIndex index = index_of(kFormat, stored_vectors(kFormat, 3));
  const Status status =
      index.save([](std::string_view) -> Status { throw std::runtime_error("broken sink"); });
  ASSERT_FALSE(status.has_value());
  EXPECT_NE(status.error().message.find("broken sink"), std::string::npos);
}

TEST(HnswIndex, MoreThreadsThanProcessorsSearchAndSaveAtOnce) {
  const auto vectors = stored_vectors(kFormat, 500);
  const HnswIndex index = index_of(kFormat, vectors);
  const std::string expected_bytes = saved(index);
  const auto expected = found(index, vectors[42], 10);
  const std::size_t thread_count =
      2 * std::max<std::size_t>(2, std::thread::hardware_concurrency());
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t round = 0; round < 100; ++round) {
        wrong += static_cast<int>(found(index, vectors[42], 10) != expected);
        wrong += static_cast<int>(!index.contains(round));
      }
      wrong += static_cast<int>(i % 2 == 0 && saved(index) != expected_bytes);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace quire::vectors
