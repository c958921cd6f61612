#include "base/edit_distance.hpp"

#include <algorithm>
#include <vector>

namespace quire::base {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kMostEdits = 2;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // cost[i][j] is the distance of the first i bytes of a to the first j of b.
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

bool looks_mistyped(std::string_view word, std::string_view meant) {
  if (word.empty() || word.size() > kLongestWord || meant.size() > word.size() + kMostEdits ||
      word.size() > meant.size() + kMostEdits) {
    return false;
  }
  return edit_distance(word, meant) <= std::min(kMostEdits, (word.size() - 1) / 2);
}

}  // namespace quire::base
