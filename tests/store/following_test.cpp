#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "store/open_store.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"

/// Handles that follow what other processes write.
namespace quire {
namespace {

using support::CrashModel;
using support::HookedFileSystem;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

StoreOptions by_hand() {
  StoreOptions options;
  options.automatic_checkpoint = false;
  return options;
}

class Following : public testing::Test {
 protected:
  VectorStore open(const StoreOptions& options = by_hand()) {
    return store::open_store(files_, "db", options).value();
  }

  std::shared_ptr<HookedFileSystem> files_ = std::make_shared<HookedFileSystem>();
};

TEST(FollowingAfterACrash, AFrameAsLongAsTheTornTailItReplacedIsSeen) {
  std::shared_ptr<SimulatedFileSystem> files = std::make_shared<SimulatedFileSystem>();
  {
    VectorStore killed = store::open_store(files, "db", by_hand()).value();
    ASSERT_TRUE(killed.insert({make_row("a", 1)}));
    ASSERT_TRUE(killed.insert({make_row("a", 2)}));
    files = files->after_crash(CrashModel::kill);
  }
  const std::string journal = "db/journal-00000001.log";
  std::string bytes = files->files().at(journal);
  const std::size_t size = bytes.size();
  bytes.back() ^= 1;
  files->put(journal, bytes);
  VectorStore reader = store::open_store(files, "db", by_hand()).value();
  ASSERT_EQ(reader.chunk_count(), 1U);
  VectorStore writer = store::open_store(files, "db", by_hand()).value();
  ASSERT_TRUE(writer.insert({make_row("a", 8)}));
  ASSERT_EQ(files->files().at(journal).size(), size);
  const Changes changes = reader.refresh().value();
  EXPECT_EQ(changes.inserted, (std::vector<ChunkKey>{{1}}));
  EXPECT_EQ(reader.get({1}).value(), support::make_chunk("a", 8));
}

}  // namespace
}  // namespace quire
