#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <quire/embedder.hpp>
#include <quire/vector_format.hpp>

namespace quire {
namespace {

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

bool begins_with_folded(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) {
    return false;
  }
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_remote_model(std::string_view model) {
  return begins_with_folded(model, "http://") || begins_with_folded(model, "https://");
}

Result<std::unique_ptr<Embedder>> open_embedder(std::string_view model) {
  if (model == kHash) {
    return make_hashing_embedder();
  }
  if (model.starts_with(kHashPrefix)) {
    return open_hashing(model.substr(kHashPrefix.size()));
  }
  return fail(ErrorCode::invalid_argument,
              "no model \"" + std::string(model) + "\": there are hash and hash:DIMENSIONS");
}

}  // namespace quire
