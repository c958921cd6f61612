#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "store/append_list.hpp"
#include "store/revision.hpp"

namespace quire::store {

/// A row that the journal added: visible to views from its commit until its removal. Vector and
/// chunk lie in memory that its Delta keeps.
struct DeltaRow {
  std::uint64_t key = 0;
  std::uint64_t added_at = 0;
  std::atomic<std::uint64_t> removed_at = kNever;
  const char* vector = nullptr;  ///< As stored.
  std::string_view chunk;        ///< records::encode_chunk.
  RevisionChain revisions;

  bool visible_at(std::uint64_t lsn) const {
    return added_at <= lsn && removed_at.load(std::memory_order_relaxed) > lsn;
  }
};

/// The rows that the journal added beside a checkpoint, by rising key. One writer appends; readers
/// read the rows that existed when their view was taken. Rows never move.
class Delta {
 public:
  /// Appends a row; for the writer alone. Publishing the new size is the caller's.
  DeltaRow& append() { return rows_.append(); }
  /// Keeps alive what the next rows refer to; for the writer alone.
  void keep(std::shared_ptr<const void> memory) { kept_.push_back(std::move(memory)); }
  std::size_t size() const { return rows_.size(); }  ///< For the writer alone.

  DeltaRow& row(std::size_t index) { return rows_[index]; }
  const DeltaRow& row(std::size_t index) const { return rows_[index]; }

  /// The index of `key` among the first `size` rows, or nothing.
  std::optional<std::size_t> find(std::uint64_t key, std::size_t size) const;

 private:
  AppendList<DeltaRow> rows_;
  std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace quire::store
