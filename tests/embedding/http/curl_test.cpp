#include "embedding/http/curl.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/child_process.hpp"
#include "support/expect.hpp"
#include "support/temp_dir.hpp"

namespace quire::embedding {
namespace {

using namespace std::string_literals;

/// The name of the file that curl writes when its configuration says to write to `name`.
std::string file_written_as(const std::string& name) {
  const support::TempDir folder;
  folder.write("from", "x");
  const std::string from = (folder.path() / "from").string();
  const std::string to = (folder.path() / "to").string();
  std::filesystem::create_directory(to);
  const std::string config = "silent\nurl = " + quoted_for_curl("file://" + from) +
                             "\noutput = " + quoted_for_curl(to + "/" + name) + "\n";
  const base::ChildReport report =
      support::expect(base::run_child({.arguments = {"curl", "-q", "--config", "-"},
                                       .environment = {},
                                       .inputs = {{0, config}},
                                       .outputs = {{1, 1000}, {2, 1000}},
                                       .time_limit = std::chrono::seconds(20)}));
  EXPECT_EQ(report.code, 0) << report.outputs[1];
  const std::filesystem::directory_iterator first(to);
  return first == end(first) ? "" : first->path().filename().string();
}

TEST(QuotedForCurl, IsReadBackByCurlByteForByte) {
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) {
    bytes += byte == '/' ? "" : std::string(1, static_cast<char>(byte));
  }
  for (const std::string& name :
       {bytes, "a\"b\\c\\\"d\nurl = \"http:x\"\r\n\t\v #x\\n %s $HOME `id` 'q' \\"s, "\\"s, "\""s,
        "\\\\n"s, " a "s, "\n"s, "#"s, "-"s}) {
    EXPECT_EQ(file_written_as(name), name);
  }
}

HttpAnswer head(std::string_view text) {
  HttpAnswer answer;
  read_head(text, answer);
  return answer;
}

TEST(ReadHead, TakesTheLastAnswersFields) {
  const HttpAnswer answer = head(
      "HTTP/1.1 200 Connection established\r\nRetry-After: 9\r\n\r\n"
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 429 Too Many Requests\r\nRETRY-AFTER:  7 \r\nLocation: /x\r\n\r\n"
      "retry-after: 8\r\n");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.retry_after, "7");
  EXPECT_EQ(answer.location, "/x");
  EXPECT_EQ(head("HTTP/2 503 \nretry-after: 1\n\n").status, 503);
}

TEST(ReadHead, BearsAnyBytes) {
  for (const std::string& text : {""s, "HTTP/"s, "HTTP/1.1"s, "HTTP/1.1 "s, "HTTP/1.1 2"s,
                                  "HTTP/1.1 2x0"s, ":\n\n:"s, "\0\n"s, "HTTP/1.1 99"s}) {
    EXPECT_EQ(head(text).status, 0) << text;
  }
}

}  // namespace
}  // namespace quire::embedding
