#include "embedding/model2vec/vocabulary.hpp"

#include <algorithm>
#include <string>

#include "base/try.hpp"
#include "embedding/model2vec/code_points.hpp"

namespace quire::model2vec {
namespace {

constexpr std::uint64_t kGreatestId = INT32_MAX;

}  // namespace

Status Vocabulary::add(std::string_view token, std::uint64_t id) {
  if (token.size() > kLongestToken || id > kGreatestId) {
    return fail(ErrorCode::incompatible,
                "token " + std::to_string(id) + " has " + std::to_string(token.size()) +
                    " bytes; supported are tokens of up to " + std::to_string(kLongestToken) +
                    " bytes, with numbers up to " + std::to_string(kGreatestId));
  }
  bytes_ += token.size();
  if (bytes_ > Trie::kMaxBytes) {
    return fail(
        ErrorCode::incompatible,
        "a vocabulary of more than " + std::to_string(Trie::kMaxBytes) + " bytes is not supported");
  }
  if (trie_.insert(token, static_cast<TokenId>(id)) == kNoToken) {
    lengths_.push_back(count_code_points(token));
  }
  size_ = std::max(size_, static_cast<std::size_t>(id) + 1);
  return {};
}

std::size_t Vocabulary::median_length() const {
  if (lengths_.empty()) {
    return 0;
  }
  std::vector<std::size_t> sorted = lengths_;
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

Result<TokenId> unknown_token(JsonValue model,
                              std::string_view fallback,
                              const Vocabulary& vocabulary) {
  QUIRE_TRY_ASSIGN(const std::string token, string_member(model, "unk_token", fallback));
  const TokenId id = vocabulary.find(token);
  if (id == kNoToken) {
    return fail(ErrorCode::store_serde, "unk_token \"" + token + "\" is not in the vocabulary");
  }
  return id;
}

}  // namespace quire::model2vec
