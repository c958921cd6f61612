#include "store/journal/journal.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "support/simulated_file_system.hpp"

namespace quire::journal {
namespace {

using support::CrashModel;
using support::Fault;
using support::SimulatedFileSystem;

constexpr const char* kName = "journal-00000007.log";

Header make_header() {
  Header header;
  header.format = {.dimensions = 8, .metric = Metric::squared_l2, .scalar = Scalar::f32};
  header.uuid = base::uuid_from_bytes("0123456789abcdef");
  header.generation = 7;
  header.salt = 0x1122334455667788;
  header.base_lsn = 100;
  header.next_key = 42;
  return header;
}

std::string payload_of(std::uint64_t lsn) {
  std::string payload(8 * (1 + lsn % 5), '\0');
  std::mt19937_64 random(lsn);
  std::ranges::generate(payload, [&] { return static_cast<char>(random()); });
  return payload;
}

void append(Writer& writer, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t lsn = writer.lsn() + 1;
    ASSERT_TRUE(writer.append(lsn, payload_of(lsn)).has_value());
  }
}

/// A disk with one journal in the folder "db".
class Journal : public ::testing::Test {
 protected:
  Journal() {
    EXPECT_TRUE(files.create_folder("db").has_value());
    writer.emplace(Writer::create(files, "db", make_header()).value());
  }

  void commit(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      append(*writer, 1);
      ASSERT_TRUE(writer->sync().has_value());
    }
  }

  std::string bytes() { return files.files().at(std::string("db/") + kName); }

  SimulatedFileSystem files;
  std::optional<Writer> writer;
};

Result<Scan> scan_all(std::string_view bytes) {
  const auto header = read_header(bytes, kName);
  if (!header) {
    return std::unexpected(header.error());
  }
  return scan(bytes, *header, kHeaderSize, header->base_lsn, kName);
}

std::vector<std::uint64_t> lsns(const Scan& scan) {
  std::vector<std::uint64_t> out;
  for (const Frame& frame : scan.frames) {
    EXPECT_EQ(frame.payload, payload_of(frame.lsn));
    out.push_back(frame.lsn);
  }
  return out;
}

void flip(std::string& bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
}

/// Writes `hash` over the last eight bytes of `bytes`.
void rehash(std::string& bytes) {
  bytes.resize(bytes.size() - 8);
  base::ByteWriter(bytes).u64(base::checksum(bytes));
}

ErrorCode code_of(const auto& result) {
  return result.has_value() ? ErrorCode::internal : result.error().code;
}

TEST(JournalName, HasEightDigitsOrMore) {
  EXPECT_EQ(file_name(7), "journal-00000007.log");
  EXPECT_EQ(file_name(123456789), "journal-123456789.log");
  EXPECT_EQ(generation_of("journal-00000007.log"), 7U);
  EXPECT_EQ(generation_of(file_name(UINT64_MAX)), UINT64_MAX);
}

TEST(JournalName, OtherNamesHaveNoGeneration) {
  for (const char* name :
       {"", "journal-.log", "journal-7.log", "journal-0000000x.log", "journal-000000007.log",
        "journal-00000007.log.tmp", "journal.tmp", "journal-00000000.log", "xjournal-00000007.log",
        "journal-99999999999999999999.log", "journal--0000007.log", "journal-+0000007.log"}) {
    EXPECT_EQ(generation_of(name), 0U) << name;
  }
}

TEST_F(Journal, HeaderSurvivesTheDisk) {
  const Header header = read_header(bytes(), kName).value();
  const Header expected = make_header();
  EXPECT_EQ(header.format, expected.format);
  EXPECT_EQ(header.uuid, expected.uuid);
  EXPECT_EQ(header.generation, expected.generation);
  EXPECT_EQ(header.salt, expected.salt);
  EXPECT_EQ(header.base_lsn, expected.base_lsn);
  EXPECT_EQ(header.next_key, expected.next_key);
}

