#include "embedding/http/http_embedder.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include "embedding/http/server.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::embedding {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::expect;
using support::expect_ok;
using Clock = std::chrono::steady_clock;
using Texts = std::vector<std::string_view>;

/// One server for all tests; a test counts what it asked for itself.
Server& server() {
  static Server running;
  return running;
}

HttpSettings settings() {
  HttpSettings out;
  out.first_pause = milliseconds(20);
  out.time_limit = seconds(20);
  return out;
}

std::unique_ptr<Embedder> open(const std::string& model, const HttpSettings& with = settings()) {
  return expect(open_http_embedder(server().model(model), with));
}

/// What `model` was asked to embed, request by request, without the first, which is the probe's.
std::vector<std::vector<std::string>> asked(const std::string& model) {
  std::vector<std::vector<std::string>> out;
  for (const nlohmann::json& request : server().requests()) {
    if (request["model"] == model) {
      out.push_back(request["texts"].get<std::vector<std::string>>());
    }
  }
  out.erase(out.begin());
  return out;
}

std::vector<float> embedded(const Embedder& embedder, const Texts& texts) {
  std::vector<float> out(texts.size() * embedder.identity().dimensions);
  expect_ok(embedder.embed_documents(texts, out));
  return out;
}

/// The error of embedding two texts by `model`.
Error error_of(const std::string& model, const HttpSettings& with = settings()) {
  const auto embedder = open(model, with);
  std::vector<float> out(std::size_t{2} * embedder->identity().dimensions);
  const Status status = embedder->embed_documents(Texts{"one", "two"}, out);
  EXPECT_FALSE(status.has_value()) << model;
  return status.has_value() ? Error() : status.error();
}

void expect_error(const Error& error, ErrorCode code, std::string_view part) {
  EXPECT_EQ(to_string(error.code), to_string(code)) << error.message;
  EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
}

TEST(HttpEmbedder, SendsWhatOpenAisFormAsksFor) {
  const auto embedder = open("plain");
  EXPECT_EQ(embedder->identity().dimensions, 16U);
  embedded(*embedder, {"alpha beta", "gamma"});
  EXPECT_EQ(asked("plain"), (std::vector<std::vector<std::string>>{{"alpha beta", "gamma"}}));
  const nlohmann::json request = server().requests().back();
  EXPECT_EQ(request["path"], "/v1/embeddings");
  EXPECT_EQ(request["format"], "float");
  EXPECT_EQ(request["headers"]["Content-Type"], "application/json");
  EXPECT_FALSE(request["headers"].contains("Authorization"));
}

TEST(HttpEmbedder, GivesUnitVectorsThatDoNotDependOnTheCompany) {
  const auto embedder = open("plain");
  const std::vector<float> together = embedded(*embedder, {"alpha", "beta gamma"});
  std::vector<float> alone(16);
  expect_ok(embedder->embed_query("beta gamma", alone));
  EXPECT_EQ(std::vector<float>(together.begin() + 16, together.end()), alone);
  double square = 0;
  for (const float x : alone) {
    square += double{x} * double{x};
  }
  EXPECT_NEAR(square, 1, 1e-6);
}

TEST(HttpEmbedder, PutsShuffledAnswersInOrder) {
  const Texts texts{"alpha", "beta gamma", "delta delta epsilon"};
  EXPECT_EQ(embedded(*open("shuffled"), texts), embedded(*open("plain"), texts));
}

TEST(HttpEmbedder, SendsBatchesByCountAndBytes) {
  HttpSettings with = settings();
  with.batch_texts = 3;
  with.batch_bytes = 10;
  embedded(*open("plain-1", with),
           {"a", "b", "c", "d", "01234567", "01", "0", "0123456789abcdef", "x"});
  EXPECT_EQ(asked("plain-1"),
            (std::vector<std::vector<std::string>>{
                {"a", "b", "c"}, {"d", "01234567"}, {"01", "0"}, {"0123456789abcdef"}, {"x"}}));
}

