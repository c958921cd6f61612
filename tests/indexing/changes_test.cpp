#include "indexing/changes.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "indexing/file_rows.hpp"

namespace quire::indexing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

source::SourceFile file(std::string path, std::int64_t seconds = 500) {
  return {.path = std::move(path), .size = 10, .mtime_ns = seconds * kSecond, .inode = 7};
}

source::KnownFile known(const source::SourceFile& file) {
  return {.size = file.size,
          .mtime_ns = file.mtime_ns,
          .inode = file.inode,
          .content_hash = 1,
          .chunker_version = kCutVersion,
          .path = file.path,
          .binary = false};
}

Changes compare(std::vector<source::SourceFile> files,
                std::vector<source::KnownFile> before,
                std::vector<source::SkippedPath> skipped = {},
                std::vector<std::string> strays = {}) {
  return find_changes({std::move(files), std::move(skipped), false}, std::move(before),
                      std::move(strays), false);
}

TEST(Changes, AFileThatAgreesIsNotLookedAt) {
  const Changes found = compare({file("a"), file("b")}, {known(file("a"))});
  EXPECT_EQ(found.unchanged, 1U);
  ASSERT_EQ(found.candidates.size(), 1U);
  EXPECT_EQ(found.candidates[0].file.path, "b");
  EXPECT_FALSE(found.candidates[0].known.has_value());
}

TEST(Changes, AnyDifferenceMakesACandidate) {
  for (int what = 0; what < 5; ++what) {
    source::KnownFile before = known(file("a"));
    before.size += what == 0 ? 1 : 0;
    before.mtime_ns += what == 1 ? 1 : 0;
    before.inode += what == 2 ? 1 : 0;
    before.chunker_version += what == 3 ? 1 : 0;
    EXPECT_EQ(compare({file("a")}, {before}).candidates.size(), what == 4 ? 0U : 1U) << what;
  }
}

TEST(Changes, AFileThatWasReadTooYoungIsNotTrusted) {
  source::KnownFile before = known(file("a"));
  before.mtime_ns = source::KnownFile::kTooYoung;
  EXPECT_EQ(compare({file("a")}, {before}).candidates.size(), 1U);
}

TEST(Changes, RebuildTrustsNothing) {
  const Changes found = find_changes({{file("a")}, {}, false}, {known(file("a"))}, {}, true);
  EXPECT_EQ(found.candidates.size(), 1U);
}

TEST(Changes, WhatIsNotThereAnyMoreIsGone) {
  const Changes found =
      compare({file("b")}, {known(file("c")), known(file("b")), known(file("a"))});
  ASSERT_EQ(found.gone.size(), 2U);
  EXPECT_EQ(found.gone[0].path, "a");
  EXPECT_EQ(found.gone[1].path, "c");
}

TEST(Changes, AFileThatGrewTooLargeIsGoneButOneInAFolderThatCannotBeListedIsNot) {
  const Changes found =
      compare({}, {known(file("closed/deep/a")), known(file("closed_not")), known(file("large"))},
              {{"closed", "no permission", true}, {"large", "too large", false}});
  ASSERT_EQ(found.gone.size(), 2U);
  EXPECT_EQ(found.gone[0].path, "closed_not");
  EXPECT_EQ(found.gone[1].path, "large");
  EXPECT_EQ(found.skipped.size(), 2U);
}

TEST(Changes, AFileThatCannotBeAskedForIsNotGone) {
  const Changes found =
      compare({}, {known(file("d/a")), known(file("d/ab")), known(file("d\xFF/c"))},
              {{"d/a", "no permission", true}, {"d\xFF/c", "no", true}});
  ASSERT_EQ(found.gone.size(), 1U);
  EXPECT_EQ(found.gone[0].path, "d/ab");
  EXPECT_EQ(found.skipped[1].path, "d/a");
}

TEST(Changes, OfTheFilesThatOnlyChunksNameThoseWithoutAFileAreStrays) {
  const Changes found = compare({file("a\xFF"), file("b")}, {}, {{"closed", "no", true}},
                                {"a%FF", "b", "c", "closed/d", "e/f"});
  EXPECT_EQ(found.strays, (std::vector<std::string>{"c", "e/f"}));
}

TEST(Changes, ABinaryFileStaysSkippedWithoutBeingRead) {
  source::KnownFile before = known(file("a"));
  before.binary = true;
  const Changes found = compare({file("a")}, {before});
  EXPECT_TRUE(found.candidates.empty());
  EXPECT_EQ(found.unchanged, 0U);
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_EQ(found.skipped[0].reason, "binary");
}

TEST(Changes, OfTwoNamesWrittenTheSameWayTheFirstStays) {
  const Changes found = compare({file("a%FF"), file("a\xFE"), file("a\xFF")}, {});
  ASSERT_EQ(found.candidates.size(), 2U);
  EXPECT_EQ(found.candidates[0].file.path, "a%FF");
  EXPECT_EQ(found.candidates[1].file.path, "a\xFE");
  ASSERT_EQ(found.skipped.size(), 1U);
  EXPECT_EQ(found.skipped[0].path, "a%FF");
}

TEST(Changes, AFileThatTakesOverAWrittenNameIsACandidateAndTheOldOneNotGone) {
  const Changes found = compare({file("a%FF")}, {known(file("a\xFF"))});
  EXPECT_EQ(found.candidates.size(), 1U);
  EXPECT_TRUE(found.gone.empty());
}

}  // namespace
}  // namespace quire::indexing
