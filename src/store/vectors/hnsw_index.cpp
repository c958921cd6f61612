#include "store/vectors/hnsw_index.hpp"

#include <algorithm>
#include <bit>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <limits>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include <usearch/index_dense.hpp>

#include "base/try.hpp"
#include "store/vectors/distance.hpp"
#include "store/vectors/nearest.hpp"
#include "store/vectors/usearch_header.hpp"

namespace quire::vectors {
namespace {

namespace us = unum::usearch;

using Index = us::index_dense_gt<std::uint64_t, std::uint32_t>;

constexpr std::uint64_t kRemovedKey = std::numeric_limits<std::uint64_t>::max();
/// Whose random levels a new node takes: always the same slot's, for the graph to be deterministic.
constexpr std::size_t kWriterSlot = 0;

std::unexpected<Error> refused(std::string_view action, std::string_view what) {
  return fail(ErrorCode::store_index, "usearch: " + std::string(action) + ": " + std::string(what));
}

/// usearch's errors throw when they are destroyed unread: every one must come by here.
Status released(std::string_view action, us::error_t& error) {
  if (const char* message = error.release(); message != nullptr) {
    return refused(action, message);
  }
  return {};
}

/// Runs `call`, and makes whatever it throws an error.
template <class Call>
auto fenced(std::string_view action, Call&& call) noexcept -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return refused(action, "out of memory");
  } catch (const std::exception& thrown) {
    return refused(action, thrown.what());
  } catch (...) {
    return refused(action, "an unknown exception");
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

FileScalar file_scalar_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::bf16:
      return FileScalar::bf16;
    case Scalar::f32:
      return FileScalar::f32;
    case Scalar::i8:
      break;
  }
  return FileScalar::i8;
}

/// What usearch hands back to measure() with every pair.
struct Measure {
  DistanceFunction function;
  std::size_t dimensions;
};

float measure(std::size_t a, std::size_t b, std::size_t state) {
  const auto* how = std::bit_cast<const Measure*>(state);
  return how->function(std::bit_cast<const char*>(a), std::bit_cast<const char*>(b),
                       how->dimensions);
}

/// Calls `call` with the pointer type that makes usearch take the bytes as they are.
template <class Call>
auto as_stored(Scalar scalar, const char* stored, Call&& call) {
  switch (scalar) {
    case Scalar::bf16:
      return call(reinterpret_cast<const us::bf16_t*>(stored));
    case Scalar::f32:
      return call(reinterpret_cast<const us::f32_t*>(stored));
    case Scalar::i8:
      break;
  }
  return call(reinterpret_cast<const us::i8_t*>(stored));
}

std::size_t search_slot_count() {
  return std::max<std::size_t>(2, std::thread::hardware_concurrency());
}

/// usearch gives every search one of a fixed number of work areas and fails when none is free; here
/// a search waits for one.
class SearchSlots {
 public:
  explicit SearchSlots(std::size_t count) {
    for (std::size_t slot = count; slot > 0; --slot) {
      free_.push_back(slot - 1);
    }
  }

  std::size_t take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty(); });
    const std::size_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void give_back(std::size_t slot) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(slot);
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::size_t> free_;
};

class TakenSlot {
 public:
  explicit TakenSlot(SearchSlots& slots) : slots_(slots), number_(slots.take()) {}
  ~TakenSlot() { slots_.give_back(number_); }
  TakenSlot(const TakenSlot&) = delete;
  TakenSlot& operator=(const TakenSlot&) = delete;

  std::size_t number() const { return number_; }

 private:
  SearchSlots& slots_;
  std::size_t number_;
};

/// Gathers usearch's many small writes (two bytes a level) into large ones.
class BufferedSink {
 public:
  explicit BufferedSink(const HnswIndex::Sink& sink) : sink_(sink) { buffer_.reserve(kSize); }

  /// False, and status() says why, once the sink failed. usearch calls this from code that may not
  /// throw.
  bool write(const void* from, std::size_t size) noexcept {
    try {
      buffer_.append(static_cast<const char*>(from), size);
      return buffer_.size() < kSize || flush();
    } catch (const std::exception& thrown) {
      status_ = refused("save", thrown.what());
      return false;
    }
  }

  bool flush() {
    if (status_.has_value() && !buffer_.empty()) {
      status_ = sink_(buffer_);
      buffer_.clear();
    }
    return status_.has_value();
  }

  const Status& status() const { return status_; }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 20U;

  const HnswIndex::Sink& sink_;
  std::string buffer_;
  Status status_;
};

