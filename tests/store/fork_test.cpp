#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "support/chunks.hpp"
#include "support/temp_dir.hpp"

/// A handle in a process that was forked while it was open.
namespace quire {
namespace {

using support::make_row;
using support::make_rows;
using support::TempDir;

constexpr unsigned kPatienceSeconds = 30;

/// Runs `act` in a child, which is killed if it blocks; true if it answered true.
template <class Act>
bool in_child(Act act) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kPatienceSeconds);
    ::_exit(act() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class Value>
bool is_unavailable(const Result<Value>& result) {
  return !result && result.error().code == ErrorCode::unavailable &&
         result.error().message.contains("forked");
}

TEST(Fork, InAChildEveryCallIsRefused) {
  const TempDir dir;
  VectorStore store = VectorStore::open(dir.path()).value();
  ASSERT_TRUE(store.insert(make_rows("a", 0, 3)));
  EXPECT_TRUE(in_child([&] {
    WriteBatch batch;
    batch.set_attribute("a", "b");
    return is_unavailable(store.insert({make_row("b", 1)})) && is_unavailable(store.apply(batch)) &&
           is_unavailable(store.refresh()) && is_unavailable(store.flush()) &&
           is_unavailable(store.checkpoint()) && is_unavailable(store.snapshot()) &&
           is_unavailable(store.get({0})) && is_unavailable(store.verify()) &&
           is_unavailable(store.clear()) && is_unavailable(store.close()) &&
           is_unavailable(store.write_cache("x", "")) && store.chunk_count() == 0 &&
           !store.attribute("a") && !store.checkpoint_due() && !store.info().warning.empty();
  }));
  ASSERT_TRUE(store.insert({make_row("b", 3)}));
  ASSERT_TRUE(store.close());
  EXPECT_EQ(VectorStore::open(dir.path())->chunk_count(), 4U);
}

TEST(Fork, TheDestructorInAChildDoesNothing) {
  const TempDir dir;
  StoreOptions options;
  options.checkpoint_min_rows = 10;
  for (int round = 0; round < 10; ++round) {
    auto store = std::make_unique<VectorStore>(VectorStore::open(dir.path(), options).value());
    ASSERT_TRUE(store->insert(make_rows("a", round * 1000, 1000, 32)));  // A merge begins.
    EXPECT_TRUE(in_child([&] {
      store.reset();
      return true;
    }));
    ASSERT_TRUE(store->insert({make_row("b", round, 32)}));
    ASSERT_TRUE(store->close());
  }
  EXPECT_EQ(VectorStore::open(dir.path())->chunk_count(), 10'010U);
}

TEST(Fork, CloseGivesTheLockBackThoughAChildLives) {
  const TempDir dir;
  VectorStore store = VectorStore::open(dir.path()).value();
  ASSERT_TRUE(store.insert({make_row("a", 0)}));
  int gate[2];
  ASSERT_EQ(::pipe(gate), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kPatienceSeconds);
    ::close(gate[1]);
    char byte = 0;
    ::_exit(static_cast<int>(::read(gate[0], &byte, 1)));
  }
  ASSERT_TRUE(store.close());
  StoreOptions options;
  options.lock_timeout = std::chrono::milliseconds(0);
  const auto inserted = VectorStore::open(dir.path(), options)->insert({make_row("b", 1)});
  EXPECT_TRUE(inserted) << inserted.error().message;
  ::close(gate[1]);
  ::close(gate[0]);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace quire
