#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "embedding/http/curl.hpp"
#include "embedding/http/embedding_answer.hpp"
#include "embedding/http/endpoint.hpp"

namespace {

using namespace quire;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void require_unit(std::span<const float> row) {
  double square = 0;
  for (const float x : row) {
    require(std::isfinite(x));
    square += double{x} * double{x};
  }
  require(std::abs(square - 1) < 1e-3);
}

/// What is taken for an answer is one unit vector a text, of the length that was asked for.
void read_as_answer(std::string_view text, std::size_t texts, std::uint32_t dimensions) {
  const auto answer = embedding::read_embedding_answer(text, texts, dimensions);
  if (!answer.has_value()) {
    require(answer.error().code == ErrorCode::incompatible);
    return;
  }
  require(answer->dimensions > 0 && (dimensions == 0 || answer->dimensions == dimensions));
  require(answer->rows.size() == texts * answer->dimensions);
  require(answer->rows.size() <= text.size());
  for (std::size_t i = 0; i < texts; ++i) {
    require_unit(std::span(answer->rows).subspan(i * answer->dimensions, answer->dimensions));
  }
}

void read_as_head(std::string_view text) {
  embedding::HttpAnswer answer;
  embedding::read_head(text, answer);
  require(answer.status >= 0 && answer.status <= 999);
}

/// A message stays one line.
void read_as_error(std::string_view text) {
  for (const char c : embedding::message_in(text)) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
}

/// An address means the same when it is read again, and holds nothing that curl would see as more
/// than an address.
void read_as_endpoint(std::string_view text) {
  const auto endpoint = embedding::parse_endpoint(text);
  if (!endpoint.has_value()) {
    return;
  }
  const auto again = embedding::parse_endpoint(endpoint->name());
  require(again.has_value() && again->name() == endpoint->name());
  require(again->on_this_machine == endpoint->on_this_machine);
  require(endpoint->url().find_first_of("\"\\ \n\r\t#?") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (std::size_t texts = 1; texts <= 3; ++texts) {
    read_as_answer(text, texts, 0);
    read_as_answer(text, texts, 2);
  }
  read_as_head(text);
  read_as_error(text);
  read_as_endpoint(text);
  return 0;
}
