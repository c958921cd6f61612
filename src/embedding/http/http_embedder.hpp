#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <quire/embedder.hpp>
#include <quire/result.hpp>

namespace quire::embedding {

/// How an endpoint is asked. What people may choose comes from the environment alone, never from a
/// file that lies in a tree.
struct HttpSettings {
  std::string key;                          ///< QUIRE_API_KEY: for whatever endpoint is named.
  std::string openai_key;                   ///< OPENAI_API_KEY: for https://api.openai.com alone.
  std::optional<std::string> query_prefix;  ///< QUIRE_QUERY_PREFIX, in place of the model's own.
  std::optional<std::string> document_prefix;  ///< QUIRE_DOCUMENT_PREFIX.
  std::size_t batch_texts = 32;                ///< QUIRE_HTTP_BATCH, 1 to 2,048: of one request.
  std::size_t batch_bytes = std::size_t{256}
                            << 10;        ///< Of one request, but one text is always sent.
  std::chrono::seconds time_limit{300};   ///< QUIRE_HTTP_TIMEOUT, 1 to 3,600: of one request.
  std::uint32_t requests_per_minute = 0;  ///< QUIRE_HTTP_REQUESTS_PER_MINUTE; 0: any number.

  int tries = 5;        ///< Of a request for documents.
  int hasty_tries = 2;  ///< While somebody waits: at opening, and of a question.
  std::chrono::milliseconds first_pause{
      1000};  ///< Before the second try; then twice as long each time.
  std::chrono::seconds longest_retry_after{
      120};  ///< A server that asks for more is not waited for.
  std::size_t largest_answer = std::size_t{64} << 20;  ///< In bytes.

  /// Errors: `invalid_argument`, for a number that is none or out of its range, and for a key with
  /// a byte that no header may hold. A key is never part of a message.
  static Result<HttpSettings> from_environment();
};

/// The model at an endpoint "http://HOST:PORT/v1#MODEL" (see parse_endpoint()), which is asked for
/// one embedding to learn its dimensions. Requests go by curl; no other host is followed to. Each
/// call of the embedder is one or more requests; texts of nothing but blanks are not sent.
///
/// A busy or failing server (429, 5xx, a broken connection) is asked again after a pause, in which
/// no thread asks it, for as long as its Retry-After says or twice as long each time.
///
/// Identity: the address and model as the name, and a hash of the prefixes. It holds no key.
///
/// Errors, here and of the embedder: `invalid_argument` (the address; a key that would travel in
/// clear text; a status of 3xx or 4xx, with the server's words), `unavailable` (no answer, or none
/// but 429 and 5xx; no curl), `incompatible` (an answer that is not one embedding a text of the
/// dimensions that the first had). No message holds the key.
Result<std::unique_ptr<Embedder>> open_http_embedder(std::string_view url,
                                                     const HttpSettings& settings);
/// With the settings of the environment.
Result<std::unique_ptr<Embedder>> open_http_embedder(std::string_view url);

}  // namespace quire::embedding
