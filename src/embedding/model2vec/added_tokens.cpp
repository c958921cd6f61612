#include "embedding/model2vec/added_tokens.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "embedding/model2vec/code_points.hpp"
#include "embedding/model2vec/unicode.hpp"
#include "embedding/model2vec/vocabulary.hpp"

namespace quire::model2vec {
namespace {

bool is_within_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word(last_code_point(text.substr(0, begin)))) ||
         (end < text.size() && is_word(take_code_point(text, end)));
}

/// Not before `first`.
std::size_t before_left_space(std::string_view text, std::size_t first, std::size_t at) {
  while (at > first) {
    const std::string_view left = text.substr(0, at);
    const char32_t code = last_code_point(left);
    if (!is_space(code)) {
      break;
    }
    do {
      --at;
    } while (!begins_sequence(text[at]));
  }
  return at;
}

std::size_t behind_right_space(std::string_view text, std::size_t at) {
  for (std::size_t next = at; next < text.size(); at = next) {
    if (!is_space(take_code_point(text, next))) {
      break;
    }
  }
  return at;
}

}  // namespace

Status AddedTokens::add(std::string_view content, Token token) {
  bytes_ += content.size();
  if (content.empty() || content.size() > Vocabulary::kLongestToken || bytes_ > Trie::kMaxBytes) {
    return fail(
        ErrorCode::incompatible,
        "added token " + std::to_string(token.id) + " has " + std::to_string(content.size()) +
            " bytes, all up to it " + std::to_string(bytes_) + "; supported are 1 to " +
            std::to_string(Vocabulary::kLongestToken) + " and " + std::to_string(Trie::kMaxBytes));
  }
  const auto place = static_cast<std::uint32_t>(tokens_.size());
  if (const std::uint32_t before = trie_.insert(content, place); before != Trie::kNoValue) {
    trie_.insert(content, before);
  }
  tokens_.push_back(token);
  begins_[static_cast<unsigned char>(content[0])] = true;
  return {};
}

std::optional<AddedTokens::Match> AddedTokens::next(std::string_view text, Cursor& cursor) const {
  while (cursor.at < text.size()) {
    const std::size_t begin = cursor.at;
    const Trie::Match found = begins_[static_cast<unsigned char>(text[begin])]
                                  ? trie_.longest(Trie::kRoot, text.substr(begin))
                                  : Trie::Match{};
    if (found.size == 0) {
      ++cursor.at;
      continue;
    }
    const std::size_t end = begin + found.size;
    cursor.at = end;
    const Token& token = tokens_[found.value];
    if (token.single_word && is_within_word(text, begin, end)) {
      continue;
    }
    // What is before cursor.done is space that the last token took: never to be looked at again.
    return Match{token.left_space ? before_left_space(text, cursor.done, begin) : begin,
                 token.right_space ? behind_right_space(text, std::max(end, cursor.done)) : end,
                 token.id};
  }
  return std::nullopt;
}

}  // namespace quire::model2vec
