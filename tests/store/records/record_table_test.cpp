#include "store/records/record_table.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "store/records/metadata_text.hpp"
#include "support/random_chunks.hpp"

namespace quire::records {
namespace {

constexpr std::string_view kBareChunk =
    R"({"file_path":"a","chunk_id":1,"content":"x","language":"c","start_line":1,"end_line":2,"last_modified":3})";

std::string bare(std::string_view chunks, std::string_view next_key = "100") {
  return "{\"next_key\":" + std::string(next_key) + ",\"chunks\":{" + std::string(chunks) + "}}";
}

/// `text` with the closing line that belongs to it.
std::string closed(std::string text) {
  text += "\"checksum\":\"xxh3:" + base::to_hex(base::checksum(text)) + "\"}\n";
  return text;
}

const std::string kOpening =
    R"({"format":1,"uuid":"00112233445566778899aabbccddeeff","lsn":0,"dimensions":3,)"
    R"("metric":"cosine","scalar":"i8","next_key":1,)";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Error error_of(std::string_view text) {
  const Result<RecordTable> table = RecordTable::read(text);
  EXPECT_FALSE(table.has_value()) << text.substr(0, 300);
  return table.has_value() ? Error{} : table.error();
}

void expect_refused(std::string_view text, ErrorCode code, std::string_view part_of_message) {
  const Error error = error_of(text);
  EXPECT_EQ(error.code, code) << error.message;
  EXPECT_NE(error.message.find(part_of_message), std::string::npos)
      << error.message << "\nlacks: " << part_of_message;
}

void expect_rows(const RecordTable& table, const Chunks& chunks) {
  ASSERT_EQ(table.size(), chunks.size());
  std::size_t row = 0;
  for (const auto& [key, meta] : chunks) {
    EXPECT_EQ(table.keys()[row], key);
    EXPECT_EQ(table.row_of(key), row);
    EXPECT_EQ(table.chunk(row), meta);
    EXPECT_EQ(table.content(row), meta.content);
    EXPECT_EQ(table.strings(Member::file_path).at(row), meta.file_path);
    EXPECT_EQ(table.strings(Member::symbol_name).at(row), meta.symbol_name);
    EXPECT_EQ(table.strings(Member::symbol_kind).at(row), meta.symbol_kind);
    EXPECT_EQ(table.strings(Member::package_name).at(row), meta.package_name);
    EXPECT_EQ(table.strings(Member::language).at(row), meta.language);
    EXPECT_EQ(table.numbers(Member::chunk_id)[row], meta.chunk_id);
    EXPECT_EQ(table.numbers(Member::start_line)[row], meta.start_line);
    EXPECT_EQ(table.numbers(Member::end_line)[row], meta.end_line);
    EXPECT_EQ(table.numbers(Member::last_modified)[row], meta.last_modified);
    for (const ExtraField& field : meta.extra) {
      EXPECT_EQ(table.extra(row, field.name), field.value);
    }
    EXPECT_EQ(table.extra(row, "not there"), std::nullopt);
    EXPECT_EQ(table.extra(row, "content"), std::nullopt);
    ++row;
  }
}

std::vector<std::string> copied(const StringList& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.emplace_back(list[i]);
  }
  return out;
}

std::vector<std::uint32_t> copied(std::span<const std::uint32_t> ids) {
  return {ids.begin(), ids.end()};
}

TEST(RecordTable, GivesBackWhatWasWritten) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    support::RandomChunks random(seed);
    Chunks chunks;
    for (std::size_t i = random.below(80); i != 0; --i) {
      chunks.emplace(random.below(1000), random.next());
    }
    FileHeader header = a_header(1000);
    header.attributes = {{"plain", random.text()},
                         {"", "empty name"},
                         {"bytes", std::string("\xff\0\xfe", 3)},
                         {random.text(), random.text()}};
    const std::string text = written(header, chunks);
    const Result<RecordTable> table = RecordTable::read(text);
    ASSERT_TRUE(table.has_value()) << table.error().message;
    expect_rows(*table, chunks);
    EXPECT_EQ(table->header().attributes, header.attributes);
    EXPECT_EQ(written(table->header(), chunks), text);
  }
}

