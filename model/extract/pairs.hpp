#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Pairs of what people wrote about code and the code.
namespace quire::model {

enum class PairKind : std::uint8_t {
  doc,          ///< A comment or docstring and the definition it stands at, without it.
  declaration,  ///< The same where there is no body.
  inside,       ///< A comment among a function's lines and the lines below it.
};

struct Pair {
  std::string words;  ///< What was written, on one line.
  std::string code;
  std::string name;  ///< Of the symbol, qualified.
  PairKind kind = PairKind::doc;
};

std::string_view to_string(PairKind kind);

/// The pairs of one file, at most kPairsPerFile of them, in the order of their lines. `text` is valid UTF-8, shorter
/// than 4 GiB. Reads lines one by one; takes linear time.
std::vector<Pair> pairs_of(std::string_view text, std::string_view language);

inline constexpr std::size_t kPairsPerFile = 40;

}  // namespace quire::model
