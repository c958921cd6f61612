#include "embedding/http/http_embedder.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/checksum.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "embedding/http/curl.hpp"
#include "embedding/http/embedding_answer.hpp"
#include "embedding/http/endpoint.hpp"
#include "embedding/http/model_prompts.hpp"
#include "embedding/http/pacer.hpp"
#include "embedding/rows/rows.hpp"

namespace quire::embedding {
namespace {

/// Raised when the same texts are sent otherwise, or the answers used otherwise.
constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kOpenAi = "api.openai.com";
constexpr std::string_view kProbe = "quire";
constexpr std::size_t kLongestMessage = 300;

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool fits_a_header(char c) {
  return c > 0x20 && c < 0x7F;
}

Result<std::string> key_from(const char* name) {
  std::string key = variable(name).value_or(std::string());
  const auto odd = std::ranges::find_if_not(key, fits_a_header);
  if (odd != key.end()) {
    return fail(ErrorCode::invalid_argument,
                "read the key in " + std::string(name) + ": its byte " +
                    std::to_string(odd - key.begin()) +
                    " is no printable ASCII character (a line feed from a file?)");
  }
  return key;
}

/// `fallback` where the variable is not set.
Result<std::uint32_t> number_from(const char* name, std::uint32_t fallback, std::uint32_t most) {
  const std::string text = variable(name).value_or(std::to_string(fallback));
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > most || (number == 0 && fallback != 0)) {
    return fail(ErrorCode::invalid_argument, std::string(name) + " is \"" + text +
                                                 "\", and must be a number from 1 to " +
                                                 std::to_string(most));
  }
  return number;
}

std::string replaced(std::string text, std::string_view part, std::string_view by) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.replace(at, part.size(), by);
    at += by.size();
  }
  return text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

/// The host in the address of a redirect, as far as it has one.
std::string_view host_in(std::string_view location) {
  const std::size_t begin = location.find("//");
  if (begin == std::string_view::npos) {
    return location;
  }
  location.remove_prefix(begin + 2);
  return location.substr(0, location.find_first_of("/?#"));
}

std::string hash_of(const ModelPrompts& prompts) {
  return base::to_hex(base::checksum(prompts.query, base::checksum(prompts.document, kVersion)));
}

/// Speaks to one endpoint.
class Client {
 public:
  Client(Endpoint endpoint, const HttpSettings& settings)
      : endpoint_(std::move(endpoint)),
        settings_(settings),
        key_(key_for(endpoint_, settings)),
        pacer_(settings.requests_per_minute) {}

  const Endpoint& endpoint() const { return endpoint_; }

  Status check_key() const {
    if (key_.empty() || endpoint_.encrypted || endpoint_.on_this_machine) {
      return {};
    }
    return fail(ErrorCode::invalid_argument,
                "use the embedding endpoint " + endpoint_.base +
                    ": a key is set, and would travel in clear text to another machine; use "
                    "https://, or unset QUIRE_API_KEY");
  }

  /// The embeddings of `texts`, asking at most `tries` times.
  Result<EmbeddingAnswer> embed(std::span<const std::string> texts,
                                std::uint32_t dimensions,
                                int tries) const {
    Result<EmbeddingAnswer> answer = ask(texts, dimensions, tries);
    if (!answer) {
      const std::string count = std::to_string(texts.size());
      return std::unexpected(answer.error().while_doing(
          "embed " + count + (texts.size() == 1 ? " text at " : " texts at ") + endpoint_.name()));
    }
    return answer;
  }

 private:
  static std::string key_for(const Endpoint& endpoint, const HttpSettings& settings) {
    const bool openai = settings.key.empty() && endpoint.host == kOpenAi;
    return openai ? settings.openai_key : settings.key;
  }

  std::string body_for(std::span<const std::string> texts) const {
    base::Json body;
    body["model"] = endpoint_.model;
    body["input"] = std::vector<std::string>(texts.begin(), texts.end());
    body["encoding_format"] = "float";
    return base::dump_json(body);
  }

  Result<EmbeddingAnswer> ask(std::span<const std::string> texts,
                              std::uint32_t dimensions,
                              int tries) const {
    const std::string body = body_for(texts);
    const HttpRequest request{.url = endpoint_.url(),
                              .key = key_,
                              .body = body,
                              .past_proxies = endpoint_.on_this_machine,
                              .time_limit = settings_.time_limit,
                              .largest_answer = settings_.largest_answer};
    QUIRE_TRY_ASSIGN(const HttpAnswer answer, answer_to(request, tries));
    if (answer.status != 200) {
      return std::unexpected(refusal(answer));
    }
    return read_embedding_answer(answer.body, texts.size(), dimensions);
  }