TEST(HttpEmbedder, SendsNoBlankTexts) {
  const auto embedder = open("plain-2");
  const std::vector<float> vectors = embedded(*embedder, {"", "alpha", " \n"});
  EXPECT_EQ(asked("plain-2"), (std::vector<std::vector<std::string>>{{"alpha"}}));
  EXPECT_EQ(vectors[0], 1);
  EXPECT_EQ(vectors[32], 1);
  embedded(*embedder, {});
  embedded(*embedder, {"", ""});
  EXPECT_EQ(asked("plain-2").size(), 1U);
}

TEST(HttpEmbedder, PassesAnyTextOn) {
  const auto embedder = open("plain-3");
  const std::string text = "\"\\ \n\t\r\x01 \xE2\x82\xAC @file %{x} [1-3] {a,b}\n--data \x7f";
  const std::string large(2'000'000, 'x');
  embedded(*embedder, {text, "not \xff UTF-8", large});
  const auto requests = asked("plain-3");
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0], (std::vector<std::string>{text, "not \xEF\xBF\xBD UTF-8"}));
  EXPECT_EQ(requests[1], (std::vector<std::string>{large}));
}

TEST(HttpEmbedder, PutsTheModelsPrefixesBeforeTexts) {
  HttpSettings with = settings();
  with.query_prefix = "ask: ";
  with.document_prefix = "";
  const auto embedder = open("plain-4", with);
  embedded(*embedder, {"alpha"});
  std::vector<float> out(16);
  expect_ok(embedder->embed_query("beta", out));
  EXPECT_EQ(asked("plain-4"), (std::vector<std::vector<std::string>>{{"alpha"}, {"ask: beta"}}));
}

TEST(HttpEmbedder, IsIdentifiedByAddressModelAndPrefixes) {
  HttpSettings with = settings();
  const EmbedderIdentity identity = open("plain")->identity();
  EXPECT_EQ(identity.name, server().model("plain"));
  EXPECT_EQ(identity.version, 1U);
  EXPECT_EQ(open("plain")->identity(), identity);
  EXPECT_NE(open("shuffled")->identity(), identity);
  with.key = "secret";
  EXPECT_EQ(open("plain", with)->identity(), identity);
  with.query_prefix = "a";
  const EmbedderIdentity asked_otherwise = open("plain", with)->identity();
  EXPECT_NE(asked_otherwise, identity);
  with.query_prefix = "";
  with.document_prefix = "a";
  EXPECT_NE(open("plain", with)->identity(), identity);
  EXPECT_NE(open("plain", with)->identity(), asked_otherwise);
}

TEST(HttpEmbedder, SaysWhereTextsGo) {
  const TextDestination destination = open("plain")->destination();
  EXPECT_EQ("http://" + destination.host + "/v1#plain", server().model("plain"));
  EXPECT_EQ(destination.model, "plain");
  EXPECT_TRUE(destination.on_this_machine);
  EXPECT_EQ(make_hashing_embedder()->destination().host, "");
}

TEST(HttpEmbedder, ComesBackToABusyServerAfterTheTimeItAsksFor) {
  const auto embedder = open("busy-1-1");
  const auto started = Clock::now();
  embedded(*embedder, {"alpha"});
  EXPECT_GE(Clock::now() - started, seconds(1));
  EXPECT_EQ(asked("busy-1-1").size(), 2U);
}

TEST(HttpEmbedder, WaitsTwiceAsLongEachTime) {
  const auto embedder = open("busy-3-none");
  const auto started = Clock::now();
  embedded(*embedder, {"alpha"});
  EXPECT_GE(Clock::now() - started, milliseconds(20 + 40 + 80));
  EXPECT_EQ(asked("busy-3-none").size(), 4U);
}

TEST(HttpEmbedder, GivesUpOnAServerThatStaysBusy) {
  expect_error(error_of("busy-99-0"), ErrorCode::unavailable, "HTTP 429, \"too fast\"");
  EXPECT_EQ(asked("busy-99-0").size(), 5U);
}