/// Hands out the bytes of a file; refuses to go past the end or into memory that was not to be had.
class Source {
 public:
  explicit Source(std::string_view content) : content_(content) {}

  bool read(void* into, std::size_t size) noexcept {
    if (into == nullptr || size > content_.size()) {
      return false;
    }
    std::memcpy(into, content_.data(), size);
    content_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view content_;
};

/// Keeps an exception of the caller's predicate from usearch, which would end the program.
class GuardedPredicate {
 public:
  explicit GuardedPredicate(const HnswIndex::Predicate& accept) : accept_(accept) {}

  bool operator()(std::uint64_t key) noexcept {
    try {
      return !thrown_ && accept_(key);
    } catch (...) {
      thrown_ = true;
      return false;
    }
  }

  bool thrown() const { return thrown_; }

 private:
  const HnswIndex::Predicate& accept_;
  bool thrown_ = false;
};

/// The `limit` first by distance, then key, of matches that come by distance.
template <class Matches>
std::vector<KeyDistance> nearest_of(const Matches& matches, std::size_t limit) {
  std::vector<KeyDistance> out;
  out.reserve(std::min(limit, matches.size()));
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto match = matches[i];
    if (out.size() >= limit && match.distance > out.back().distance) {
      break;
    }
    out.push_back({static_cast<std::uint64_t>(match.member.key), match.distance});
  }
  std::sort(out.begin(), out.end(), is_nearer);
  out.resize(std::min(limit, out.size()));
  return out;
}

Status check_file(const UsearchHeader& header, const VectorFormat& format) {
  const auto differs = [](std::string_view what, std::string_view found,
                          std::string_view expected) {
    return fail(ErrorCode::incompatible, "usearch file: its " + std::string(what) + ": found " +
                                             std::string(found) + ", expected " +
                                             std::string(expected));
  };
  if (header.dimensions != format.dimensions) {
    return differs("dimensions", std::to_string(header.dimensions),
                   std::to_string(format.dimensions));
  }
  if (header.metric != format.metric) {
    return differs("metric", to_string(header.metric), to_string(format.metric));
  }
  if (header.scalar != file_scalar_of(format.scalar)) {
    return differs("scalar", to_string(header.scalar), to_string(format.scalar));
  }
  return {};
}

}  // namespace

struct HnswIndex::Impl {
  explicit Impl(const VectorFormat& with_format)
      : format(with_format), measure_with{distance_function(with_format), with_format.dimensions} {}

  us::metric_punned_t metric() const {
    return us::metric_punned_t::stateful(format.dimensions,
                                         reinterpret_cast<std::uintptr_t>(&measure),
                                         reinterpret_cast<std::uintptr_t>(&measure_with),
                                         kind_of(format.metric), kind_of(format.scalar));
  }

  Status make(const GraphOptions& options);
  Status load(std::string_view content);
  Status add(std::uint64_t key, const char* stored);
  Result<std::vector<KeyDistance>> search(const char* stored,
                                          std::size_t limit,
                                          std::size_t wanted,
                                          const Predicate& accept);

  VectorFormat format;
  Measure measure_with;
  std::size_t slot_count = search_slot_count();
  SearchSlots slots{slot_count};
  Index index;
  std::size_t removed = 0;
};

Status HnswIndex::Impl::make(const GraphOptions& options) {
  // The expansion of a search is what it asks for, never less: usearch keeps one for all searches.
  const us::index_dense_config_t config(options.connectivity, options.expansion_add, 1);
  Index::state_result_t made =
      Index::make(metric(), config, kRemovedKey, us::index_limits_t(0, slot_count));
  QUIRE_TRY(released("create an index", made.error));
  index = std::move(made.index);
  return {};
}

Status HnswIndex::Impl::load(std::string_view content) {
  Source source(content);
  us::serialization_result_t loaded = index.load_from_stream(
      [&source](void* into, std::size_t size) noexcept { return source.read(into, size); });
  QUIRE_TRY(released("load", loaded.error));
  // Loading puts usearch's own metric in place.
  if (!index.try_change_metric(metric())) {
    return refused("load", "out of memory");
  }
  return {};
}

Status HnswIndex::Impl::add(std::uint64_t key, const char* stored) {
  if (removed == 0 && index.size() >= index.capacity()) {
    return refused("add", "no room is reserved for another entry");
  }
  auto added = as_stored(format.scalar, stored,
                         [&](const auto* typed) { return index.add(key, typed, kWriterSlot); });
  QUIRE_TRY(released("add", added.error));
  // usearch puts a new entry in a removed one's place as long as there is one.
  removed -= std::min<std::size_t>(removed, 1);
  return {};
}