TEST(RecordTable, KeepsTheHeader) {
  const std::string text = written(a_header(77), {});
  const RecordTable table = RecordTable::read(text).value();
  EXPECT_FALSE(table.header().bare);
  EXPECT_EQ(table.header().uuid, a_header(0).uuid);
  EXPECT_EQ(table.header().lsn, 12U);
  EXPECT_EQ(table.header().next_key, 77U);
  EXPECT_EQ(table.header().format, a_header(0).format);
  EXPECT_EQ(table.size(), 0U);
}

TEST(RecordTable, WithoutRowsAnswersLikeAnEmptyOne) {
  const RecordTable table;
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.row_of(0), std::nullopt);
  EXPECT_TRUE(table.strings(Member::language).ids.empty());
  EXPECT_TRUE(table.numbers(Member::chunk_id).empty());
}

TEST(RecordTable, RowOfFindsOnlyKeysThatAreThere) {
  const std::string text =
      written(a_header(100), {{3, a_chunk()}, {7, a_chunk()}, {99, a_chunk()}});
  const RecordTable table = RecordTable::read(text).value();
  EXPECT_EQ(table.row_of(0), std::nullopt);
  EXPECT_EQ(table.row_of(3), 0U);
  EXPECT_EQ(table.row_of(7), 1U);
  EXPECT_EQ(table.row_of(8), std::nullopt);
  EXPECT_EQ(table.row_of(99), 2U);
  EXPECT_EQ(table.row_of(UINT64_MAX), std::nullopt);
}

TEST(RecordTable, RowOfFindsEveryKeyBesideAnyGaps) {
  std::mt19937 random(3);
  for (const unsigned most : {1U, 2U, 5U, 1000U}) {
    Chunks chunks;
    std::uint64_t key = random() % 100;
    for (int i = 0; i < 200; ++i, key += 1 + random() % most) {
      chunks.emplace(key, a_chunk());
    }
    const std::string text = written(a_header(key), chunks);
    const RecordTable table = RecordTable::read(text).value();
    for (std::uint64_t asked = 0; asked <= key; ++asked) {
      const auto row = table.row_of(asked);
      ASSERT_EQ(row.has_value(), chunks.contains(asked)) << asked;
      ASSERT_TRUE(!row || table.keys()[*row] == asked);
    }
  }
}

TEST(RecordTable, StoresEachStringOfAColumnOnce) {
  const std::string text = written(
      a_header(9), {{1, a_chunk("b")}, {2, a_chunk("a")}, {3, a_chunk("b")}, {4, a_chunk("")}});
  const RecordTable table = RecordTable::read(text).value();
  const StringColumn& paths = table.strings(Member::file_path);
  EXPECT_EQ(copied(paths.values), (std::vector<std::string>{"b", "a", ""}));
  EXPECT_EQ(copied(paths.ids), (std::vector<std::uint32_t>{0, 1, 0, 2}));
  const StringColumn& names = table.strings(Member::symbol_name);
  EXPECT_EQ(names.values.size(), 0U);
  EXPECT_EQ(copied(names.ids), std::vector<std::uint32_t>(4, StringColumn::kAbsent));
}

TEST(RecordTable, NumbersManyDistinctStringsByTheirFirstRow) {
  Chunks chunks;
  for (std::uint64_t key = 0; key < 5000; ++key) {
    chunks.emplace(key, a_chunk("file" + std::to_string(key % 1700)));
  }
  const std::string text = written(a_header(5000), chunks);
  const RecordTable table = RecordTable::read(text).value();
  EXPECT_EQ(table.strings(Member::file_path).values.size(), 1700U);
  expect_rows(table, chunks);
}