TEST(HttpEmbedder, DoesNotWaitLongerThanItsLimit) {
  const auto started = Clock::now();
  expect_error(error_of("busy-99-3600"), ErrorCode::unavailable, "come back after 3600 s");
  EXPECT_LT(Clock::now() - started, seconds(30));
  EXPECT_EQ(asked("busy-99-3600").size(), 1U);
}

TEST(HttpEmbedder, TriesAgainAfterFailuresThatPass) {
  embedded(*open("broken-2"), {"alpha"});
  EXPECT_EQ(asked("broken-2").size(), 3U);
  embedded(*open("reset-2"), {"alpha"});
  EXPECT_EQ(asked("reset-2").size(), 3U);
}

TEST(HttpEmbedder, ThatFailsForGoodSaysWhatCame) {
  expect_error(error_of("broken-99"), ErrorCode::unavailable, "HTTP 500, \"oops\"");
  expect_error(error_of("reset-99"), ErrorCode::unavailable, "Recv failure");
  expect_error(error_of("cut"), ErrorCode::unavailable, "10 bytes remaining");
  expect_error(error_of("status-404"), ErrorCode::invalid_argument, "HTTP 404");
  expect_error(error_of("missing"), ErrorCode::incompatible, "1 embeddings for 2 texts");
  expect_error(error_of("extra"), ErrorCode::incompatible, "more than 2 embeddings");
  expect_error(error_of("twice"), ErrorCode::incompatible, "index 1 twice");
  expect_error(error_of("no-index"), ErrorCode::incompatible, "without an index");
  expect_error(error_of("odd-index"), ErrorCode::incompatible, "an index that is not one of");
  expect_error(error_of("no-embedding"), ErrorCode::incompatible, "embedding 1 without numbers");
  expect_error(error_of("encoded"), ErrorCode::incompatible, "as text instead of");
  expect_error(error_of("null"), ErrorCode::incompatible, "null as its number 3");
  expect_error(error_of("nan"), ErrorCode::incompatible, "not JSON at byte");
  expect_error(error_of("huge-number"), ErrorCode::incompatible, "beyond a float");
  expect_error(error_of("nested"), ErrorCode::incompatible, "an array as its number 0");
  expect_error(error_of("zeros"), ErrorCode::incompatible, "embedding 1 of zeros alone");
  expect_error(error_of("longer"), ErrorCode::incompatible,
               "embedding 1 of 17 dimensions, where 16");
  expect_error(error_of("truncated"), ErrorCode::incompatible, "not JSON at byte");
  expect_error(error_of("text"), ErrorCode::incompatible, "not JSON at byte 0");
  expect_error(error_of("empty"), ErrorCode::incompatible, "not JSON at byte 0");
  EXPECT_NE(error_of("text").message.find("embed 2 texts at " + server().model("text")),
            std::string::npos);
}

TEST(HttpEmbedder, DoesNotRepeatWhatWouldFailAgain) {
  error_of("status-400");
  EXPECT_EQ(asked("status-400").size(), 1U);
}

TEST(HttpEmbedder, TakesNoAnswerLargerThanItsLimit) {
  HttpSettings with = settings();
  with.largest_answer = std::size_t{1} << 20;
  expect_error(error_of("endless", with), ErrorCode::unavailable, "larger than 1 MiB");
}

TEST(HttpEmbedder, WaitsNoLongerThanItsTimeLimit) {
  HttpSettings with = settings();
  with.time_limit = seconds(1);
  const auto started = Clock::now();
  expect_error(error_of("silent", with), ErrorCode::unavailable, "timed out");
  EXPECT_LT(Clock::now() - started, seconds(10));
  embedded(*open("slow-0.3", with), {"alpha"});
}

TEST(HttpEmbedder, FollowsNoRedirect) {
  const Error error = error_of("redirect");
  expect_error(error, ErrorCode::invalid_argument, "sends on to elsewhere.example:81 (HTTP 302)");
}

TEST(HttpEmbedder, ThatCanNotBeReachedIsUnavailable) {
  const Result<std::unique_ptr<Embedder>> opened =
      open_http_embedder("http://127.0.0.1:1/v1#m", settings());
  ASSERT_FALSE(opened.has_value());
  expect_error(opened.error(), ErrorCode::unavailable, "Failed to connect to 127.0.0.1 port 1");
}