TEST_F(Journal, BytesAreThoseOfFormatOne) {
  commit(1);
  ASSERT_TRUE(writer->seal().has_value());
  // The header up to its hash, then the frame header up to its first hash.
  EXPECT_EQ(base::to_hex(std::string_view(bytes()).substr(0, 88)),
            "51554952454a3031"
            "01000000"
            "08000000"
            "02"
            "01"
            "000000000000"
            "30313233343536373839616263646566"
            "0700000000000000"
            "8877665544332211"
            "6400000000000000"
            "2a00000000000000"
            "00000000000000000000000000000000");
  EXPECT_EQ(base::to_hex(std::string_view(bytes()).substr(96, 32)),
            "434f4d54"
            "00000000"
            "1000000000000000"
            "6500000000000000"
            "6400000000000000");
  const std::string_view seal_kind = "SEAL";
  EXPECT_EQ(bytes().substr(96 + 48 + 16, 4), seal_kind);
  EXPECT_EQ(bytes().size(), 96U + 48 + 16 + 48);
}

TEST_F(Journal, EmptyJournalHasNoFrames) {
  const Scan scan = scan_all(bytes()).value();
  EXPECT_TRUE(scan.frames.empty());
  EXPECT_EQ(scan.end_offset, kHeaderSize);
  EXPECT_EQ(scan.end_lsn, 100U);
  EXPECT_EQ(scan.tail_bytes, 0U);
  EXPECT_FALSE(scan.sealed);
}

TEST_F(Journal, FramesComeBackInOrder) {
  commit(5);
  const std::string all = bytes();
  const Scan scan = scan_all(all).value();
  EXPECT_EQ(lsns(scan), (std::vector<std::uint64_t>{101, 102, 103, 104, 105}));
  EXPECT_EQ(scan.frames[0].offset, kHeaderSize);
  EXPECT_EQ(scan.end_lsn, 105U);
  EXPECT_EQ(scan.end_offset, all.size());
  EXPECT_EQ(writer->size(), all.size());
  EXPECT_EQ(writer->synced_lsn(), 105U);
}

TEST_F(Journal, EmptyPayloadIsAFrame) {
  ASSERT_TRUE(writer->append(101, "").has_value());
  const std::string all = bytes();
  const Scan scan = scan_all(all).value();
  ASSERT_EQ(scan.frames.size(), 1U);
  EXPECT_EQ(scan.frames[0].payload, "");
}

TEST_F(Journal, ScanGoesOnFromAnOffset) {
  commit(2);
  const std::string before = bytes();
  const Scan first = scan_all(before).value();
  commit(3);
  const std::string all = bytes();
  const Scan rest = scan(all, make_header(), first.end_offset, first.end_lsn, kName).value();
  EXPECT_EQ(lsns(rest), (std::vector<std::uint64_t>{103, 104, 105}));
  const Scan none = scan(all, make_header(), rest.end_offset, rest.end_lsn, kName).value();
  EXPECT_TRUE(none.frames.empty());
  EXPECT_EQ(none.end_lsn, 105U);
}

TEST_F(Journal, ScanFromBeyondTheEndIsCorrupt) {
  commit(2);
  EXPECT_EQ(code_of(scan(bytes().substr(0, 104), make_header(), 200, 102, kName)),
            ErrorCode::corrupt);
}

TEST_F(Journal, ScanFromTheWrongLsnIsCorrupt) {
  commit(3);
  const auto wrong = scan(bytes(), make_header(), kHeaderSize, 101, kName);
  EXPECT_EQ(code_of(wrong), ErrorCode::corrupt);
  EXPECT_EQ(wrong.error().message, std::string(kName) + " at byte 96: found lsn 101, expected 102");
}

