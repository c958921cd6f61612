#include "support/usearch_index.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <usearch/index_dense.hpp>

#include "store/vectors/distance.hpp"

namespace quire::support {
namespace {

namespace us = unum::usearch;

/// usearch's errors throw when they are destroyed unread.
void check(us::error_t& error) {
  if (const char* message = error.release(); message != nullptr) {
    std::fprintf(stderr, "usearch: %s\n", message);
    std::abort();
  }
}

us::metric_kind_t kind_of(Metric metric) {
  switch (metric) {
    case Metric::cosine:
      return us::metric_kind_t::cos_k;
    case Metric::inner_product:
      return us::metric_kind_t::ip_k;
    case Metric::squared_l2:
      break;
  }
  return us::metric_kind_t::l2sq_k;
}

us::scalar_kind_t kind_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::bf16:
      return us::scalar_kind_t::bf16_k;
    case Scalar::f32:
      return us::scalar_kind_t::f32_k;
    case Scalar::i8:
      break;
  }
  return us::scalar_kind_t::i8_k;
}

/// What usearch hands back to measure() with every pair.
struct Measure {
  vectors::DistanceFunction function;
  std::size_t dimensions;
};

float measure(std::size_t a, std::size_t b, std::size_t state) {
  const auto* how = std::bit_cast<const Measure*>(state);
  return how->function(std::bit_cast<const char*>(a), std::bit_cast<const char*>(b),
                       how->dimensions);
}

/// Calls `call` with the pointer type that makes usearch take the bytes as they are.
template <class Call>
auto as_stored(Scalar scalar, const std::string& stored, Call&& call) {
  switch (scalar) {
    case Scalar::bf16:
      return call(reinterpret_cast<const us::bf16_t*>(stored.data()));
    case Scalar::f32:
      return call(reinterpret_cast<const us::f32_t*>(stored.data()));
    case Scalar::i8:
      break;
  }
  return call(reinterpret_cast<const us::i8_t*>(stored.data()));
}

}  // namespace

struct UsearchIndex::Impl {
  Impl(const VectorFormat& with_format, const vectors::GraphOptions& options, std::size_t rows)
      : format(with_format), how{vectors::distance_function(with_format), with_format.dimensions} {
    auto made = us::index_dense_gt<std::uint64_t, std::uint32_t>::make(
        metric(), us::index_dense_config_t(options.connectivity, options.expansion_add, 1),
        UINT64_MAX, us::index_limits_t(rows, 1));
    check(made.error);
    index = std::move(made.index);
  }

  us::metric_punned_t metric() const {
    return us::metric_punned_t::stateful(
        format.dimensions, reinterpret_cast<std::uintptr_t>(&measure),
        reinterpret_cast<std::uintptr_t>(&how), kind_of(format.metric), kind_of(format.scalar));
  }

  VectorFormat format;
  Measure how;
  us::index_dense_gt<std::uint64_t, std::uint32_t> index;
};

UsearchIndex::UsearchIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UsearchIndex::~UsearchIndex() = default;

UsearchIndex::UsearchIndex(const VectorFormat& format,
                           const vectors::GraphOptions& options,
                           std::size_t rows)
    : impl_(std::make_unique<Impl>(format, options, rows)) {}

std::unique_ptr<UsearchIndex> UsearchIndex::load(std::string_view content,
                                                 const VectorFormat& format) {
  auto impl = std::make_unique<Impl>(format, vectors::GraphOptions{}, 1);
  us::serialization_result_t loaded =
      impl->index.load_from_stream([&content](void* into, std::size_t size) noexcept {
        if (into == nullptr || size > content.size()) {
          return false;
        }
        std::memcpy(into, content.data(), size);
        content.remove_prefix(size);
        return true;
      });
  if (loaded.error.release() != nullptr) {
    return nullptr;
  }
  impl->index.change_metric(impl->metric());  // Loading put usearch's own in place.
  return std::unique_ptr<UsearchIndex>(new UsearchIndex(std::move(impl)));
}

void UsearchIndex::add(std::uint64_t key, const std::string& stored) {
  auto added = as_stored(impl_->format.scalar, stored,
                         [&](const auto* typed) { return impl_->index.add(key, typed, 0); });
  check(added.error);
}

void UsearchIndex::remove(std::uint64_t key) {
  auto removed = impl_->index.remove(key);
  check(removed.error);
}

std::vector<vectors::KeyDistance> UsearchIndex::search(const std::string& stored,
                                                       std::size_t limit,
                                                       std::size_t expansion) {
  const std::size_t wanted = std::min(std::max(limit, expansion), size());
  auto matches = as_stored(impl_->format.scalar, stored, [&](const auto* typed) {
    return impl_->index.search(typed, wanted, 0);
  });
  check(matches.error);
  std::vector<vectors::KeyDistance> out;
  for (std::size_t i = 0; i < std::min(limit, matches.size()); ++i) {
    const auto match = matches[i];
    out.push_back({static_cast<std::uint64_t>(match.member.key), match.distance});
  }
  return out;
}

std::string UsearchIndex::saved() {
  std::string bytes;
  us::serialization_result_t saved =
      impl_->index.save_to_stream([&](const void* from, std::size_t size) noexcept {
        bytes.append(static_cast<const char*>(from), size);
        return true;
      });
  check(saved.error);
  return bytes;
}

std::size_t UsearchIndex::size() const {
  return impl_->index.size();
}

}  // namespace quire::support
