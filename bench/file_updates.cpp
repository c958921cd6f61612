#include "file_updates.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quire::bench {
namespace {

constexpr std::int64_t kChunksPerFile = 12;
constexpr float kNoiseNorm = 0.2F;

float norm(const std::vector<float>& vector) {
  float sum = 0;
  for (const float number : vector) {
    sum += number * number;
  }
  return std::sqrt(sum);
}

}  // namespace

FileUpdates::FileUpdates(std::vector<ChunkRow> rows,
                         std::vector<std::string> paths,
                         std::uint64_t seed)
    : rows_(std::move(rows)), paths_(std::move(paths)), random_(seed) {
  if (rows_.empty() || paths_.empty()) {
    give_up("no rows to make file updates of");
  }
  std::shuffle(paths_.begin(), paths_.end(), random_);
}

FileUpdate FileUpdates::next() {
  FileUpdate update{paths_[next_path_], {}};
  next_path_ = (next_path_ + 1) % paths_.size();
  for (std::int64_t i = 0; i < kChunksPerFile; ++i) {
    ChunkRow row{any_row().meta, turned(any_row().vector)};
    row.meta.file_path = update.path;
    row.meta.chunk_id = i;
    update.rows.push_back(std::move(row));
  }
  return update;
}

const ChunkRow& FileUpdates::any_row() {
  return rows_[random_() % rows_.size()];
}

std::vector<float> FileUpdates::turned(std::vector<float> vector) {
  std::normal_distribution<float> noise(
      0, kNoiseNorm / std::sqrt(static_cast<float>(vector.size())) * norm(vector));
  for (float& number : vector) {
    number += noise(random_);
  }
  const float length = norm(vector);
  for (float& number : vector) {
    number /= length;
  }
  return vector;
}

}  // namespace quire::bench