TEST_F(Journal, TornLastFrameIsDroppedAtEveryLength) {
  commit(4);
  const std::string all = bytes();
  const Scan whole = scan_all(all).value();
  for (std::size_t length = kHeaderSize; length < all.size(); ++length) {
    const std::string cut = all.substr(0, length);
    const Scan scan = scan_all(cut).value();
    const auto fitting = std::ranges::count_if(whole.frames, [&](const Frame& frame) {
      return frame.offset + kFrameHeaderSize + frame.payload.size() <= length;
    });
    ASSERT_EQ(lsns(scan).size(), static_cast<std::size_t>(fitting)) << length;
    EXPECT_EQ(scan.end_lsn, 100U + static_cast<std::uint64_t>(fitting));
    EXPECT_EQ(scan.end_offset + scan.tail_bytes, length);
  }
}

TEST_F(Journal, HeaderCutAnywhereIsCorrupt) {
  for (std::size_t length = 0; length < kHeaderSize; ++length) {
    EXPECT_EQ(code_of(read_header(bytes().substr(0, length), kName)), ErrorCode::corrupt);
  }
}

TEST_F(Journal, EveryFlippedBitIsFoundWhenSealed) {
  commit(4);
  ASSERT_TRUE(writer->seal().has_value());
  const std::string all = bytes();
  const std::size_t seal_at = all.size() - kFrameHeaderSize;
  for (std::size_t bit = 0; bit < all.size() * 8; ++bit) {
    std::string damaged = all;
    flip(damaged, bit);
    const auto scan = scan_all(damaged);
    if (bit / 8 < seal_at) {
      ASSERT_EQ(code_of(scan), ErrorCode::corrupt) << bit;
    } else {
      ASSERT_TRUE(scan.has_value());
      EXPECT_EQ(lsns(*scan).size(), 4U);
      EXPECT_EQ(scan->tail_bytes, kFrameHeaderSize);
      EXPECT_FALSE(scan->sealed);
    }
  }
}

TEST_F(Journal, FlippedBitOfAnOpenJournalDropsAtMostTheLastFrame) {
  commit(4);
  const std::string all = bytes();
  const std::size_t last = scan_all(all).value().frames.back().offset;
  for (std::size_t bit = 0; bit < all.size() * 8; ++bit) {
    std::string damaged = all;
    flip(damaged, bit);
    const auto scan = scan_all(damaged);
    if (bit / 8 < last) {
      ASSERT_EQ(code_of(scan), ErrorCode::corrupt) << bit;
    } else {
      ASSERT_TRUE(scan.has_value());
      EXPECT_EQ(lsns(*scan).size(), 3U);
      EXPECT_EQ(scan->tail_bytes, all.size() - last);
    }
  }
}

TEST_F(Journal, CorruptionIsNamedByFileAndByte) {
  commit(3);
  std::string damaged = bytes();
  flip(damaged, (kHeaderSize + kFrameHeaderSize) * 8);
  EXPECT_EQ(scan_all(damaged).error().message.substr(0, 33), std::string(kName) + " at byte 96: ");
}

TEST_F(Journal, UnsyncedGroupWithAHoleIsATornTail) {
  commit(2);
  append(*writer, 3);  // 103 to 105, never synced.
  std::string torn = bytes();
  const Scan whole = scan_all(torn).value();
  std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(whole.frames[2].offset), 40, '\0');
  const Scan scan = scan_all(torn).value();
  EXPECT_EQ(lsns(scan), (std::vector<std::uint64_t>{101, 102}));
  EXPECT_EQ(scan.tail_bytes, torn.size() - whole.frames[2].offset);
}

TEST_F(Journal, HoleInASyncedGroupIsCorrupt) {
  commit(2);
  append(*writer, 3);
  ASSERT_TRUE(writer->sync().has_value());
  append(*writer, 1);
  const std::string all = bytes();
  const Scan whole = scan_all(all).value();
  for (std::size_t i = 0; i < 5; ++i) {
    std::string damaged = all;
    flip(damaged, whole.frames[i].offset * 8 + 77);
    EXPECT_EQ(code_of(scan_all(damaged)), ErrorCode::corrupt) << i;
  }
}

