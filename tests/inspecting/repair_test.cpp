#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "inspecting/inspect_files.hpp"
#include "store/open_store.hpp"
#include "store/store_lock.hpp"
#include "support/chunks.hpp"
#include "support/hooked_file_system.hpp"

/// check, repair and dump on a simulated disk.
namespace quire::inspecting {
namespace {

using support::CrashModel;
using support::HookedFileSystem;
using support::make_row;
using support::make_rows;
using support::SimulatedFileSystem;

constexpr const char* kIndex = "db/index.usearch";
constexpr const char* kMetadata = "db/metadata.json";

StoreOptions by_hand() {
  StoreOptions options;
  options.automatic_checkpoint = false;
  return options;
}

/// 30 rows and an attribute in a checkpoint, 10 rows in the journal.
std::shared_ptr<HookedFileSystem> filled_store(const std::string& path = "a.go") {
  auto files = std::make_shared<HookedFileSystem>();
  VectorStore store = store::open_store(files, "db", by_hand()).value();
  EXPECT_TRUE(store.insert(make_rows(path, 0, 30)));
  WriteBatch batch;
  batch.set_attribute("root", "/x");
  EXPECT_TRUE(store.apply(batch));
  EXPECT_TRUE(store.checkpoint());
  EXPECT_TRUE(store.insert(make_rows(path, 30, 5)));
  EXPECT_TRUE(store.insert(make_rows(path, 35, 5)));
  EXPECT_TRUE(store.close());
  return files;
}

bool says(const std::vector<std::string>& lines, const std::string& part) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST(Check, OnlyOurOwnLeftoversAreToldOfAsSuch) {
  const auto files = filled_store();
  files->put("db/notes.tmp", "somebody's");
  files->put("db/metadata.json.tmp", "half written");
  const CheckReport report = check(*files, "db").value();
  EXPECT_TRUE(says(report.notes, "metadata.json.tmp"));
  EXPECT_FALSE(says(report.notes, "notes.tmp"));
}

}  // namespace
}  // namespace quire::inspecting
