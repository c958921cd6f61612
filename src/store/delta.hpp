#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace quire::store {

/// The lsn of "never".
inline constexpr std::uint64_t kNever = UINT64_MAX;

/// A row that the journal added: visible to views from its commit until its removal. Vector and
/// chunk lie in memory that its Delta keeps.
struct DeltaRow {
  std::uint64_t key = 0;
  std::uint64_t added_at = 0;
  std::atomic<std::uint64_t> removed_at = kNever;
  const char* vector = nullptr;  ///< As stored.
  std::string_view chunk;        ///< records::encode_chunk.

  bool visible_at(std::uint64_t lsn) const {
    return added_at <= lsn && removed_at.load(std::memory_order_relaxed) > lsn;
  }
};

/// The rows that the journal added beside a checkpoint, by rising key. One writer appends; readers
/// read the rows that existed when their view was taken. Rows never move.
class Delta {
 public:
  Delta() = default;
  ~Delta() = default;
  Delta(const Delta&) = delete;
  Delta& operator=(const Delta&) = delete;

  /// Appends a row; for the writer alone. Publishing the new size is the caller's.
  DeltaRow& append();
  /// Keeps alive what the next rows refer to; for the writer alone.
  void keep(std::shared_ptr<const void> memory) { kept_.push_back(std::move(memory)); }
  std::size_t size() const { return size_; }  ///< For the writer alone.

  DeltaRow& row(std::size_t index) { return *locate(index); }
  const DeltaRow& row(std::size_t index) const { return *locate(index); }

  /// The index of `key` among the first `size` rows, or nothing.
  std::optional<std::size_t> find(std::uint64_t key, std::size_t size) const;

 private:
  // Segment s holds kFirst << s rows, so a row's place never changes and the table is never copied.
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t kSegments = 40;

  static std::size_t segment_of(std::size_t index) {
    return static_cast<std::size_t>(std::bit_width(index / kFirst + 1)) - 1;
  }
  DeltaRow* locate(std::size_t index) const {
    const std::size_t segment = segment_of(index);
    const std::size_t before = std::bit_floor(index + kFirst) - kFirst;
    return segments_[segment].get() + (index - before);
  }

  std::array<std::unique_ptr<DeltaRow[]>, kSegments> segments_;
  std::size_t size_ = 0;
  std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace quire::store
