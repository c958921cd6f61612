#include "base/verified_bytes.hpp"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace quire::base {
namespace {

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

/// A file whose bytes are already in memory.
class SomeFile : public FileBytes {
 public:
  explicit SomeFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

TEST(HashBlocks, OneHashABlockTheLastOneShorter) {
  EXPECT_TRUE(hash_blocks("").empty());
  EXPECT_EQ(hash_blocks(some_bytes(1)).size(), 1U);
  EXPECT_EQ(hash_blocks(some_bytes(kBlockSize)).size(), 1U);
  EXPECT_EQ(hash_blocks(some_bytes(2 * kBlockSize + 1)).size(), 3U);
}

TEST(VerifiedBytes, SoundBytesVerifyAndEachBlockIsCountedOnce) {
  const std::string bytes = some_bytes(3 * kBlockSize + 10);
  const SomeFile file(bytes);
  const VerifiedBytes blocks("index.usearch", file, hash_blocks(bytes));
  const std::string_view view = blocks.view();
  EXPECT_TRUE(blocks.verify(view.substr(5, 10)));
  EXPECT_TRUE(blocks.verify(view.substr(7, 10)));
  EXPECT_EQ(blocks.verified_blocks(), 1U);
  EXPECT_TRUE(blocks.verify(view.substr(kBlockSize - 1, 2)));
  EXPECT_EQ(blocks.verified_blocks(), 2U);
  EXPECT_TRUE(blocks.verify(blocks.view()));
  EXPECT_EQ(blocks.verified_blocks(), 4U);
  EXPECT_TRUE(blocks.status().has_value());
}

TEST(VerifiedBytes, EveryFlippedBitIsFoundByWhoeverReadsItsBlock) {
  const std::string sound = some_bytes(2 * kBlockSize + 100);
  for (std::size_t byte = 0; byte < sound.size(); byte += 997) {
    std::string bytes = sound;
    bytes[byte] = static_cast<char>(bytes[byte] ^ 1);
    const SomeFile file(bytes);
    const VerifiedBytes blocks("index.usearch", file, hash_blocks(sound));
    EXPECT_FALSE(blocks.verify(blocks.view().substr(byte, 1)));
    ASSERT_FALSE(blocks.status().has_value());
    EXPECT_EQ(blocks.status().error().code, ErrorCode::corrupt);
    const std::size_t begin = byte / kBlockSize * kBlockSize;
    EXPECT_NE(
        blocks.status().error().message.find("index.usearch at byte " + std::to_string(begin)),
        std::string::npos);
    const std::size_t other = (begin + kBlockSize) % (3 * kBlockSize);
    EXPECT_TRUE(blocks.verify(blocks.view().substr(other, 1)));
  }
}

TEST(VerifiedBytes, WhatWasVerifiedByOtherMeansIsNotHashedAgain) {
  const VerifiedBytes bytes("index.usearch", "abc");
  EXPECT_TRUE(bytes.verify(bytes.view()));
  EXPECT_EQ(bytes.verified_blocks(), 0U);
  EXPECT_TRUE(bytes.verify_all().has_value());
}

TEST(VerifiedBytes, WhatAReaderDistrustsStaysSo) {
  const VerifiedBytes bytes("metadata.json", "abc");
  bytes.distrust(bytes.view().substr(2));
  bytes.distrust(bytes.view().substr(1));
  ASSERT_FALSE(bytes.status().has_value());
  EXPECT_NE(bytes.status().error().message.find("metadata.json at byte 2"), std::string::npos);
}

TEST(VerifiedBytes, FetchesTheSameBytesEachTime) {
  const std::string bytes = some_bytes(20 * kBlockSize + 77);
  const SomeFile file(bytes);
  const VerifiedBytes blocks("index.usearch", file, hash_blocks(bytes));
  for (std::size_t at = 0; at < bytes.size(); at += 1003) {
    const std::string_view part = blocks.view().substr(at, 3 * kBlockSize);
    for (int time = 0; time < 5; ++time) {
      const char* const fetched = blocks.fetch(part);
      ASSERT_NE(fetched, nullptr);
      ASSERT_EQ(std::string_view(fetched, part.size()), part);
    }
  }
  EXPECT_EQ(blocks.verified_blocks(), 21U);
}

TEST(VerifiedBytes, WhatWasVerifiedWholeIsFetchedWhereItLies) {
  const std::string bytes = some_bytes(5 * kBlockSize);
  const SomeFile file(bytes);
  const VerifiedBytes blocks("index.usearch", file, hash_blocks(bytes));
  blocks.fetch(blocks.view().substr(kBlockSize, 10));
  ASSERT_TRUE(blocks.verify_all().has_value());
  for (std::size_t at = 0; at < bytes.size(); at += 100) {
    EXPECT_EQ(blocks.fetch(blocks.view().substr(at, 50)), blocks.view().data() + at);
  }
}

TEST(VerifiedBytes, FetchesNothingDamaged) {
  const std::string sound = some_bytes(3 * kBlockSize);
  std::string bytes = sound;
  bytes[kBlockSize + 1] = static_cast<char>(bytes[kBlockSize + 1] ^ 4);
  const SomeFile file(bytes);
  const VerifiedBytes blocks("index.usearch", file, hash_blocks(sound));
  EXPECT_EQ(blocks.fetch(blocks.view().substr(kBlockSize - 1, 2)), nullptr);
  EXPECT_EQ(blocks.fetch(blocks.view().substr(kBlockSize, 1)), nullptr);
  EXPECT_NE(blocks.fetch(blocks.view().substr(0, 1)), nullptr);
  EXPECT_FALSE(blocks.verify_all().has_value());
}

TEST(VerifiedBytes, ThreadsVerifyTheSameBlocks) {
  const std::string bytes = some_bytes(20 * kBlockSize);
  const SomeFile file(bytes);
  const VerifiedBytes blocks("index.usearch", file, hash_blocks(bytes));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(blocks.verify(blocks.view())); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(blocks.verified_blocks(), 20U);
}

}  // namespace
}  // namespace quire::base
