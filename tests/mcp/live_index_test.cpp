#include "mcp/live_index.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/corpus.hpp>
#include <quire/indexer.hpp>

#include "support/temp_tree.hpp"

namespace quire::mcp {
namespace {

using namespace std::chrono_literals;

/// Holds byte 1 of LOCK as a writer does that swaps its files: nobody can open them meanwhile.
class Swapping {
 public:
  explicit Swapping(const std::filesystem::path& db)
      : descriptor_(open((db / "LOCK").c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 1;
    lock.l_len = 1;
    EXPECT_EQ(fcntl(descriptor_, F_OFD_SETLK, &lock), 0);
  }
  ~Swapping() { close(descriptor_); }
  Swapping(const Swapping&) = delete;
  Swapping& operator=(const Swapping&) = delete;

 private:
  int descriptor_;
};

class LiveIndexOf : public testing::Test {
 protected:
  LiveIndexOf() { tree.write("a.py", "def alpha():\n    return 1\n"); }

  void index() const {
    const auto embedder = make_hashing_embedder(32);
    auto corpus = Corpus::open(db());
    ASSERT_TRUE(corpus) << corpus.error().message;
    IndexOptions options;
    options.root = tree.path();
    options.model = "hash:32";
    const auto report = index_tree(corpus->store(), *embedder, options);
    ASSERT_TRUE(report) << report.error().message;
    const auto saved = corpus->save_words();
    ASSERT_TRUE(saved) << saved.error().message;
    const auto closed = corpus->close();
    ASSERT_TRUE(closed) << closed.error().message;
  }

  std::filesystem::path db() const { return tree.path() / ".quire"; }
  Tree served() const { return {{tree.path().string(), ""}, "hash:32"}; }

  support::TempTree tree;
};

// N4: a sweep that the question itself had begun counted as a reason not to wait.
TEST_F(LiveIndexOf, AnIndexThatTakesLongToOpenIsWaitedFor) {
  index();
  std::optional<Swapping> swapping(db());
  LiveIndex live(served());
  std::thread writer([&] {
    std::this_thread::sleep_for(400ms);
    swapping.reset();
  });
  const auto opened = live.now();
  writer.join();
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_NE(opened->index, nullptr);
  EXPECT_EQ(opened->freshness["coverage"], "whole");
}

TEST_F(LiveIndexOf, AnIndexThatRestedIsWaitedFor) {
  index();
  LiveIndex live(served());
  ASSERT_TRUE(live.now());
  while (!live.rest()) {
    std::this_thread::sleep_for(5ms);
  }
  std::optional<Swapping> swapping(db());
  std::thread writer([&] {
    std::this_thread::sleep_for(400ms);
    swapping.reset();
  });
  const auto opened = live.now();
  writer.join();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_NE(opened->index, nullptr);
}

TEST_F(LiveIndexOf, AnIndexThatIsBeingOpenedIsSaidToBe) {
  index();
  const Swapping swapping(db());
  LiveIndex live(served());
  EXPECT_EQ(live.freshness(nullptr, {})["coverage"], "opening");
}

TEST_F(LiveIndexOf, WhatWasSweptWholeIsWhole) {
  LiveIndex live(served());
  const auto asked = LiveIndex::Clock::now();
  const auto report = live.update({});
  ASSERT_TRUE(report) << report.error().message;
  const auto opened = live.opened(asked);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->freshness["newer_unseen"], false);
  const auto later = live.opened(LiveIndex::Clock::now());
  ASSERT_TRUE(later) << later.error().message;
  EXPECT_EQ(later->freshness["newer_unseen"], true);
  EXPECT_EQ(opened->freshness["coverage"], "whole");
}

TEST_F(LiveIndexOf, NoIndexIsSaidToBeNone) {
  Tree unnamed = served();
  unnamed.said.root = (tree.path() / "nowhere").string();
  LiveIndex live(unnamed);
  EXPECT_EQ(live.freshness(nullptr, {})["coverage"], "none");
}

}  // namespace
}  // namespace quire::mcp