TEST_F(Journal, TornFrameWithASoundHeaderStillProvesWhatWasSynced) {
  commit(3);
  std::string damaged = bytes();
  const Scan whole = scan_all(damaged).value();
  flip(damaged, whole.frames[1].offset * 8);
  damaged.resize(whole.frames[2].offset + kFrameHeaderSize);
  EXPECT_EQ(code_of(scan_all(damaged)), ErrorCode::corrupt);
}

TEST_F(Journal, SealOfAnUnsyncedGroupSyncsItFirst) {
  append(*writer, 3);
  ASSERT_TRUE(writer->seal().has_value());
  std::string damaged = bytes();
  EXPECT_TRUE(scan_all(damaged).value().sealed);
  flip(damaged, (kHeaderSize + 8) * 8);
  EXPECT_EQ(code_of(scan_all(damaged)), ErrorCode::corrupt);
}

TEST_F(Journal, NothingMayFollowASeal) {
  commit(1);
  ASSERT_TRUE(writer->seal().has_value());
  EXPECT_TRUE(writer->sealed());
  EXPECT_EQ(code_of(writer->append(102, "")), ErrorCode::unavailable);
  EXPECT_EQ(code_of(writer->seal()), ErrorCode::unavailable);
  const Scan scan = scan_all(bytes()).value();
  EXPECT_TRUE(scan.sealed);
  EXPECT_EQ(scan.end_lsn, 101U);
  EXPECT_EQ(scan.end_offset, bytes().size());
  EXPECT_EQ(code_of(scan_all(bytes() + '\0')), ErrorCode::corrupt);
}

TEST_F(Journal, FramesOfAnotherJournalAreNotTakenForItsOwn) {
  commit(3);
  const std::string frames = bytes().substr(kHeaderSize);
  Header other = make_header();
  other.generation = 8;
  other.salt ^= 1;
  ASSERT_TRUE(Writer::create(files, "db", other).has_value());
  const std::string mixed = files.files().at("db/journal-00000008.log") + frames;
  const Scan scan = scan_all(mixed).value();
  EXPECT_TRUE(scan.frames.empty());
  EXPECT_EQ(scan.tail_bytes, frames.size());
}

TEST_F(Journal, FrameAtAnotherPlaceIsNotAFrame) {
  commit(1);
  const std::string all = bytes();
  const std::string moved =
      all.substr(0, kHeaderSize) + std::string(8, '\0') + all.substr(kHeaderSize);
  EXPECT_TRUE(scan_all(moved).value().frames.empty());
}

TEST_F(Journal, NewerFormatIsIncompatible) {
  std::string header = bytes().substr(0, kHeaderSize);
  header[8] = 3;
  rehash(header);
  const auto result = read_header(header, kName);
  EXPECT_EQ(code_of(result), ErrorCode::incompatible);
  EXPECT_NE(result.error().message.find("found format 3"), std::string::npos);
}

TEST_F(Journal, ImpossibleHeaderValuesAreCorrupt) {
  const auto with = [&](std::size_t offset, char value) {
    std::string header = bytes().substr(0, kHeaderSize);
    header[offset] = value;
    rehash(header);
    return code_of(read_header(header, kName));
  };
  EXPECT_EQ(with(8, 0), ErrorCode::corrupt);    // Format 0.
  EXPECT_EQ(with(15, 1), ErrorCode::corrupt);   // Too many dimensions.
  EXPECT_EQ(with(16, 3), ErrorCode::corrupt);   // No such metric.
  EXPECT_EQ(with(17, 3), ErrorCode::corrupt);   // No such scalar.
  EXPECT_EQ(with(40, 0), ErrorCode::corrupt);   // Generation 0.
  EXPECT_EQ(with(18, 1), ErrorCode::internal);  // Spare bytes are free.
}

