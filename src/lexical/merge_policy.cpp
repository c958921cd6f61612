#include "lexical/merge_policy.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace quire::lexical {
namespace {

/// More than a third of it would be left out.
bool is_mostly_dead(const SegmentSize& size) {
  return size.live < size.documents / 3 * 2;
}

}  // namespace

std::vector<std::size_t> worth_merging(std::span<const SegmentSize> segments) {
  std::vector<std::size_t> places(segments.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  // What is merged in any case comes first, then the smallest. All up to the last one that is at
  // most twice as large as all before it: whatever lies behind is larger than that, so that the
  // result fits in front of it.
  std::ranges::stable_sort(places, {}, [&](std::size_t place) {
    return std::tuple(!is_mostly_dead(segments[place]), segments[place].live);
  });
  std::uint64_t together = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const SegmentSize& size = segments[places[i]];
    if (is_mostly_dead(size) || size.live <= 2 * together) {
      count = i + 1;
    }
    together += size.live;
  }
  places.resize(count);
  std::ranges::sort(places);
  return places;
}

}  // namespace quire::lexical
