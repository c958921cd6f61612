#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/filter.hpp>

/// The data sets that the benchmark of embedded vector stores is run on. A folder of: dataset.json
/// (n, dims, queries, updates, filters), base.f32 and queries.f32 (rows of unit vectors),
/// rows.jsonl (metadata, one row a line), gt_NAME.i32 (the ten nearest row ids a query, -1: fewer),
/// updates.jsonl and updates.f32 (files to replace).
namespace quire::bench {

/// One filter and the right answers under it.
struct FilteredQueries {
  std::string name;
  Filter filter;
  std::uint64_t matches = 0;
  std::vector<std::int32_t> nearest;  ///< Ten a query.
};

/// One file to replace with new chunks.
struct FileUpdate {
  std::string path;
  std::vector<ChunkRow> rows;
};

class Dataset {
 public:
  /// Reads dataset.json and the queries. Ends the program with a message if that fails, as do the
  /// other members.
  explicit Dataset(std::filesystem::path folder);

  std::size_t rows() const { return rows_; }
  std::size_t dimensions() const { return dimensions_; }
  std::size_t queries() const { return queries_.size() / dimensions_; }
  std::span<const float> query(std::size_t i) const {
    return std::span(queries_).subspan(i * dimensions_, dimensions_);
  }
  const std::vector<FilteredQueries>& filters() const { return filters_; }

  /// Every row with its vector, in the order of their ids, which are 0, 1, 2, ...
  std::vector<ChunkRow> read_rows() const;
  std::vector<FileUpdate> read_updates() const;

 private:
  std::filesystem::path folder_;
  std::size_t rows_ = 0;
  std::size_t dimensions_ = 0;
  std::vector<float> queries_;
  std::vector<FilteredQueries> filters_;
};

/// Prints "quire-bench: `message`" and ends the program.
[[noreturn]] void give_up(const std::string& message);

}  // namespace quire::bench