TEST(JournalHeader, ForeignFilesAreRefused) {
  EXPECT_EQ(code_of(read_header("", kName)), ErrorCode::corrupt);
  EXPECT_EQ(code_of(read_header(std::string(4096, '\0'), kName)), ErrorCode::corrupt);
  const auto text = read_header(std::string(200, 'x'), kName);
  EXPECT_EQ(text.error().message,
            std::string(kName) + " at byte 0: not a journal: it does not begin with QUIREJ01");
}

TEST_F(Journal, ResumeGoesOnAfterTheLastFrame) {
  commit(2);
  ASSERT_TRUE(writer->close().has_value());
  EXPECT_EQ(code_of(writer->append(103, "")), ErrorCode::unavailable);
  const Scan scan = scan_all(bytes()).value();
  writer.emplace(Writer::resume(files, "db", make_header(), scan).value());
  EXPECT_EQ(writer->lsn(), 102U);
  commit(2);
  const std::string all = bytes();
  EXPECT_EQ(lsns(scan_all(all).value()).size(), 4U);
}

TEST_F(Journal, ResumeDropsATornTailForGood) {
  commit(2);
  append(*writer, 2);
  std::string torn = bytes();
  torn[writer->size() - 90] ^= 1;  // In 103.
  files.put(std::string("db/") + kName, torn);
  const Scan scan = scan_all(torn).value();
  ASSERT_GT(scan.tail_bytes, 0U);
  writer.emplace(Writer::resume(files, "db", make_header(), scan).value());
  EXPECT_EQ(bytes().size(), scan.end_offset);
  commit(1);
  const auto after = files.after_crash(CrashModel::power_loss);
  const std::string all = after->files().at(std::string("db/") + kName);
  EXPECT_EQ(lsns(scan_all(all).value()), (std::vector<std::uint64_t>{101, 102, 103}));
}

TEST_F(Journal, ResumeMakesWhatWasReplayedDurable) {
  append(*writer, 2);
  const auto killed = files.after_crash(CrashModel::kill);
  const std::string found = killed->files().at(std::string("db/") + kName);
  const auto resumed = Writer::resume(*killed, "db", make_header(), scan_all(found).value());
  EXPECT_EQ(resumed.value().synced_lsn(), 102U);
  EXPECT_EQ(killed->after_crash(CrashModel::power_loss)->files(), killed->files());
}

TEST_F(Journal, ResumeAfterASealAppendsNothing) {
  commit(1);
  ASSERT_TRUE(writer->seal().has_value());
  auto resumed = Writer::resume(files, "db", make_header(), scan_all(bytes()).value());
  EXPECT_EQ(code_of(resumed.value().append(102, "")), ErrorCode::unavailable);
}

TEST_F(Journal, ResumeOfAShortenedOrLostFileIsCorrupt) {
  commit(2);
  const Scan scan = scan_all(bytes()).value();
  files.put(std::string("db/") + kName, bytes().substr(0, 100));
  EXPECT_EQ(code_of(Writer::resume(files, "db", make_header(), scan)), ErrorCode::corrupt);
  ASSERT_TRUE(files.unlink(std::string("db/") + kName).has_value());
  EXPECT_EQ(code_of(Writer::resume(files, "db", make_header(), scan)), ErrorCode::corrupt);
  EXPECT_FALSE(files.stat(std::string("db/") + kName).value().exists);
}

TEST_F(Journal, CreateNeverReplacesAJournal) {
  commit(1);
  const std::string before = bytes();
  EXPECT_EQ(code_of(Writer::create(files, "db", make_header())), ErrorCode::store_io);
  EXPECT_EQ(bytes(), before);
}