TEST(RecordTable, ReadsAFileOfTheOriginalSchema) {
  const std::string text = R"( {
    "chunks" : {
      "12" : {"language":"go","end_line":4,"start_line":-3,"last_modified":9223372036854775807,
              "content":"\u0041\ud83d\ude00\/\n","chunk_id":-9223372036854775808,"file_path":"b.go"},
      "2"  : {"file_path":"a.go","chunk_id":0,"content":"","symbol_name":null,"symbol_kind":"func",
              "package_name":null,"language":"go","start_line":1,"end_line":1,"last_modified":-0}
    },
    "next_key" : 13
  } )";
  const RecordTable table = RecordTable::read(text).value();
  EXPECT_TRUE(table.header().bare);
  EXPECT_TRUE(table.header().uuid.is_nil());
  EXPECT_EQ(table.header().next_key, 13U);
  EXPECT_EQ(table.header().format.dimensions, 0U);

  ChunkMeta first;
  first.file_path = "a.go";
  first.symbol_kind = "func";
  first.language = "go";
  first.start_line = first.end_line = 1;
  ChunkMeta second;
  second.file_path = "b.go";
  second.chunk_id = INT64_MIN;
  second.content = "A\xf0\x9f\x98\x80/\n";
  second.language = "go";
  second.start_line = -3;
  second.end_line = 4;
  second.last_modified = INT64_MAX;
  expect_rows(table, {{2, first}, {12, second}});
  EXPECT_EQ(copied(table.strings(Member::file_path).values),
            (std::vector<std::string>{"a.go", "b.go"}));
}

TEST(RecordTable, SortsTheKeysOfABareFile) {
  std::vector<std::uint64_t> keys(500);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = i * 3;
  }
  std::ranges::shuffle(keys, std::mt19937(7));
  std::string chunks;
  Chunks expected;
  for (const std::uint64_t key : keys) {
    const std::string path = "file" + std::to_string(key % 7);
    chunks += (chunks.empty() ? "\"" : ",\"") + std::to_string(key) +
              "\":" + replaced(std::string(kBareChunk), "\"a\"", "\"" + path + "\"");
    ChunkMeta meta;
    meta.file_path = path;
    meta.chunk_id = 1;
    meta.content = "x";
    meta.language = "c";
    meta.start_line = 1;
    meta.end_line = 2;
    meta.last_modified = 3;
    expected.emplace(key, meta);
  }
  const std::string text = bare(chunks, "1498");
  const RecordTable table = RecordTable::read(text).value();
  expect_rows(table, expected);
  EXPECT_EQ(table.strings(Member::file_path).values[0], "file0");
  EXPECT_EQ(table.strings(Member::file_path).values[1], "file3");
}

TEST(RecordTable, SkipsTopLevelMembersItDoesNotKnow) {
  const std::string text =
      R"({"a":[1,-2.5e+3,true,false,null,{"b":[]},[[]]],"next_key":1,"c":{},"chunks":{},"":"\u0000"})";
  ASSERT_TRUE(RecordTable::read(text).has_value());
}

TEST(RecordTable, EveryTruncationIsAnError) {
  support::RandomChunks random(3);
  FileHeader header = a_header(3);
  header.attributes = {{"name", "\xff"}, {"other", "text"}};
  const std::string text = written(header, {{0, random.next()}, {2, random.next()}});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const ErrorCode code = error_of(std::string_view(text).substr(0, size)).code;
    EXPECT_TRUE(code == ErrorCode::corrupt || code == ErrorCode::store_serde) << size;
  }
}

TEST(RecordTable, EveryFlippedBitIsAnError) {
  support::RandomChunks random(4);
  FileHeader header = a_header(3);
  header.attributes = {{"name", "\xff"}};
  std::string text = written(header, {{0, random.next()}, {2, random.next()}});
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const char flipped = static_cast<char>(1 << bit % 8);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flipped);
    const ErrorCode code = error_of(text).code;
    EXPECT_TRUE(code == ErrorCode::corrupt || code == ErrorCode::store_serde) << bit;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flipped);
  }
}

