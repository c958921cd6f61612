#include "answering/budget.hpp"

namespace quire::answering {
namespace {

std::size_t size_in(const DetailSizes& sizes, Detail detail) {
  return sizes[static_cast<std::size_t>(detail)];
}

}  // namespace

std::vector<Detail> fit(std::span<const DetailSizes> hits, std::size_t bytes, std::size_t notice) {
  std::size_t used = 0;
  for (const DetailSizes& sizes : hits) {
    used += size_in(sizes, Detail::location);
  }
  std::vector<Detail> details(hits.size(), Detail::location);
  std::size_t kept_free = 0;
  while (!details.empty() && used + kept_free > bytes) {
    used -= size_in(hits[details.size() - 1], Detail::location);
    details.pop_back();
    kept_free = notice;
  }
  for (const Detail more : {Detail::signature, Detail::whole}) {
    for (std::size_t i = 0; i < details.size(); ++i) {
      const std::size_t others = used - size_in(hits[i], details[i]);
      if (others + size_in(hits[i], more) + kept_free <= bytes) {
        used = others + size_in(hits[i], more);
        details[i] = more;
      }
    }
  }
  return details;
}

}  // namespace quire::answering
