#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/records/base64.hpp"
#include "store/records/metadata_text.hpp"
#include "store/records/record_table.hpp"
#include "support/random_chunks.hpp"
#include "support/temp_dir.hpp"

namespace quire::records {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(AppendJsonString, EscapesOnlyWhatItMust) {
  EXPECT_EQ(json_string(""), "\"\"");
  EXPECT_EQ(json_string("plain text, 'quotes' and /slashes/"),
            "\"plain text, 'quotes' and /slashes/\"");
  EXPECT_EQ(json_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(json_string("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
  EXPECT_EQ(json_string(std::string_view("\0\x01\x0b\x0e\x1f\x20\x7f", 7)),
            "\"\\u0000\\u0001\\u000b\\u000e\\u001f \x7f\"");
  EXPECT_EQ(json_string("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80"),
            "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"");
}

TEST(AppendJsonString, FindsEachSpecialByteAtEachPlace) {
  for (int c = 0; c < 256; ++c) {
    const bool special = c < 0x20 || c == '"' || c == '\\';
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(c);
      EXPECT_EQ(json_string(text).size() > 22, special) << c << " at " << place;
    }
  }
}

TEST(Base64, GivesBackWhatWasWritten) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(255 - i));
  }
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, RefusesWhatIsNotWrittenSo) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "=AAA",
                                      "Z===", "Zm8=Zm8=", "Zm8\n", "Zm8-", "Zm 8"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(MetadataWriter, WritesFormat1) {
  FileHeader header = a_header(345);
  header.attributes = {{"blob", std::string("\x00\x01\xff", 3)}, {"file:src/a.c", "x"}};
  ChunkMeta meta = a_chunk();
  meta.package_name = "p";
  meta.extra = {{"note", "x"}, {"a", "\n"}};
  EXPECT_EQ(
      written(header, {{0, meta}, {7, a_chunk("b")}}),
      "{\"format\":1,\"uuid\":\"00112233445566778899aabbccddeeff\",\"lsn\":12,\"dimensions\":3,"
      "\"metric\":\"squared_l2\",\"scalar\":\"f32\",\"next_key\":345,\n"
      "\"attributes\":{\n"
      "\"blob\":{\"base64\":\"AAH/\"},\n"
      "\"file:src/a.c\":\"x\"\n"
      "},\n"
      "\"chunks\":{\n"
      "\"0\":{\"file_path\":\"src/a.c\",\"chunk_id\":0,\"content\":\"int main() {\\n}\\n\","
      "\"symbol_name\":null,\"symbol_kind\":null,\"package_name\":\"p\",\"language\":\"c\","
      "\"start_line\":1,\"end_line\":2,\"last_modified\":0,\"note\":\"x\",\"a\":\"\\n\"},\n"
      "\"7\":{\"file_path\":\"b\",\"chunk_id\":0,\"content\":\"int main() {\\n}\\n\","
      "\"symbol_name\":null,\"symbol_kind\":null,\"package_name\":null,\"language\":\"c\","
      "\"start_line\":1,\"end_line\":2,\"last_modified\":0}\n"
      "},\n"
      "\"checksum\":\"xxh3:823c92730888ebb2\"}\n");
}

TEST(MetadataWriter, HoldsOnlyAPieceOfTheFile) {
  std::size_t largest = 0;
  std::size_t whole = 0;
  MetadataWriter writer([&](std::string_view bytes) -> Status {
    largest = std::max(largest, bytes.size());
    whole += bytes.size();
    return {};
  });
  ChunkMeta meta = a_chunk();
  meta.content = std::string(10'000, 'x');
  ASSERT_TRUE(writer.begin(a_header(1000)).has_value());
  for (std::uint64_t key = 0; key < 1000; ++key) {
    ASSERT_TRUE(writer.add(key, meta).has_value());
  }
  ASSERT_TRUE(writer.finish().has_value());
  EXPECT_GT(whole, 10'000'000U);
  EXPECT_LT(largest, 300'000U);
}

TEST(MetadataWriter, PassesOnTheSinksError) {
  MetadataWriter writer(
      [](std::string_view) -> Status { return fail(ErrorCode::store_io, "disk full"); });
  ASSERT_TRUE(writer.begin(a_header(1)).has_value());
  const Status finished = writer.finish();
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().code, ErrorCode::store_io);
}

TEST(MetadataWriter, RefusesWhatCouldNotBeReadAgain) {
  const auto writer = [] { return MetadataWriter([](std::string_view) { return Status(); }); };
  const auto refused = [](const Status& status) {
    return !status.has_value() && status.error().code == ErrorCode::internal;
  };
  FileHeader header = a_header(10);
  header.uuid = {};
  EXPECT_TRUE(refused(writer().begin(header)));
  header = a_header(kMaxChunkKey + 2);
  EXPECT_TRUE(refused(writer().begin(header)));
  header = a_header(10);
  header.attributes = {{"\xff", ""}};
  EXPECT_TRUE(refused(writer().begin(header)));

  MetadataWriter rising = writer();
  ASSERT_TRUE(rising.begin(a_header(10)).has_value());
  EXPECT_TRUE(refused(rising.add(10, a_chunk())));
  EXPECT_TRUE(rising.add(4, a_chunk()).has_value());
  EXPECT_TRUE(refused(rising.add(4, a_chunk())));
  EXPECT_TRUE(refused(rising.add(3, a_chunk())));
  EXPECT_TRUE(refused(rising.add(5, a_chunk("\xff"))));
  EXPECT_TRUE(rising.add(5, a_chunk()).has_value());
}

TEST(MetadataWriter, WritesWhatNodeReads) {
  if (std::system("node --version > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "node is not installed";
  }
  support::RandomChunks random(11);
  Chunks chunks;
  for (std::uint64_t key = 0; key < 200; ++key) {
    chunks.emplace(key, random.next());
  }
  FileHeader header = a_header(200);
  header.attributes = {{"a", "\xff"}, {"b", "\xe2\x80\xa8"}};
  const support::TempDir folder;
  folder.write("metadata.json", written(header, chunks));
  // The same in another way: each string as base64 of its UTF-8, one chunk a line.
  std::string expected;
  const auto text = [](const std::optional<std::string>& value) {
    return value.has_value() ? to_base64(*value) : std::string("null");
  };
  for (const auto& [key, meta] : chunks) {
    expected += std::to_string(key) + " " + text(meta.file_path) + " " + text(meta.content) + " " +
                text(meta.symbol_name) + " " + text(meta.symbol_kind) + " " +
                text(meta.package_name) + " " + text(meta.language);
    for (const ExtraField& field : meta.extra) {
      expected += " " + text(field.name) + "=" + text(field.value);
    }
    expected += "\n";
  }
  folder.write("expected", expected);
  folder.write("read.js", R"js(
    const fs = require('fs');
    const file = JSON.parse(fs.readFileSync('metadata.json', 'utf8'));
    const b64 = s => s === null ? 'null' : Buffer.from(s, 'utf8').toString('base64');
    const own = ['file_path', 'chunk_id', 'content', 'symbol_name', 'symbol_kind', 'package_name',
                 'language', 'start_line', 'end_line', 'last_modified'];
    const strings = own.filter(n => !/chunk_id|line|last/.test(n));
    let out = '';
    for (const [key, chunk] of Object.entries(file.chunks)) {
      out += key + ' ' + strings.map(n => b64(chunk[n])).join(' ');
      for (const [n, v] of Object.entries(chunk)) if (!own.includes(n)) out += ' ' + b64(n) + '=' + b64(v);
      out += '\n';
      if (!own.every(n => n in chunk)) throw 'a member is missing';
    }
    if (file.next_key !== 200) throw 'next_key';
    if (file.attributes.b !== '\u2028') throw 'attributes';
    if (out !== fs.readFileSync('expected', 'utf8')) { console.log(out); throw 'chunks differ'; }
  )js");
  const std::string command = "cd '" + folder.path().string() + "' && node read.js";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace quire::records
