#include "base/json.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace quire::base {
namespace {

std::string refusal_of(std::string_view text) {
  const Result<Json> parsed = parse_json(text);
  EXPECT_FALSE(parsed.has_value()) << text;
  if (parsed.has_value()) {
    return "";
  }
  EXPECT_EQ(to_string(parsed.error().code), "store_serde");
  return parsed.error().message;
}

TEST(ParseJson, KeepsTheOrderOfMembers) {
  const Json value = parse_json(R"( {"z": 1, "a": [true, null, "\u00e9"], "m": {}} )").value();
  EXPECT_EQ(dump_json(value), "{\"z\":1,\"a\":[true,null,\"\xC3\xA9\"],\"m\":{}}");
}

TEST(ParseJson, SaysAtWhichByteItFailedAndWhy) {
  const auto expect_at = [](std::string_view text, std::size_t byte, std::string_view why) {
    const std::string message = refusal_of(text);
    EXPECT_TRUE(message.starts_with("not JSON at byte " + std::to_string(byte) + ": ")) << message;
    EXPECT_NE(message.find(why), std::string::npos) << message;
    EXPECT_EQ(message.find("json.exception"), std::string::npos) << message;
  };
  expect_at("", 0, "unexpected end of input");
  expect_at("{\"a\": }", 6, "unexpected '}'");
  expect_at("[1, 2", 5, "unexpected end of input");
  expect_at("[1] [2]", 4, "unexpected '['");
  expect_at("\"a\xff\"", 2, "ill-formed UTF-8");
}

TEST(ParseJson, RefusesANumberBeyondADouble) {
  const std::string message = refusal_of("[1e999]");
  EXPECT_TRUE(message.starts_with("not JSON: ")) << message;
  EXPECT_NE(message.find("1e999"), std::string::npos) << message;
}

/// Writes what it is told in a line; stops at the number 13.
class Transcript : public JsonEvents {
 public:
  std::string text;

  bool take_null() override { return add("null"); }
  bool take_boolean(bool value) override { return add(value ? "true" : "false"); }
  bool take_number(double value) override {
    return add(std::to_string(static_cast<int>(value * 10))) && value != 13;
  }
  bool take_string(std::string_view value) override { return add("'" + std::string(value) + "'"); }
  bool take_key(std::string_view key) override { return add(std::string(key) + ":"); }
  bool begin_object() override { return add("{"); }
  bool end_object() override { return add("}"); }
  bool begin_array() override { return add("["); }
  bool end_array() override { return add("]"); }

 private:
  bool add(const std::string& what) {
    text += what + " ";
    return true;
  }
};

TEST(ScanJson, TellsEverythingInItsOrder) {
  Transcript events;
  EXPECT_TRUE(scan_json(R"({"a": [1, -2, 0.5, "\u0041"], "b": {"c": null}, "d": true})", events)
                  .has_value());
  EXPECT_EQ(events.text, "{ a: [ 10 -20 5 'A' ] b: { c: null } d: true } ");
}

TEST(ScanJson, MayBeStopped) {
  Transcript events;
  EXPECT_TRUE(scan_json("[1, 13, 2, and no JSON", events).has_value());
  EXPECT_EQ(events.text, "[ 10 130 ");
}

TEST(ScanJson, RefusesWhatIsNotJson) {
  for (const std::string_view text :
       {"", "[1,", "[NaN]", "[Infinity]", "[1e999]", "[1] x", "\"\xff\""}) {
    Transcript events;
    const Status scanned = scan_json(text, events);
    ASSERT_FALSE(scanned.has_value()) << text;
    EXPECT_EQ(scanned.error().code, ErrorCode::store_serde);
    EXPECT_TRUE(scanned.error().message.starts_with("not JSON at byte "))
        << scanned.error().message;
  }
}

TEST(ScanJson, BearsAMillionOpenBrackets) {
  Transcript events;
  EXPECT_FALSE(scan_json(std::string(1'000'000, '['), events).has_value());
}

TEST(DumpJson, ReadsBackAndPutsAMarkForWhatIsNotUtf8) {
  const Json value = {
      {"big", std::numeric_limits<std::int64_t>::min()}, {"half", 0.5}, {"s", "\n"}};
  EXPECT_EQ(dump_json(value), R"({"big":-9223372036854775808,"half":0.5,"s":"\n"})");
  EXPECT_EQ(parse_json(dump_json(value)).value(), value);
  EXPECT_EQ(dump_json({{"s",
                        "a\xff"
                        "b\xC3"}}),
            "{\"s\":\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"}");
}

TEST(JsonDocument, ReadsEachTypeAsItself) {
  const auto document =
      JsonDocument::parse(R"({"a": [1, -2, 0.5, "x\u00e9", true, null], "b": {"c": {}}})");
  ASSERT_TRUE(document.has_value());
  const JsonValue root = document->root();
  EXPECT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 2U);
  const JsonValue list = root.member("a");
  EXPECT_TRUE(list.is_array());
  EXPECT_EQ(list.size(), 6U);
  std::vector<JsonValue> values;
  for (const JsonMember& each : list.members()) {
    EXPECT_EQ(each.name, "");
    values.push_back(each.value);
  }
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(values[0].count(), 1U);
  EXPECT_EQ(values[0].number(), 1.0);
  EXPECT_EQ(values[0].string(), std::nullopt);
  EXPECT_EQ(values[1].count(), std::nullopt);
  EXPECT_EQ(values[1].number(), -2.0);
  EXPECT_EQ(values[2].number(), 0.5);
  EXPECT_EQ(values[3].string(), "x\xC3\xA9");
  EXPECT_EQ(values[4].boolean(), true);
  EXPECT_TRUE(values[5].is_null());
  EXPECT_EQ(root.member("b").member("c").size(), 0U);
  EXPECT_TRUE(root.member("b").member("c").member("d").member("e").is_null());
}

TEST(JsonDocument, MembersComeInOrderAndTheLastOfEqualNamesCounts) {
  const auto document = JsonDocument::parse(R"({"b": [[]], "a": {"x": 1}, "b": 2})");
  ASSERT_TRUE(document.has_value());
  std::string names;
  for (const JsonMember& each : document->root().members()) {
    names += each.name;
  }
  EXPECT_EQ(names, "bab");
  EXPECT_EQ(document->root().member("b").count(), 2U);
}

TEST(JsonDocument, RefusesWhatParseJsonRefuses) {
  for (const std::string_view text :
       {"", "{", "[1,]", "{\"a\":}", "1 2", "\"\xFF\"", "1e999", "nul", "[", "\"\\ud800\""}) {
    const auto document = JsonDocument::parse(text);
    const auto json = parse_json(text);
    ASSERT_FALSE(document.has_value()) << text;
    ASSERT_FALSE(json.has_value()) << text;
    EXPECT_EQ(document.error().code, ErrorCode::store_serde);
    EXPECT_TRUE(document.error().message.starts_with("not JSON"));
  }
}

TEST(JsonDocument, DepthIsNoDanger) {
  std::string text(1'000'000, '[');
  text.append(1'000'000, ']');
  EXPECT_TRUE(JsonDocument::parse(text).has_value());
}

}  // namespace
}  // namespace quire::base
