#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <quire/result.hpp>

namespace quire::embedding {

/// A request of JSON text to a server.
struct HttpRequest {
  std::string url;  ///< http or https.
  std::string key;  ///< For the header Authorization; "" for none.
  std::string_view body;
  bool past_proxies = false;  ///< Straight to the host, whatever proxy the environment names.
  std::chrono::seconds time_limit{};
  std::size_t largest_answer = 0;  ///< In bytes of body.
};

struct HttpAnswer {
  int status = 0;  ///< 0: no answer came.
  std::string retry_after;
  std::string location;
  std::string body;
  std::string failure;        ///< Why no answer came, in words.
  bool worth_trying = false;  ///< No answer came, but one may come the next time.
};

/// Sends `request` by the program curl and waits for the answer. The key, the address and the body
/// go to it through pipes, and its environment holds only what says how to reach the network and
/// whom to trust (proxies and certificates). No configuration file of curl is read; a redirect is
/// an answer like another. May be called by several threads at once.
///
/// Errors: `unavailable`, where there is no curl or it can't be started.
Result<HttpAnswer> post(const HttpRequest& request);

/// `text` as a value in curl's configuration: in quotation marks, on one line. NUL can't be in it.
std::string quoted_for_curl(std::string_view text);

/// Takes status, Retry-After and Location from the last of the answers' heads in `text`, which may
/// hold a proxy's and interim ones (100 Continue) before.
void read_head(std::string_view text, HttpAnswer& answer);

}  // namespace quire::embedding