TEST(HttpEmbedder, ThatFailsItsFirstRequestDoesNotOpen) {
  for (const std::string model : {"probe-nan", "probe-status-401", "probe-text", "probe-zeros"}) {
    EXPECT_FALSE(open_http_embedder(server().model(model), settings()).has_value()) << model;
  }
}

TEST(HttpEmbedder, TheServerSeesExactlyTheKey) {
  HttpSettings with = settings();
  with.key = R"(k"e\y'\n#{}[]$HOME%20;=@)";
  with.openai_key = "other";
  open("plain-5", with);
  EXPECT_EQ(server().requests().back()["headers"]["Authorization"], "Bearer " + with.key);
}

TEST(HttpEmbedder, OpenAisKeyGoesToOpenAiAlone) {
  HttpSettings with = settings();
  with.openai_key = "other";
  open("plain-6", with);
  EXPECT_FALSE(server().requests().back()["headers"].contains("Authorization"));
  // Were it meant for that host, it would not go there in clear text either.
  const auto opened = open_http_embedder("http://api.openai.com/v1#m", with);
  ASSERT_FALSE(opened.has_value());
  expect_error(opened.error(), ErrorCode::invalid_argument, "clear text");
}

TEST(HttpEmbedder, AKeyNeverTravelsInClearText) {
  HttpSettings with = settings();
  with.key = "secret-key";
  for (const std::string host : {"example.org", "192.168.0.1", "127.0.0.1.example.org"}) {
    const auto opened = open_http_embedder("http://" + host + "/v1#m", with);
    ASSERT_FALSE(opened.has_value());
    expect_error(opened.error(), ErrorCode::invalid_argument, "would travel in clear text");
    EXPECT_EQ(opened.error().message.find(with.key), std::string::npos);
  }
}

TEST(HttpEmbedder, ServersWordsAreCleanAndWithoutTheKey) {
  HttpSettings with = settings();
  with.key = "secret-key";
  const Error error = error_of("status-401", with);
  expect_error(error, ErrorCode::invalid_argument, "HTTP 401, \"no  [31m good: Bearer [key] xxx");
  EXPECT_EQ(error.message.find(with.key), std::string::npos);
  EXPECT_LT(error.message.size(), 600U);
  expect_error(error, ErrorCode::invalid_argument, "it does not take the key that was sent");
  expect_error(error_of("status-403"), ErrorCode::invalid_argument,
               "no key was sent: set QUIRE_API_KEY");
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The command line and environment of a child of this process named curl; waits for it.
std::string childs_words() {
  const std::string parent = "PPid:\t" + std::to_string(getpid()) + "\n";
  for (const auto until = Clock::now() + seconds(10); Clock::now() < until;) {
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      const std::string status = content_of(process.path() / "status");
      if (status.starts_with("Name:\tcurl\n") && status.find(parent) != std::string::npos) {
        return content_of(process.path() / "cmdline") + content_of(process.path() / "environ");
      }
    }
  }
  return "";
}

TEST(HttpEmbedder, NeitherKeyNorTextIsSeenAmongProcesses) {
  ASSERT_EQ(setenv("QUIRE_API_KEY", "secret-key", 1), 0);
  HttpSettings with = expect(HttpSettings::from_environment());
  with.time_limit = seconds(2);
  const auto embedder = open("silent-7", with);
  std::thread asking([&] {
    std::vector<float> out(16);
    EXPECT_FALSE(embedder->embed_query("secret-text", out).has_value());
  });
  const std::string words = childs_words();
  asking.join();
  unsetenv("QUIRE_API_KEY");
  EXPECT_TRUE(words.starts_with(std::string("curl\0-q\0--config\0-\0", 19))) << words;
  for (const std::string_view secret : {"secret", "127.0.0.1", "silent", "QUIRE_API_KEY"}) {
    EXPECT_EQ(words.find(secret), std::string::npos) << secret;
  }
}

