#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>

namespace quire::support {

/// Seeded chunks whose strings hold what a format is likely to get wrong, and often repeat.
class RandomChunks {
 public:
  explicit RandomChunks(std::uint32_t seed) : random_(seed) {}

  ChunkMeta next() {
    ChunkMeta meta;
    meta.file_path = text();
    meta.chunk_id = number();
    meta.content = text();
    meta.symbol_name = optional_text();
    meta.symbol_kind = optional_text();
    meta.package_name = optional_text();
    meta.language = text();
    meta.start_line = number();
    meta.end_line = number();
    meta.last_modified = number();
    for (std::size_t i = below(4); i != 0; --i) {
      meta.extra.push_back({kExtraNames[2 * i + below(2)], text()});
    }
    return meta;
  }

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  std::string text() {
    std::string out;
    for (std::size_t i = below(4); i != 0; --i) {
      out += kPieces[below(kPieces.size())];
    }
    return out;
  }

  std::int64_t number() {
    constexpr std::int64_t kNumbers[] = {0,
                                         1,
                                         2,
                                         10,
                                         -1,
                                         std::int64_t{1} << 53,
                                         std::numeric_limits<std::int64_t>::max(),
                                         std::numeric_limits<std::int64_t>::min()};
    return kNumbers[below(std::size(kNumbers))];
  }

 private:
  std::optional<std::string> optional_text() {
    return below(3) == 0 ? std::nullopt : std::optional(text());
  }

  inline static const std::vector<std::string> kPieces{"a",
                                                       "b",
                                                       "src/",
                                                       "%",
                                                       "_",
                                                       "\"",
                                                       "\\",
                                                       "\n",
                                                       "\r\n",
                                                       "\t\b\f\v\x1b",
                                                       "\x7f",
                                                       "'",
                                                       "/",
                                                       "</script>",
                                                       "{",
                                                       "}",
                                                       "\\u0041",
                                                       "\xc3\xa9",
                                                       "\xe4\xb8\xad",
                                                       "\xe2\x80\xa8",
                                                       "\xe2\x80\xa9",
                                                       "",
                                                       "checksum",
                                                       "\xef\xbf\xbf",
                                                       "\xf0\x9f\x98\x80",
                                                       "\xf4\x8f\xbf\xbf",
                                                       "\xee\x80\x80",
                                                       std::string(1, '\0'),
                                                       std::string(40, 'x')};
  inline static const std::vector<std::string> kExtraNames{
      "a", "b", "signature", "note", "\xf0\x9f\x98\x80", "with \"quotes\"", "a.b", "extra\n"};

  std::mt19937 random_;
};

}  // namespace quire::support