TEST(RecordTable, ABareFileSurvivesEveryFlippedBitAsAnErrorOrAsATable) {
  std::string text = bare("\"7\":" + std::string(kBareChunk));
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    const char flipped = static_cast<char>(1 << bit % 8);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flipped);
    if (const Result<RecordTable> table = RecordTable::read(text)) {
      for (std::size_t row = 0; row < table->size(); ++row) {
        EXPECT_TRUE(validate(table->chunk(row)).has_value()) << text;
      }
    }
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ flipped);
  }
}

TEST(RecordTable, SaysWhatAChecksumShouldBe) {
  const std::string text = written(a_header(1), {{0, a_chunk()}});
  expect_refused(replaced(text, "src/a.c", "src/b.c"), ErrorCode::corrupt, "XXH3-64");
  expect_refused(text.substr(0, text.size() / 2), ErrorCode::corrupt, "cut off");
  expect_refused(text + "\n", ErrorCode::corrupt, "do not end in a checksum");
  expect_refused(replaced(text, "{\"format\"", "{ \"format\""), ErrorCode::corrupt, "XXH3-64");
}

TEST(RecordTable, AStampedFileMustEndInItsChecksum) {
  expect_refused(R"({"uuid":"00112233445566778899aabbccddeeff","next_key":0,"chunks":{}})",
                 ErrorCode::corrupt, "no checksum at its end");
  expect_refused(R"({"next_key":0,"chunks":{},"checksum":"xxh3:0000000000000000"})",
                 ErrorCode::corrupt, "no checksum at its end");
}

TEST(RecordTable, ReadsAFileOfAnotherWriterWithAChecksum) {
  const std::string text = closed(kOpening + "\n \"chunks\": { } ,");
  const Result<RecordTable> table = RecordTable::read(text);
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_EQ(table->header().format.scalar, Scalar::i8);
}

TEST(RecordTable, RefusesANewerFormat) {
  const std::string text =
      closed(replaced(kOpening, "\"format\":1", "\"format\":3") + "\"chunks\":7,");
  expect_refused(text, ErrorCode::incompatible, "found format 3");
}

TEST(RecordTable, RefusesWrongHeaders) {
  const auto refuse = [](std::string_view from, std::string_view to, std::string_view message) {
    const std::string text = closed(replaced(kOpening, from, to) + "\"chunks\":{},");
    expect_refused(text, ErrorCode::store_serde, message);
  };
  refuse("\"format\":1", "\"format\":0", "no such format");
  refuse("0011", "001", "byte 19: a uuid");
  refuse("0011", "00AA", "a uuid");
  refuse("\"dimensions\":3", "\"dimensions\":65537", "above 65536");
  refuse("cosine", "cosines", "unknown metric \"cosines\"");
  refuse("\"i8\"", "\"i9\"", "unknown scalar \"i9\"");
  refuse("\"scalar\":\"i8\",", "", "no member \"scalar\"");
  refuse("\"lsn\":0,", "", "no member \"lsn\"");
  refuse("\"next_key\":1", "\"next_key\":9007199254740993", "above 9007199254740992");
  refuse("\"next_key\":1", "\"next_key\":1,\"next_key\":1", "\"next_key\" is there twice");
}

TEST(RecordTable, RefusesWrongAttributes) {
  const auto refuse = [](std::string_view attributes, std::string_view message) {
    const std::string text =
        closed(kOpening + "\"attributes\":{" + std::string(attributes) + "},\"chunks\":{},");
    expect_refused(text, ErrorCode::store_serde, message);
  };
  refuse(R"("a":"1","a":"2")", "attribute \"a\" is there twice");
  refuse(R"("a":"1","\u0061":"2")", "attribute \"a\" is there twice");
  refuse(R"("a":1)", "expected '\"' to begin a string, found '1'");
  refuse(R"("a":{})", "without \"base64\"");
  refuse(R"("a":{"base64":"AA="})", "not base64");
  refuse(R"("a":{"base64":"AAF="})", "not base64");
  refuse(R"("a":{"base64":"A A="})", "not base64");
  refuse(R"("a":{"base64":"AAE=","x":1})", "not {\"base64\"");
}

