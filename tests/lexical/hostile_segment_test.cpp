#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "lexical/segment_builder.hpp"
#include "lexical/segment_format.hpp"
#include "lexical/segment_merge.hpp"
#include "lexical/segment_writer.hpp"
#include "lexical/word_index.hpp"

/// Segments that verify, and yet are none that we write.
namespace quire::lexical {
namespace {

class TextBytes final : public base::FileBytes {
 public:
  explicit TextBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

Result<std::shared_ptr<const Segment>> read(std::string content) {
  append_hashes(content);
  return Segment::read("words-1", std::make_unique<TextBytes>(std::move(content)));
}

std::string content_of(std::string_view bytes) {
  return std::string(read_hashes(bytes).value().content);
}

constexpr std::uint32_t kDocuments = 5000;

/// "common" is in every seventh document, "rare" in two, and each of twenty words in one.
std::string sound_content() {
  SegmentWriter::Documents documents;
  for (std::uint64_t i = 0; i < kDocuments; ++i) {
    documents.keys.push_back(i * 2);
    documents.length_codes.push_back(static_cast<std::uint8_t>(i % 60));
  }
  documents.total_length = 5 * kDocuments;
  SegmentWriter writer({}, std::move(documents));
  std::vector<Posting> common;
  for (std::uint32_t document = 3; document < kDocuments; document += 7) {
    common.push_back({document, 1});
  }
  writer.add("common", common);
  const std::vector<Posting> rare = {{0, 1}, {9, 2}};
  writer.add("rare", rare);
  for (char c = 'a'; c <= 't'; ++c) {
    const std::vector<Posting> only = {{static_cast<std::uint32_t>(c), 32}};
    writer.add(std::string("word") + c, only);
  }
  return content_of(std::move(writer).finish());
}

constexpr std::size_t kPostingsAt = kHeaderBytes + kDocuments * 9;
constexpr std::size_t kTableAt = kPostingsAt + sizeof(std::uint32_t);

template <class T>
void put(std::string& content, std::size_t at, T value) {
  std::memcpy(content.data() + at, &value, sizeof value);
}

std::size_t terms_at(const std::string& content) {
  return content.find("common") - 2;
}

/// All that can be asked; nothing that is found may be impossible.
void ask_everything(const std::shared_ptr<const Segment>& segment) {
  std::vector<std::uint64_t> live(segment->keys().begin(), segment->keys().end());
  std::string last;
  Segment::TermCursor terms(*segment);
  while (terms.next()) {
    ASSERT_LT(last, terms.term());
    last = terms.term();
    std::uint32_t least = 0;
    for (const Posting& posting : segment->postings(terms.entry())) {
      ASSERT_GE(posting.document, least);
      ASSERT_LT(posting.document, segment->documents());
      least = posting.document + 1;
    }
  }
  const WordIndex index({segment}, live);
  const std::vector<WeightedTerm> asked = {{"common", 1}, {"rare", 2}, {"wordt", 1}};
  for (const bool all : {false, true}) {
    (void)index.search({.terms = asked, .limit = 3, .all_terms = all});
  }
  (void)index.explain({.terms = asked}, 20);
  (void)index.terms_with("o", 100);
  (void)merge({}, index.parts());
}

TEST(HostileSegment, TheSoundOneIsSound) {
  const auto segment = read(sound_content()).value();
  ask_everything(segment);
  EXPECT_TRUE(segment->status());
  EXPECT_EQ(segment->find("common").value().documents, (kDocuments + 3) / 7);
}

TEST(HostileSegment, NoByteLeadsAnywhere) {
  const std::string sound = sound_content();
  std::vector<std::size_t> places(kHeaderBytes);
  std::iota(places.begin(), places.end(), 0);
  for (std::size_t at = kPostingsAt; at < sound.size(); ++at) {
    places.push_back(at);
  }
  for (const std::size_t at : places) {
    for (const int value : {0, 1, 0x7F, 0xFF, sound[at] ^ 1, sound[at] + 1}) {
      std::string content = sound;
      content[at] = static_cast<char>(value);
      if (const auto segment = read(std::move(content))) {
        ask_everything(*segment);
      }
    }
  }
}

/// Says so, rather than answering with less.
void expect_refused(const std::string& content, std::string_view term) {
  const auto segment = read(content).value();
  const auto entry = segment->find(term);
  if (entry) {
    (void)segment->postings(*entry);
  }
  EXPECT_FALSE(segment->status());
  ask_everything(segment);
}

TEST(HostileSegment, ARunTableThatFallsIsRefused) {
  std::string content = sound_content();
  put<std::uint32_t>(content, kTableAt + kRunEntryBytes, 4000);  // The second run's last.
  expect_refused(content, "common");
}

TEST(HostileSegment, TheNumberOfRunsFollowsFromThatOfDocuments) {
  for (const std::uint32_t runs : {0U, 1U, 5U, 7U, 0x15555556U, UINT32_MAX}) {
    std::string content = sound_content();
    put(content, kPostingsAt, runs);
    expect_refused(content, "common");
  }
}

TEST(HostileSegment, ARunThatEndsBeforeItBeginsIsRefused) {
  for (const std::uint32_t end : {0U, 1U, UINT32_MAX}) {
    std::string content = sound_content();
    put(content, kTableAt + kRunEntryBytes + sizeof(std::uint32_t), end);
    expect_refused(content, "common");
  }
}

TEST(HostileSegment, ADocumentTwiceInATermIsRefused) {
  std::string content = sound_content();
  content[kTableAt + 6 * kRunEntryBytes + 1] = 0;  // The second one's distance.
  expect_refused(content, "common");
}

TEST(HostileSegment, ATermOfMoreDocumentsThanThereAreIsRefused) {
  std::string content = sound_content();
  content[terms_at(content) + 9] = 0x7F;  // The upper byte of its varint.
  expect_refused(content, "common");
  content[terms_at(content) + 9] = 0;  // 0xCB 0x00: 75, fewer than its bytes.
  expect_refused(content, "common");
}

TEST(HostileSegment, TermsThatDoNotRiseAreRefused) {
  std::string content = sound_content();
  content[terms_at(content) + 2] = 'z';
  const auto segment = read(content).value();
  ask_everything(segment);
  EXPECT_FALSE(segment->status());
}

/// Else each of many blocks could name the same megabyte of postings.
TEST(HostileSegment, BlocksDoNotShareBytes) {
  const std::string sound = sound_content();
  const std::size_t second_block = sound.size() - kTermBlockBytes;
  for (const std::size_t at : {second_block, second_block + sizeof(std::uint64_t)}) {
    std::string content = sound;
    put<std::uint32_t>(content, at, 0);
    const auto segment = read(content).value();
    ask_everything(segment);
    EXPECT_FALSE(segment->status());
  }
}

TEST(HostileSegment, TheNumberOfBlocksFollowsFromThatOfTerms) {
  for (const std::uint64_t terms : {std::uint64_t{0}, std::uint64_t{16}, UINT64_MAX}) {
    std::string content = sound_content();
    put(content, 40, terms);
    EXPECT_FALSE(read(content));
  }
}

}  // namespace
}  // namespace quire::lexical
