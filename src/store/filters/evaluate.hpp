#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <quire/filter.hpp>

#include "store/filters/filter_node.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/record_table.hpp"

/// "Does this chunk pass", for one chunk and for a whole table at once; both always agree.
namespace quire::filters {

class Condition;

/// One bit a row.
class RowSet {
 public:
  RowSet() = default;
  RowSet(std::size_t rows, bool value);

  std::size_t rows() const { return rows_; }
  bool contains(std::size_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }
  void insert(std::size_t row) { words_[row / 64] |= std::uint64_t{1} << (row % 64); }
  void erase(std::size_t row) { words_[row / 64] &= ~(std::uint64_t{1} << (row % 64)); }
  std::size_t count() const;
  /// Words of 64 rows, the first row in the lowest bit; bits past rows() are zero.
  std::vector<std::uint64_t>& words() { return words_; }
  const std::vector<std::uint64_t>& words() const { return words_; }

  /// The first member from `row` on; rows() if there is none.
  std::size_t next(std::size_t row) const;

  /// Calls visit(row) for each member, rising.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t bits = words_[w]; bits != 0; bits &= bits - 1) {
        visit(w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits)));
      }
    }
  }

 private:
  std::size_t rows_ = 0;
  std::vector<std::uint64_t> words_;
};

/// A filter (validated with the schema), ready to be asked often: its patterns are parsed, its
/// lists sorted.
class CompiledFilter {
 public:
  explicit CompiledFilter(Filter filter, const Schema& schema = {});

  /// True if the filter accepts `chunk`, whose key is `key`. The empty filter accepts everything.
  bool accepts(const records::ChunkView& chunk, std::uint64_t key) const;

 private:
  Filter filter_;  ///< What the conditions refer to.
  std::shared_ptr<const Condition> root_;
};

/// The rows of `table` that `filter` (validated with `schema`) accepts. Strings are compared once
/// per distinct value. The table may have the first of the schema's fields only: the others are
/// absent.
RowSet select(const Filter& filter, const records::RecordTable& table, const Schema& schema = {});

}  // namespace quire::filters