TEST(RecordTable, RefusesWrongKeys) {
  const auto refuse = [](std::string_view key, std::string_view message) {
    expect_refused(bare("\"" + std::string(key) + "\":" + std::string(kBareChunk)),
                   ErrorCode::store_serde, message);
  };
  refuse("", "2^53 - 1: \"\"");
  refuse("01", "2^53 - 1: \"01\"");
  refuse("-1", "2^53 - 1: \"-1\"");
  refuse("+1", "2^53 - 1: \"+1\"");
  refuse("1 ", "2^53 - 1: \"1 \"");
  refuse("1.0", "2^53 - 1: \"1.0\"");
  refuse("9007199254740992", "2^53 - 1: \"9007199254740992\"");
  refuse("18446744073709551616", "2^53 - 1");
  refuse(std::string(100'000, '1'), "2^53 - 1: \"...\"");
}

TEST(RecordTable, RefusesAKeyThatIsThereTwice) {
  const std::string chunk(kBareChunk);
  expect_refused(bare("\"7\":" + chunk + ",\"8\":" + chunk + ",\"7\":" + chunk),
                 ErrorCode::store_serde, "key 7 is there twice");
  expect_refused(bare("\"7\":" + chunk + ",\"\\u0037\":" + chunk), ErrorCode::store_serde,
                 "key 7 is there twice");
}

TEST(RecordTable, RefusesAKeyThatIsNotBelowNextKey) {
  const std::string chunks = "\"7\":" + std::string(kBareChunk);
  EXPECT_TRUE(RecordTable::read(bare(chunks, "8")).has_value());
  expect_refused(bare(chunks, "7"), ErrorCode::corrupt, "key 7 is not below next_key, which is 7");
}

TEST(RecordTable, RefusesWrongChunks) {
  const auto refuse = [](std::string_view from, std::string_view to, std::string_view message) {
    expect_refused(bare("\"7\":" + replaced(std::string(kBareChunk), from, to)),
                   ErrorCode::store_serde, message);
  };
  refuse("\"a\"", "null", "expected '\"' to begin a string");
  refuse("\"a\"", "1", "expected '\"' to begin a string, found '1'");
  refuse("\"file_path\":\"a\",", "", "byte 30: a chunk without \"file_path\"");
  refuse("\"content\":\"x\",", "", "a chunk without \"content\"");
  refuse(",\"last_modified\":3", "", "a chunk without \"last_modified\"");
  refuse("\"end_line\":2", "\"end_line\":2,\"end_line\":2", "\"end_line\" is there twice");
  refuse("\"end_line\":2", "\"x\":\"\",\"x\":\"\",\"end_line\":2", "two members \"x\"");
  refuse("\"end_line\":2", "\"x\":\"\",\"\\u0078\":\"\",\"end_line\":2", "two members \"x\"");
  refuse("\"end_line\":2", "\"\":\"\",\"end_line\":2", "extra field without a name");
  refuse("\"end_line\":2", "\"x\":1,\"end_line\":2", "expected '\"' to begin a string");
  refuse("\"end_line\":2", "\"end_line\":9223372036854775808", "a number out of range");
  refuse("\"end_line\":2", "\"end_line\":-9223372036854775809", "a number out of range");
  refuse("\"end_line\":2", "\"end_line\":2.0", "not written as an integer");
  refuse("\"end_line\":2", "\"end_line\":2e3", "not written as an integer");
  refuse("\"end_line\":2", "\"end_line\":02", "not written as an integer");
  refuse("\"end_line\":2", "\"end_line\":+2", "expected a 64-bit integer, found '+'");
  refuse("\"end_line\":2", "\"end_line\":\"2\"", "expected a 64-bit integer, found '\"'");
  refuse("\"end_line\":2", "\"symbol_name\":3,\"end_line\":2", "expected '\"' to begin a string");
  refuse("\"end_line\":2", "\"symbol_name\":nil,\"end_line\":2", "expected 'null'");
}

TEST(RecordTable, RefusesWrongStrings) {
  const auto refuse = [](const std::string& content, std::string_view message) {
    expect_refused(
        bare("\"7\":" + replaced(std::string(kBareChunk), "\"x\"", "\"" + content + "\"")),
        ErrorCode::store_serde, message);
  };
  refuse("12\n", "byte 73: a control character in a string: the byte 0x0a");
  refuse("\\x", "unknown escape");
  refuse("\\u12", "\\u without four hex digits");
  refuse("\\u12g4", "\\u without four hex digits");
  refuse("\\u-123", "\\u without four hex digits");
  refuse("\\ud83d", "high surrogate without a low one");
  refuse("\\ud83d\\u0041", "high surrogate without a low one");
  refuse("\\ud83d\\ud83d", "high surrogate without a low one");
  refuse("\\ude00", "low surrogate without a high one");
  refuse("12345678901\xc3", "byte 82: invalid UTF-8");
  refuse("12345\xc0\x80", "byte 76: invalid UTF-8");
  refuse("\xed\xa0\x80", "byte 71: invalid UTF-8");
  refuse("\xc3\xa9\xff", "byte 73: invalid UTF-8");
}

TEST(RecordTable, RefusesWhatIsNotJson) {
  const auto refuse = [](std::string_view text, std::string_view message) {
    expect_refused(text, ErrorCode::store_serde, message);
  };
  refuse("", "byte 0: expected '{' to begin an object, found the end of the file");
  refuse("[]", "byte 0: expected '{'");
  refuse("{", "byte 1: expected '\"' to begin a string, found the end of the file");
  refuse("{}", "no member \"next_key\"");
  refuse("{\"next_key\":1}", "no member \"chunks\"");
  refuse("{\"next_key\":1,}", "byte 14: expected '\"' to begin a string, found '}'");
  refuse("{,\"next_key\":1}", "byte 1: expected '\"'");
  refuse("{\"next_key\" 1}", "byte 12: expected ':' after a member's name, found '1'");
  refuse("{\"next_key\":1 \"chunks\":{}}", "byte 14: expected ',' or '}' after a member");
  refuse("{\"next_key\":-1,\"chunks\":{}}", "byte 12: expected an unsigned 64-bit integer");
  refuse("{\"next_key\":1,\"chunks\":[]}", "byte 23: expected '{'");
  refuse("{\"next_key\":1,\"chunks\":{}}x", "byte 26: expected the end of the file, found 'x'");
  refuse(std::string_view("{\"next_key\":1,\"chunks\":{}}\0", 27), "found the byte 0x00");
  refuse("\xef\xbb\xbf{\"next_key\":1,\"chunks\":{}}", "byte 0: expected '{'");
}

TEST(RecordTable, RefusesWrongValuesInMembersItDoesNotKnow) {
  for (const std::string_view value :
       {"",    "-",    "01",  "1.",   ".5",       "1e",    "1e+",     "+1",       "tru",
        "nul", "fals", "[",   "[1,]", "[,1]",     "[1 2]", "{\"a\"}", "{\"a\":}", "{1:2}",
        "\"",  "\"\\", "'a'", "NaN",  "Infinity", "]",     "}",       "\xff"}) {
    const std::string text = "{\"next_key\":1,\"chunks\":{},\"x\":" + std::string(value) + "}";
    EXPECT_EQ(error_of(text).code, ErrorCode::store_serde) << value;
  }
}

TEST(RecordTable, LimitsNesting) {
  for (const std::string_view open : {"[", "{\"a\":"}) {
    std::string text = "{\"x\":";
    for (int i = 0; i < 1'000'000; ++i) {
      text += open;
    }
    expect_refused(text, ErrorCode::store_serde, "nested deeper than 100");
  }
  const std::string deep = std::string(99, '[') + "1" + std::string(99, ']');
  EXPECT_TRUE(RecordTable::read("{\"next_key\":1,\"chunks\":{},\"x\":" + deep + "}").has_value());
}

}  // namespace
}  // namespace quire::records