TEST(HttpEmbedder, ReadsNoConfigurationOfCurl) {
  const support::TempDir home;
  home.write(".curlrc", "header = \"X-From-File: yes\"\n");
  home.write(".config/curlrc", "header = \"X-From-File: yes\"\n");
  const std::string before = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  setenv("HOME", home.path().c_str(), 1);
  open("plain-7");
  setenv("HOME", before.c_str(), 1);
  EXPECT_FALSE(server().requests().back()["headers"].contains("X-From-File"));
}

TEST(HttpEmbedder, GoesStraightToThisMachinePastProxies) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  open("plain-8");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST(HttpEmbedder, WithoutCurlSaysWhatToInstall) {
  const support::TempDir empty;
  const std::string before = std::getenv("PATH");
  setenv("PATH", empty.path().c_str(), 1);
  const auto opened = open_http_embedder("http://127.0.0.1:1/v1#m", settings());
  setenv("PATH", before.c_str(), 1);
  ASSERT_FALSE(opened.has_value());
  expect_error(opened.error(), ErrorCode::unavailable, "install it (apt-get install curl)");
}

TEST(HttpEmbedder, ServesManyThreads) {
  const auto embedder = open("plain-9");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&embedder, i] {
      const std::string text = "word" + std::string(static_cast<std::size_t>(i), 'x');
      for (int n = 0; n < 5; ++n) {
        EXPECT_EQ(embedded(*embedder, {text}), embedded(*embedder, {text}));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(asked("plain-9").size(), 80U);
}

TEST(HttpEmbedder, KeepsToARateOverAllThreads) {
  HttpSettings with = settings();
  with.requests_per_minute = 600;
  const auto embedder = open("plain-10", with);
  const auto started = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&embedder] { embedded(*embedder, {"alpha"}); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GE(Clock::now() - started, milliseconds(400));
}

TEST(HttpEmbedder, RefusesRoomOfAnotherSize) {
  std::vector<float> out(3);
  const Status status = open("plain")->embed_documents(Texts{"a"}, out);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
}

/// Sets a variable for its own lifetime.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(HttpSettings, ComeFromTheEnvironment) {
  const HttpSettings plain = expect(HttpSettings::from_environment());
  EXPECT_EQ(plain.key, "");
  EXPECT_EQ(plain.time_limit, seconds(300));
  EXPECT_FALSE(plain.query_prefix.has_value());
  const Variable key("QUIRE_API_KEY", "k");
  const Variable query("QUIRE_QUERY_PREFIX", "");
  const Variable timeout("QUIRE_HTTP_TIMEOUT", "7");
  const Variable batch("QUIRE_HTTP_BATCH", "2048");
  const Variable rate("QUIRE_HTTP_REQUESTS_PER_MINUTE", "3");
  const HttpSettings set = expect(HttpSettings::from_environment());
  EXPECT_EQ(set.key, "k");
  EXPECT_EQ(set.query_prefix, "");
  EXPECT_EQ(set.time_limit, seconds(7));
  EXPECT_EQ(set.batch_texts, 2048U);
  EXPECT_EQ(set.requests_per_minute, 3U);
}

TEST(HttpSettings, ThatAreWrongAreNamed) {
  for (const char* const value : {"", "0", "-1", "x", "1.5", "2049", "99999999999"}) {
    const Variable batch("QUIRE_HTTP_BATCH", value);
    const Result<HttpSettings> read = HttpSettings::from_environment();
    ASSERT_FALSE(read.has_value()) << value;
    expect_error(read.error(), ErrorCode::invalid_argument, "QUIRE_HTTP_BATCH is");
  }
}

TEST(HttpSettings, AKeyThatNoHeaderHoldsIsRefusedUnseen) {
  for (const char* const value :
       {"secret\n", "secret\r\nX: y", "sec ret", "secret\x7f", "secret\xC3\xA9"}) {
    const Variable key("QUIRE_API_KEY", value);
    const Result<HttpSettings> read = HttpSettings::from_environment();
    ASSERT_FALSE(read.has_value()) << value;
    expect_error(read.error(), ErrorCode::invalid_argument, "QUIRE_API_KEY");
    EXPECT_EQ(read.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace quire::embedding
