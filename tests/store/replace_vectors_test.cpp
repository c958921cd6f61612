#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/next_vectors.hpp"
#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/simulated_file_system.hpp"

namespace quire {
namespace {

using store::NextContent;
using store::NextHeader;
using store::NextVectors;

constexpr const char* kFolder = "db";
constexpr const char* kNextPath = "db/next/vectors.log";

std::vector<float> old_vector(std::int64_t id) {
  const float angle = static_cast<float>(id) * 0.03F;
  return {std::cos(angle), std::sin(angle)};
}

ChunkRow old_row(int id) {
  return {support::make_chunk("f" + std::to_string(id), id), old_vector(id)};
}

/// Of the new length, and telling which chunk it is of.
std::vector<float> new_vector(std::int64_t id) {
  const std::vector<float> old = old_vector(id);
  return {old[0], old[1], 2};
}

class ReplaceVectors : public testing::Test {
 protected:
  ReplaceVectors() : files_(std::make_shared<support::SimulatedFileSystem>()), store_(open()) {
    for (int id = 0; id < 20; ++id) {
      EXPECT_TRUE(store_.insert({old_row(id)}).has_value());
    }
    EXPECT_TRUE(store_.checkpoint().has_value());
  }

  VectorStore open(StoreOptions options = {}) {
    options.lock_timeout = std::chrono::milliseconds(0);
    options.scalar = Scalar::f32;
    return store::open_store(files_, kFolder, options).value();
  }

  static VectorReplacement wanted(const std::string& maker = "m") {
    VectorReplacement out;
    out.maker = maker;
    out.dimensions = 3;
    out.batch = 4;
    out.attributes = {{"maker", maker}};
    out.make = [](std::span<const StoredChunk> chunks, std::span<float> to) {
      for (const StoredChunk& chunk : chunks) {
        std::ranges::copy(new_vector(chunk.meta.chunk_id), to.begin());
        to = to.subspan(3);
      }
      return Status();
    };
    return out;
  }

  /// Whether each chunk is nearest to its own new vector.
  static void expect_new(const VectorStore& store, std::size_t chunks) {
    EXPECT_EQ(store.info().format.dimensions, 3U);
    EXPECT_EQ(store.attribute("maker"), "m");
    const auto all = store.query({}).value();
    ASSERT_EQ(all.size(), chunks);
    for (const StoredChunk& chunk : all) {
      const auto near = store.search(new_vector(chunk.meta.chunk_id), 1);
      ASSERT_TRUE(near.has_value()) << near.error().message;
      EXPECT_EQ(near->front().key, chunk.key);
    }
  }

  std::shared_ptr<support::SimulatedFileSystem> files_;
  VectorStore store_;
};

TEST_F(ReplaceVectors, GivesEveryChunkANewOneInOneCommit) {
  const std::uint64_t before = store_.lsn();
  const auto report = store_.replace_vectors(wanted());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(report->finished);
  EXPECT_EQ(report->lsn, before + 1);
  EXPECT_EQ(report->made, 20U);
  expect_new(store_, 20);
  EXPECT_FALSE(files_->stat("db/next")->exists);
  ASSERT_TRUE(store_.insert({{support::make_chunk("g", 50), new_vector(50)}}).has_value());
  ASSERT_TRUE(store_.close().has_value());
  expect_new(open(), 21);
}

TEST_F(ReplaceVectors, TakesInWhatIsCommittedMeanwhileByAnybody) {
  VectorReplacement some = wanted();
  int calls = 0;
  ASSERT_TRUE(store_.close().has_value());
  store_ = open();
  some.progress = [&](std::uint64_t, std::uint64_t) {
    if (++calls == 2) {
      VectorStore other = open();
      EXPECT_TRUE(other.insert({old_row(100), old_row(101)}).has_value());
      EXPECT_TRUE(other.delete_file("f3").has_value());
      EXPECT_TRUE(other.close().has_value());
    } else if (calls == 4) {
      EXPECT_TRUE(store_.insert({old_row(102)}).has_value());
      EXPECT_EQ(store_.search(old_vector(102), 1)->front().meta.file_path, "f102");
    }
  };
  ASSERT_TRUE(store_.replace_vectors(some).has_value());
  expect_new(store_, 22);
}

TEST_F(ReplaceVectors, GoesOnWhereItWasStopped) {
  VectorReplacement some = wanted();
  int asked = 0;
  some.should_stop = [&] { return ++asked > 3; };
  const auto stopped = store_.replace_vectors(some);
  ASSERT_TRUE(stopped.has_value());
  EXPECT_FALSE(stopped->finished);
  EXPECT_EQ(stopped->made, 12U);
  EXPECT_EQ(store_.info().format.dimensions, 2U);
  ASSERT_TRUE(store_.close().has_value());
  store_ = open();
  const auto pending = store_.pending_replacement();
  ASSERT_TRUE(pending.has_value() && *pending);
  EXPECT_EQ((*pending)->maker, "m");
  EXPECT_EQ((*pending)->vectors, 12U);
  const auto finished = store_.replace_vectors(wanted());
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->kept, 12U);
  EXPECT_EQ(finished->made, 8U);
  expect_new(store_, 20);
  EXPECT_FALSE(*store_.pending_replacement());
}

TEST_F(ReplaceVectors, BeginsAnewForAnotherMaker) {
  VectorReplacement some = wanted("another");
  some.should_stop = [asked = 0]() mutable { return ++asked > 3; };
  ASSERT_TRUE(store_.replace_vectors(some).has_value());
  const auto report = store_.replace_vectors(wanted());
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->kept, 0U);
  expect_new(store_, 20);
}

