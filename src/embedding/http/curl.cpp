#include "embedding/http/curl.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/child_process.hpp"
#include "base/utf8.hpp"

namespace quire::embedding {
namespace {

using base::ChildReport;

constexpr int kBodyPipe = 3;
constexpr int kHeadPipe = 4;
constexpr std::size_t kLargestHead = std::size_t{256} << 10;
constexpr std::size_t kLargestComplaint = std::size_t{64} << 10;
constexpr std::chrono::seconds kConnecting{10};
/// How long curl may take beyond its own time limit before it is killed.
constexpr std::chrono::seconds kGrace{5};

/// What of our environment curl gets: how to reach the network, and whom to trust there.
constexpr std::array kPassedOn = {"http_proxy",     "https_proxy",   "HTTPS_PROXY",
                                  "all_proxy",      "ALL_PROXY",     "no_proxy",
                                  "NO_PROXY",       "SSL_CERT_FILE", "SSL_CERT_DIR",
                                  "CURL_CA_BUNDLE", "PATH",          "LD_LIBRARY_PATH"};

/// curl's exit codes (https://curl.se/docs/manpage.html#EXIT) after which another try makes sense:
/// refused or broken connections, answers cut short, and errors within HTTP/2 and HTTP/3.
constexpr std::array kTransient = {7, 16, 18, 35, 52, 55, 56, 92, 95};

std::vector<std::string> environment() {
  std::vector<std::string> out = {"LC_ALL=C"};
  for (const char* const name : kPassedOn) {
    if (const char* const value = std::getenv(name); value != nullptr) {
      out.push_back(std::string(name) + "=" + value);
    }
  }
  return out;
}

std::string option(std::string_view name, std::string_view value) {
  return std::string(name) + " = " + quoted_for_curl(value) + "\n";
}

std::string pipe_path(int descriptor) {
  return "/dev/fd/" + std::to_string(descriptor);
}

std::string configuration(const HttpRequest& request) {
  std::string out = "silent\nshow-error\ngloboff\n";
  out += option("url", request.url);
  out += option("proto", "=http,https");
  out += option("proto-redir", "=http,https");
  out += option("max-redirs", "0");
  out += option("connect-timeout", std::to_string(kConnecting.count()));
  out += option("max-time", std::to_string(request.time_limit.count()));
  out += option("max-filesize", std::to_string(request.largest_answer));
  out += option("user-agent", "quire");
  out += option("header", "Content-Type: application/json");
  out += option("header", "Accept: application/json");
  out += option("header", "Expect:");
  if (!request.key.empty()) {
    out += option("header", "Authorization: Bearer " + request.key);
  }
  if (request.past_proxies) {
    out += option("noproxy", "*");
  }
  out += option("data-binary", "@" + pipe_path(kBodyPipe));
  out += option("dump-header", pipe_path(kHeadPipe));
  return out;
}

/// "curl: (7) Failed to connect ..." without its beginning.
std::string complaint(std::string_view text, int code) {
  const std::string begin = "curl: (" + std::to_string(code) + ") ";
  const std::size_t at = text.rfind(begin);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + begin.size());
  text = text.substr(0, text.find('\n'));
  return text.empty() ? "curl ended with code " + std::to_string(code) : std::string(text);
}

std::string size_in_words(std::size_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

/// Why no answer came, or "".
std::string failure_of(const ChildReport& report, const HttpRequest& request) {
  constexpr int kTooLarge = 63;
  if (report.end == ChildReport::End::timed_out) {
    return "no answer within " + std::to_string(request.time_limit.count()) + " s";
  }
  if (report.end == ChildReport::End::signalled) {
    return "curl was ended by signal " + std::to_string(report.code);
  }
  if (report.end == ChildReport::End::flooded || report.code == kTooLarge) {
    return "its answer is larger than " + size_in_words(request.largest_answer);
  }
  return report.code == 0 ? "" : complaint(report.outputs[1], report.code);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

/// "HTTP/1.1 429 Too Many Requests" or "HTTP/2 429"; 0 for anything else.
int status_in(std::string_view line) {
  const std::string_view number = line.substr(std::min(line.find(' ') + 1, line.size()));
  if (!line.starts_with("HTTP/") || number.size() < 3) {
    return 0;
  }
  int status = 0;
  for (const char digit : number.substr(0, 3)) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    status = status * 10 + (digit - '0');
  }
  return status;
}

void read_field(std::string_view line, HttpAnswer& answer) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  const std::string name = base::ascii_lower(line.substr(0, colon));
  if (name == "retry-after") {
    answer.retry_after = trimmed(line.substr(colon + 1));
  } else if (name == "location") {
    answer.location = trimmed(line.substr(colon + 1));
  }
}

Error cannot_run(const Error& error) {
  if (error.code != ErrorCode::not_found) {
    return error;
  }
  return {ErrorCode::unavailable,
          "the program curl, which carries requests, is in no folder of PATH that is absolute and "
          "outside of the tree; install it (apt-get install curl)"};
}

}  // namespace

std::string quoted_for_curl(std::string_view text) {
  static constexpr std::string_view kSpecial = "\\\"\t\n\r\v";
  static constexpr std::string_view kLetters = "\\\"tnrv";
  std::string out = "\"";
  for (const char c : text) {
    const std::size_t at = kSpecial.find(c);
    if (at == std::string_view::npos) {
      out += c;
    } else {
      out.append("\\").push_back(kLetters[at]);
    }
  }
  return out + "\"";
}

void read_head(std::string_view text, HttpAnswer& answer) {
  bool fields = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const int status = status_in(line); status != 0) {
      answer.status = status;
      answer.retry_after.clear();
      answer.location.clear();
      fields = true;
    } else if (line.empty()) {
      fields = false;
    } else if (fields) {
      read_field(line, answer);
    }
  }
}

Result<HttpAnswer> post(const HttpRequest& request) {
  const std::string configured = configuration(request);
  Result<ChildReport> report = base::run_child(
      {.arguments = {"curl", "-q", "--config", "-"},
       .environment = environment(),
       .inputs = {{0, configured}, {kBodyPipe, request.body}},
       .outputs = {{1, request.largest_answer}, {2, kLargestComplaint}, {kHeadPipe, kLargestHead}},
       .time_limit = request.time_limit + kGrace});
  if (!report) {
    return std::unexpected(cannot_run(report.error()));
  }
  HttpAnswer answer;
  answer.failure = failure_of(*report, request);
  answer.worth_trying = report->end == ChildReport::End::exited &&
                        std::ranges::find(kTransient, report->code) != kTransient.end();
  if (!answer.failure.empty()) {
    return answer;
  }
  read_head(report->outputs[2], answer);
  answer.body = std::move(report->outputs[0]);
  if (answer.status == 0) {
    answer.failure = "its answer has no HTTP status";
  }
  return answer;
}

}  // namespace quire::embedding