TEST(JournalWriter, CreateLeavesNothingOrAllAfterAnyCrash) {
  for (std::uint64_t crash = 0;; ++crash) {
    SimulatedFileSystem files;
    ASSERT_TRUE(files.create_folder("db").has_value());
    files.crash_at_change(files.changes() + crash);
    const bool created = Writer::create(files, "db", make_header()).has_value();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      for (const CrashModel model : {CrashModel::kill, CrashModel::power_loss,
                                     CrashModel::scattered, CrashModel::scattered_names_kept}) {
        const auto found = files.after_crash(model, seed)->files();
        const auto journal = found.find(std::string("db/") + kName);
        if (journal == found.end()) {
          EXPECT_FALSE(created);
        } else {
          EXPECT_EQ(read_header(journal->second, kName).value().salt, make_header().salt);
        }
      }
    }
    if (created) {
      break;
    }
  }
}

TEST(JournalWriter, FailsForGoodAfterAnyFailure) {
  for (std::uint64_t failing = 0; failing < 6; ++failing) {
    SimulatedFileSystem files;
    ASSERT_TRUE(files.create_folder("db").has_value());
    Writer writer = Writer::create(files, "db", make_header()).value();
    files.fail_at_call(files.calls() + failing, Fault::short_write);
    std::uint64_t acknowledged = 100;
    while (acknowledged < 110 && writer.append(acknowledged + 1, payload_of(acknowledged + 1)) &&
           writer.sync()) {
      ++acknowledged;
    }
    EXPECT_EQ(acknowledged, 100 + failing / 2);
    files.heal();
    EXPECT_EQ(code_of(writer.append(writer.lsn() + 1, "")), ErrorCode::unavailable);
    EXPECT_EQ(code_of(writer.sync()), ErrorCode::unavailable);
    EXPECT_EQ(code_of(writer.seal()), ErrorCode::unavailable);
    EXPECT_TRUE(writer.close().has_value());
    const std::string found =
        files.after_crash(CrashModel::power_loss)->files().at(std::string("db/") + kName);
    EXPECT_EQ(scan_all(found).value().end_lsn, acknowledged);
  }
}

TEST(JournalWriter, CreateFailsWhereTheDiskDoes) {
  for (std::uint64_t failing = 0; failing < 6; ++failing) {
    SimulatedFileSystem files;
    ASSERT_TRUE(files.create_folder("db").has_value());
    files.fail_at_call(files.calls() + failing, Fault::io_error);
    EXPECT_EQ(code_of(Writer::create(files, "db", make_header())), ErrorCode::store_io) << failing;
    EXPECT_EQ(files.faults(), 1U);
  }
}

/// Random group commits, crashed at every change: what comes back is a prefix, never shorter than
/// what was synced, never corrupt.
TEST(JournalWriter, CrashesLoseNothingThatWasSynced) {
  std::uint64_t states = 0;
  for (std::uint64_t workload = 0; workload < 10; ++workload) {
    for (std::uint64_t crash = 0;; ++crash) {
      SimulatedFileSystem files;
      ASSERT_TRUE(files.create_folder("db").has_value());
      Writer writer = Writer::create(files, "db", make_header()).value();
      files.crash_at_change(files.changes() + crash);
      std::mt19937_64 random(workload);
      for (int step = 0; step < 12 && !files.crashed(); ++step) {
        const std::uint64_t lsn = writer.lsn() + 1;
        (void)(random() % 3 == 0 ? writer.sync() : writer.append(lsn, payload_of(lsn)));
      }
      for (std::uint64_t seed = 0; seed < 10; ++seed) {
        for (const CrashModel model :
             {CrashModel::kill, CrashModel::power_loss, CrashModel::scattered}) {
          const std::string found =
              files.after_crash(model, seed)->files().at(std::string("db/") + kName);
          const auto scan = scan_all(found);
          ASSERT_TRUE(scan.has_value()) << scan.error().message;
          EXPECT_GE(scan->end_lsn, model == CrashModel::kill ? writer.lsn() : writer.synced_lsn());
          EXPECT_LE(scan->end_lsn, writer.lsn() + 1);
          lsns(*scan);
          ++states;
        }
      }
      if (!files.crashed()) {
        break;
      }
    }
  }
  EXPECT_GT(states, 2000U);
}

}  // namespace
}  // namespace quire::journal
