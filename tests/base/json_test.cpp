#include "base/json.hpp"

#include <cstdint>
#include <limits>
#include <string>

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

}  // namespace
}  // namespace quire::base