  /// The answer that is final: the last try's, or the first that another try would not change.
  Result<HttpAnswer> answer_to(const HttpRequest& request, int tries) const {
    std::chrono::milliseconds pause = settings_.first_pause;
    for (int n = 1;; ++n, pause *= 2) {
      pacer_.wait();
      QUIRE_TRY_ASSIGN(HttpAnswer answer, post(request));
      const auto wanted = wanted_pause(answer, pause);
      if (!wanted || n == tries) {
        return answer;
      }
      pacer_.postpone(*wanted);
    }
  }

  /// How long to wait before another try: at least `pause`. Nothing where none makes sense.
  std::optional<std::chrono::milliseconds> wanted_pause(const HttpAnswer& answer,
                                                        std::chrono::milliseconds pause) const {
    if (!answer.worth_trying && !is_busy(answer)) {
      return {};
    }
    const std::optional<std::chrono::seconds> asked = retry_after(answer);
    if (asked && *asked > settings_.longest_retry_after) {
      return {};
    }
    return std::max(pause, std::chrono::milliseconds(asked.value_or(std::chrono::seconds(0))));
  }

  static bool is_busy(const HttpAnswer& answer) {
    return answer.status == 429 || answer.status >= 500;
  }

  /// The form in seconds; a date counts as none.
  static std::optional<std::chrono::seconds> retry_after(const HttpAnswer& answer) {
    std::uint32_t seconds = 0;
    const std::string& text = answer.retry_after;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc::result_out_of_range) {
      return std::chrono::seconds::max();
    }
    if (error != std::errc() || end != text.data() + text.size()) {
      return {};
    }
    return std::chrono::seconds(seconds);
  }

  Error refusal(const HttpAnswer& answer) const {
    if (answer.status == 0) {
      return {ErrorCode::unavailable, shown(answer.failure)};
    }
    if (answer.status >= 300 && answer.status < 400) {
      return {ErrorCode::invalid_argument,
              "it sends on to " + shown(std::string(host_in(answer.location))) + " (HTTP " +
                  std::to_string(answer.status) +
                  "), and no other address than the given one is used; name that one if you trust "
                  "it"};
    }
    const std::string said = shown(message_in(answer.body));
    return {is_busy(answer) ? ErrorCode::unavailable : ErrorCode::invalid_argument,
            "HTTP " + std::to_string(answer.status) + (said.empty() ? "" : ", \"" + said + "\"") +
                advice(answer)};
  }

  std::string advice(const HttpAnswer& answer) const {
    switch (answer.status) {
      case 401:
      case 403:
        return key_.empty() ? "; no key was sent: set QUIRE_API_KEY"
                            : "; it does not take the key that was sent";
      case 404:
        return "; is the model there, and does the address end as it should, mostly in /v1?";
      case 429:
      case 503:
        return answer.retry_after.empty()
                   ? ""
                   : "; it asks to come back after " + shown(answer.retry_after) + " s";
      default:
        return "";
    }
  }

  /// Foreign text for a message: without the key, and not too much of it.
  std::string shown(std::string text) const {
    if (!key_.empty()) {
      text = replaced(std::move(text), key_, "[key]");
    }
    if (text.size() > kLongestMessage) {
      text = text.substr(0, kLongestMessage) + " ...";
    }
    return base::repair_utf8(text);
  }

  Endpoint endpoint_;
  HttpSettings settings_;
  std::string key_;
  mutable Pacer pacer_;
};

class HttpEmbedder : public Embedder {
 public:
  HttpEmbedder(std::unique_ptr<Client> client, ModelPrompts prompts, const HttpSettings& settings)
      : client_(std::move(client)), prompts_(std::move(prompts)), settings_(settings) {}

  /// Learns the dimensions.
  Status probe() {
    const std::string text = prompts_.document + std::string(kProbe);
    QUIRE_TRY_ASSIGN(const EmbeddingAnswer answer,
                     client_->embed(std::span(&text, 1), 0, settings_.hasty_tries));
    dimensions_ = answer.dimensions;
    return {};
  }

  EmbedderIdentity identity() const override {
    return {client_->endpoint().name(), kVersion, hash_of(prompts_), dimensions_};
  }

