#include <charconv>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <quire/embedder.hpp>
#include <quire/vector_format.hpp>

#include "embedding/http/endpoint.hpp"
#include "embedding/http/http_embedder.hpp"
#include "embedding/model2vec/model2vec.hpp"
#include "embedding/static_model/builtin_table.hpp"
#include "embedding/static_model/static_embedder.hpp"

namespace quire {
namespace {

constexpr std::string_view kBuiltin = "builtin";
constexpr std::string_view kHash = "hash";
constexpr std::string_view kHashPrefix = "hash:";

Result<std::unique_ptr<Embedder>> open_hashing(std::string_view digits) {
  std::uint32_t dimensions = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, dimensions);
  if (error != std::errc{} || stop != end || dimensions == 0 || dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument, "model hash:" + std::string(digits) +
                                                 ": the number of dimensions is 1 to " +
                                                 std::to_string(kMaxDimensions));
  }
  return make_hashing_embedder(dimensions);
}

}  // namespace

bool is_remote_model(std::string_view model) {
  return embedding::names_endpoint(model);
}

Result<std::unique_ptr<Embedder>> open_embedder(std::string_view model) {
  if (model == kBuiltin) {
    return embedding::make_static_embedder(std::string(kBuiltin), embedding::builtin_table());
  }
  if (model == kHash) {
    return make_hashing_embedder();
  }
  if (model.starts_with(kHashPrefix)) {
    return open_hashing(model.substr(kHashPrefix.size()));
  }
  if (is_remote_model(model)) {
    return embedding::open_http_embedder(model);
  }
  if (std::error_code ignored; std::filesystem::is_directory(model, ignored)) {
    return open_model2vec(model);
  }
  return fail(
      ErrorCode::invalid_argument,
      "no model \"" + std::string(model) +
          "\": there are builtin, hash, hash:DIMENSIONS, directories of model2vec models and "
          "http://HOST:PORT/v1#MODEL");
}

}  // namespace quire
