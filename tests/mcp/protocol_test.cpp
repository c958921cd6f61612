#include "mcp/protocol.hpp"

#include <string>

#include <gtest/gtest.h>

namespace quire::mcp {
namespace {

using base::Json;
using base::JsonDocument;

/// The error that `text` is refused with, as "code: message"; "" if it is taken or passed over.
std::string refusal_of(const std::string& text) {
  const auto document = JsonDocument::parse(text);
  const auto message = read_message(*document);
  return message ? ""
                 : std::to_string(static_cast<int>(message.error().error.code)) + ": " +
                       message.error().error.message;
}

std::string modern(const std::string& version, const std::string& more) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
         R"("io.modelcontextprotocol/protocolVersion":)" +
         version + more + "}}}";
}

constexpr const char* kCapabilities = R"(,"io.modelcontextprotocol/clientCapabilities":{})";

TEST(ReadMessage, TakesRequestsOfBothEras) {
  EXPECT_EQ(refusal_of(R"({"jsonrpc":"2.0","id":"a","method":"ping"})"), "");
  EXPECT_EQ(refusal_of(modern("\"2026-07-28\"", kCapabilities)), "");
  const auto document = JsonDocument::parse(modern("\"2026-07-28\"", kCapabilities));
  EXPECT_EQ((*read_message(*document))->era, Era::modern);
}

TEST(ReadMessage, RefusesWhatIsNoMessage) {
  EXPECT_TRUE(refusal_of("[]").starts_with("-32600"));
  EXPECT_TRUE(refusal_of("7").starts_with("-32600"));
  EXPECT_TRUE(refusal_of(R"({"id":1,"method":"ping"})").starts_with("-32600"));
  EXPECT_TRUE(refusal_of(R"({"jsonrpc":"2.0","id":1})").starts_with("-32600"));
  EXPECT_TRUE(refusal_of(R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})").starts_with("-32600"));
  EXPECT_TRUE(refusal_of(R"({"jsonrpc":"2.0","id":null,"method":"ping"})").starts_with("-32600"));
  EXPECT_TRUE(
      refusal_of(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":3})").starts_with("-32602"));
}

TEST(ReadMessage, PassesAnswersOver) {
  const auto document = JsonDocument::parse(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_FALSE(read_message(*document)->has_value());
}

TEST(ReadMessage, AsksModernRequestsForWhatTheyMustSay) {
  EXPECT_TRUE(refusal_of(modern("\"2026-07-28\"", "")).starts_with("-32602"));
  EXPECT_TRUE(refusal_of(modern("1", kCapabilities)).starts_with("-32602"));
  EXPECT_TRUE(refusal_of(modern("\"2030-01-01\"", kCapabilities)).starts_with("-32022"));
}

TEST(ReadMessage, KeepsTheIdAsItIs) {
  for (const std::string id : {"\"x\"", "0", "-5", "9007199254740991", "18446744073709551615"}) {
    const auto document =
        JsonDocument::parse(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping"})");
    EXPECT_EQ(base::dump_json((*read_message(*document))->id), id);
  }
}

TEST(ResultLine, MarksModernResults) {
  Message request;
  request.id = 1;
  EXPECT_EQ(result_line(request, Json::object()), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  request.era = Era::modern;
  const Json line = *base::parse_json(result_line(request, Json::object()));
  EXPECT_EQ(line["result"]["resultType"], "complete");
  EXPECT_EQ(line["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "quire");
}

TEST(InitializeResult, AnswersWithTheClientsVersionOrTheNewest) {
  const auto old = JsonDocument::parse(R"({"protocolVersion":"2024-11-05"})");
  EXPECT_EQ(initialize_result(old->root())["protocolVersion"], "2024-11-05");
  const auto unknown = JsonDocument::parse(R"({"protocolVersion":"1999-01-01"})");
  EXPECT_EQ(initialize_result(unknown->root())["protocolVersion"], kNewestLegacyVersion);
}

}  // namespace
}  // namespace quire::mcp