  TextDestination destination() const override {
    return {client_->endpoint().authority, client_->endpoint().model,
            client_->endpoint().on_this_machine};
  }

  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    return embed(texts, prompts_.document, settings_.tries, out);
  }

  Status embed_query(std::string_view text, std::span<float> out) const override {
    return embed(std::span(&text, 1), prompts_.query, settings_.hasty_tries, out);
  }

 private:
  /// Texts that share a request, and where their vectors go.
  struct Batch {
    std::vector<std::string> texts;
    std::vector<std::size_t> rows;
    std::size_t bytes = 0;
  };

  Status embed(std::span<const std::string_view> texts,
               std::string_view prefix,
               int tries,
               std::span<float> out) const {
    QUIRE_TRY(check_room(texts.size(), dimensions_, out.size()));
    Batch batch;
    for (std::size_t row = 0; row < texts.size(); ++row) {
      if (is_blank(texts[row])) {
        write_blank(row, out);
        continue;
      }
      if (is_full(batch, prefix.size() + texts[row].size())) {
        QUIRE_TRY(send(batch, tries, out));
      }
      batch.texts.push_back(std::string(prefix).append(texts[row]));
      batch.rows.push_back(row);
      batch.bytes += batch.texts.back().size();
    }
    return send(batch, tries, out);
  }

  bool is_full(const Batch& batch, std::size_t more_bytes) const {
    return batch.texts.size() == settings_.batch_texts ||
           (!batch.texts.empty() && batch.bytes + more_bytes > settings_.batch_bytes);
  }

  /// A text that says nothing has the first axis as its vector.
  void write_blank(std::size_t row, std::span<float> out) const {
    write_first_axis(out.subspan(row * dimensions_, dimensions_));
  }

  /// Leaves `batch` empty.
  Status send(Batch& batch, int tries, std::span<float> out) const {
    if (batch.texts.empty()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const EmbeddingAnswer answer, client_->embed(batch.texts, dimensions_, tries));
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      const auto vector = std::span(answer.rows).subspan(i * dimensions_, dimensions_);
      std::ranges::copy(vector, out.subspan(batch.rows[i] * dimensions_).begin());
    }
    batch = {};
    return {};
  }

  std::unique_ptr<Client> client_;
  ModelPrompts prompts_;
  HttpSettings settings_;
  std::uint32_t dimensions_ = 0;
};

}  // namespace

Result<HttpSettings> HttpSettings::from_environment() {
  HttpSettings out;
  QUIRE_TRY_ASSIGN(out.key, key_from("QUIRE_API_KEY"));
  QUIRE_TRY_ASSIGN(out.openai_key, key_from("OPENAI_API_KEY"));
  out.query_prefix = variable("QUIRE_QUERY_PREFIX");
  out.document_prefix = variable("QUIRE_DOCUMENT_PREFIX");
  QUIRE_TRY_ASSIGN(out.batch_texts, number_from("QUIRE_HTTP_BATCH", 32, 2048));
  QUIRE_TRY_ASSIGN(const std::uint32_t seconds, number_from("QUIRE_HTTP_TIMEOUT", 300, 3600));
  out.time_limit = std::chrono::seconds(seconds);
  QUIRE_TRY_ASSIGN(out.requests_per_minute,
                   number_from("QUIRE_HTTP_REQUESTS_PER_MINUTE", 0, 60'000));
  return out;
}

Result<std::unique_ptr<Embedder>> open_http_embedder(std::string_view url,
                                                     const HttpSettings& settings) {
  QUIRE_TRY_ASSIGN(Endpoint endpoint, parse_endpoint(url));
  ModelPrompts prompts = prompts_of(endpoint.model);
  prompts.query = settings.query_prefix.value_or(prompts.query);
  prompts.document = settings.document_prefix.value_or(prompts.document);
  auto client = std::make_unique<Client>(std::move(endpoint), settings);
  QUIRE_TRY(client->check_key());
  auto embedder = std::make_unique<HttpEmbedder>(std::move(client), std::move(prompts), settings);
  QUIRE_TRY(embedder->probe());
  return embedder;
}

Result<std::unique_ptr<Embedder>> open_http_embedder(std::string_view url) {
  QUIRE_TRY_ASSIGN(const HttpSettings settings, HttpSettings::from_environment());
  return open_http_embedder(url, settings);
}

}  // namespace quire::embedding