Result<std::vector<KeyDistance>> HnswIndex::Impl::search(const char* stored,
                                                         std::size_t limit,
                                                         std::size_t wanted,
                                                         const Predicate& accept) {
  const TakenSlot slot(slots);
  if (!accept) {
    auto matches = as_stored(format.scalar, stored, [&](const auto* typed) {
      return index.search(typed, wanted, slot.number());
    });
    QUIRE_TRY(released("search", matches.error));
    return nearest_of(matches, limit);
  }
  GuardedPredicate guarded(accept);
  auto matches = as_stored(format.scalar, stored, [&](const auto* typed) {
    return index.filtered_search(typed, wanted, guarded, slot.number());
  });
  QUIRE_TRY(released("search", matches.error));
  if (guarded.thrown()) {
    return fail(ErrorCode::internal, "search: the predicate threw an exception");
  }
  return nearest_of(matches, limit);
}

HnswIndex::HnswIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HnswIndex::HnswIndex(HnswIndex&&) noexcept = default;
HnswIndex& HnswIndex::operator=(HnswIndex&&) noexcept = default;
HnswIndex::~HnswIndex() = default;

Result<HnswIndex> HnswIndex::create(const VectorFormat& format, const GraphOptions& options) {
  return fenced("create an index", [&]() -> Result<HnswIndex> {
    auto impl = std::make_unique<Impl>(format);
    QUIRE_TRY(impl->make(options));
    return HnswIndex(std::move(impl));
  });
}

Result<HnswIndex> HnswIndex::load(std::string_view content,
                                  const VectorFormat& format,
                                  const GraphOptions& options) {
  QUIRE_TRY_ASSIGN(const UsearchHeader header, read_usearch_header(content));
  QUIRE_TRY(check_file(header, format));
  if (header.rows == 0) {
    return create(format, options);
  }
  return fenced("load", [&]() -> Result<HnswIndex> {
    auto impl = std::make_unique<Impl>(format);
    QUIRE_TRY(impl->make(options));
    QUIRE_TRY(impl->load(content));
    impl->removed = header.rows - impl->index.size();
    return HnswIndex(std::move(impl));
  });
}

Status HnswIndex::reserve(std::size_t rows) {
  return fenced("reserve", [&]() -> Status {
    if (rows <= impl_->index.capacity()) {
      return {};
    }
    if (rows >= std::numeric_limits<std::uint32_t>::max()) {
      return refused("reserve", std::to_string(rows) + " rows are more than 32-bit slots can name");
    }
    if (!impl_->index.try_reserve(us::index_limits_t(rows, impl_->slot_count))) {
      return refused("reserve", "out of memory for " + std::to_string(rows) + " rows");
    }
    return {};
  });
}

Status HnswIndex::add(std::uint64_t key, const char* stored) {
  if (key == kRemovedKey) {
    return fail(ErrorCode::invalid_argument, "key 2^64-1 means a removed entry; use another");
  }
  return fenced("add", [&] { return impl_->add(key, stored); });
}

Status HnswIndex::remove(std::uint64_t key) {
  return fenced("remove", [&]() -> Status {
    auto result = impl_->index.remove(key);
    QUIRE_TRY(released("remove", result.error));
    impl_->removed += result.completed;
    return {};
  });
}

Result<std::vector<KeyDistance>> HnswIndex::search(const char* stored,
                                                   std::size_t limit,
                                                   std::size_t expansion,
                                                   const Predicate& accept) const {
  const std::size_t wanted = std::min(std::max(limit, expansion), size());
  if (limit == 0 || wanted == 0) {
    return std::vector<KeyDistance>{};
  }
  return fenced("search", [&] { return impl_->search(stored, limit, wanted, accept); });
}

Status HnswIndex::save(const Sink& sink) const {
  return fenced("save", [&]() -> Status {
    BufferedSink buffered(sink);
    us::serialization_result_t saved = impl_->index.save_to_stream(
        [&](const void* from, std::size_t size) noexcept { return buffered.write(from, size); });
    const Status saved_status = released("save", saved.error);
    QUIRE_TRY(buffered.status());
    QUIRE_TRY(saved_status);
    buffered.flush();
    return buffered.status();
  });
}

bool HnswIndex::contains(std::uint64_t key) const {
  return impl_->index.contains(key);
}

std::size_t HnswIndex::size() const {
  return impl_->index.size();
}

std::size_t HnswIndex::removed() const {
  return impl_->removed;
}

}  // namespace quire::vectors