TEST_F(ReplaceVectors, LeavesOldViewsAsTheyAreUntilTheyRefresh) {
  VectorStore reader = open();
  VectorStore strict = open({.dimensions = 2});
  const StoreSnapshot before = reader.snapshot().value();
  ASSERT_TRUE(store_.replace_vectors(wanted()).has_value());
  const std::vector<float> question = old_vector(7);
  EXPECT_EQ(reader.search(question, 1)->front().meta.file_path, "f7");
  const auto changes = reader.refresh();
  ASSERT_TRUE(changes.has_value()) << changes.error().message;
  EXPECT_TRUE(changes->inserted.empty() && changes->removed.empty() && !changes->replaced);
  expect_new(reader, 20);
  EXPECT_EQ(reader.search(question, 1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(before.search(question, 1)->front().meta.file_path, "f7");
  EXPECT_EQ(strict.refresh().error().code, ErrorCode::incompatible);
  EXPECT_EQ(strict.search(question, 1)->front().meta.file_path, "f7");
}

TEST_F(ReplaceVectors, IsDoneByOneAtATime) {
  VectorReplacement some = wanted();
  VectorStore other = open();
  some.progress = [&](std::uint64_t, std::uint64_t) {
    EXPECT_EQ(other.replace_vectors(wanted()).error().code, ErrorCode::locked);
    EXPECT_EQ(other.drop_replacement().error().code, ErrorCode::locked);
  };
  ASSERT_TRUE(store_.replace_vectors(some).has_value());
  expect_new(store_, 20);
}

TEST_F(ReplaceVectors, AFailureOfTheMakerLeavesTheOldOnes) {
  VectorReplacement some = wanted();
  some.make = [](std::span<const StoredChunk>, std::span<float>) -> Status {
    return fail(ErrorCode::unavailable, "no answer");
  };
  EXPECT_EQ(store_.replace_vectors(some).error().code, ErrorCode::unavailable);
  some.make = [](std::span<const StoredChunk>, std::span<float>) { return Status(); };
  EXPECT_EQ(store_.replace_vectors(some).error().code, ErrorCode::invalid_argument);  // Zeros.
  EXPECT_EQ(store_.info().format.dimensions, 2U);
  EXPECT_TRUE(store_.insert({old_row(30)}).has_value());
}

TEST(NextVectorsFile, EveryTornLengthKeepsTheWholeFramesBeforeIt) {
  const NextHeader header{{.dimensions = 3, .scalar = Scalar::f32}, {}, "somebody"};
  std::string bytes = store::encode_next_header(header);
  const std::uint64_t hash = store::read_next_vectors(bytes)->header_hash;
  std::vector<std::size_t> ends = {bytes.size()};
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::vector<std::uint64_t> keys = {2 * i, 2 * i + 1};
    bytes += store::encode_next_frame(hash, bytes.size(), keys, std::string(24, 'v'));
    ends.push_back(bytes.size());
  }
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto content = store::read_next_vectors(std::string_view(bytes).substr(0, size));
    if (size < ends.front()) {
      EXPECT_FALSE(content.has_value());
      continue;
    }
    ASSERT_TRUE(content.has_value());
    const auto frames = std::ranges::upper_bound(ends, size) - ends.begin() - 1;
    EXPECT_EQ(content->vectors.size(), 2U * static_cast<std::size_t>(frames));
    EXPECT_EQ(content->header, header);
  }
}

TEST(NextVectorsFile, AFlippedBitEndsItThere) {
  const NextHeader header{{.dimensions = 1, .scalar = Scalar::f32}, {}, "x"};
  const std::string begin = store::encode_next_header(header);
  const std::uint64_t hash = store::read_next_vectors(begin)->header_hash;
  const std::vector<std::uint64_t> keys = {7};
  const std::string whole = begin + store::encode_next_frame(hash, begin.size(), keys, "abcd");
  ASSERT_EQ(store::read_next_vectors(whole)->vectors.size(), 1U);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const auto content = store::read_next_vectors(bytes);
    EXPECT_TRUE(!content || content->vectors.empty()) << "byte " << at;
  }
}

TEST_F(ReplaceVectors, DamagedWorkIsDoneAgain) {
  VectorReplacement some = wanted();
  some.should_stop = [asked = 0]() mutable { return ++asked > 3; };
  ASSERT_TRUE(store_.replace_vectors(some).has_value());
  std::string bytes = files_->files().at(kNextPath);
  bytes[bytes.size() / 2] ^= 1;
  files_->put(kNextPath, bytes);
  const auto report = store_.replace_vectors(wanted());
  ASSERT_TRUE(report.has_value());
  EXPECT_LT(report->kept, 12U);
  expect_new(store_, 20);
}

}  // namespace
}  // namespace quire
