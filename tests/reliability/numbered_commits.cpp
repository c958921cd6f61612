#include "reliability/numbered_commits.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace quire::reliability {
namespace {

constexpr std::uint64_t kFiles = 40;
constexpr std::uint64_t kReplaceAll = 50;
constexpr std::uint64_t kMostRows = 8;
constexpr std::uint64_t kMostPadding = 2000;
constexpr std::uint32_t kDimensions = 16;
constexpr std::size_t kLimit = 10;
constexpr double kRounding = 1e-4;

constexpr const char* kCommitAttribute = "commit";
constexpr const char* kLsnAttribute = "lsn";
constexpr const char* kClaimAttribute = "claim";

/// splitmix64 (Steele, Lea and Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

std::uint64_t rows_of_commit(std::uint64_t number) {
  return mixed(number) % kMostRows;
}

std::string path_of_commit(std::uint64_t number) {
  return "file_" + std::to_string(number % kFiles);
}

/// Of the row with this chunk_id.
std::vector<float> vector_of(std::int64_t chunk_id) {
  std::vector<float> out(kDimensions);
  for (std::uint64_t i = 0; i < kDimensions; ++i) {
    const std::uint64_t bits = mixed((static_cast<std::uint64_t>(chunk_id) * kDimensions) + i);
    out[i] = (static_cast<float>(bits >> 40) / static_cast<float>(1 << 23)) - 1;
  }
  return out;
}

ChunkRow make_row(std::uint64_t number, std::uint64_t row) {
  const std::string name = "commit " + std::to_string(number) + " row " + std::to_string(row) +
                           " of " + std::to_string(rows_of_commit(number));
  ChunkRow out;
  out.meta.file_path = path_of_commit(number);
  out.meta.chunk_id = static_cast<std::int64_t>((number * kMostRows) + row);
  out.meta.content = name + "\n" + std::string(mixed(number + row) % kMostPadding, 'x');
  out.meta.language = "text";
  out.meta.start_line = static_cast<std::int64_t>(number);
  out.meta.end_line = static_cast<std::int64_t>(number + row);
  out.meta.extra = {{"name", name}};
  out.vector = vector_of(out.meta.chunk_id);
  return out;
}

void append_rows(std::vector<ChunkRow>& rows, std::uint64_t number) {
  for (std::uint64_t row = 0; row < rows_of_commit(number); ++row) {
    rows.push_back(make_row(number, row));
  }
}

/// What a store holds after commit `number`, by rising key: the last commit of each file.
std::vector<ChunkRow> rows_after(std::uint64_t number) {
  std::vector<ChunkRow> rows;
  for (std::uint64_t kept = number > kFiles ? number - kFiles + 1 : 1; kept <= number; ++kept) {
    append_rows(rows, kept);
  }
  return rows;
}

std::uint64_t number_in(const VectorStore& store, const char* attribute) {
  const std::string text = store.attribute(attribute).value_or("0");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string not_equal(const char* what, std::uint64_t found, std::uint64_t expected) {
  return found == expected ? ""
                           : std::string(what) + " is " + std::to_string(found) + ", not " +
                                 std::to_string(expected);
}

/// Claims come after their commit, and are not counted.
std::string lsn_difference(const VectorStore& store) {
  const std::uint64_t of_commit = number_in(store, kLsnAttribute);
  if (!store.attribute(kClaimAttribute)) {
    return not_equal("lsn", store.lsn(), of_commit);
  }
  return store.lsn() > of_commit ? "" : "a claim has not raised the lsn";
}

std::string rows_difference(const std::vector<StoredChunk>& found,
                            const std::vector<ChunkRow>& expected) {
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    if (found[i].meta != expected[i].meta) {
      return "a row is '" + found[i].meta.extra[0].value + "', not '" +
             expected[i].meta.extra[0].value + "'";
    }
  }
  return not_equal("the number of rows", found.size(), expected.size());
}

double cosine_distance(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0;
  double a_squares = 0;
  double b_squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    a_squares += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    b_squares += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return 1 - (product / std::sqrt(a_squares * b_squares));
}

std::vector<double> nearest_distances(const std::vector<float>& vector,
                                      const std::vector<ChunkRow>& rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const ChunkRow& row : rows) {
    out.push_back(cosine_distance(vector, row.vector));
  }
  std::ranges::sort(out);
  out.resize(std::min(out.size(), kLimit));
  return out;
}

std::string hit_difference(const Neighbor& hit,
                           const std::vector<ChunkRow>& rows,
                           const std::vector<float>& vector) {
  const std::string name = "a search finds '" + hit.meta.extra[0].value + "'";
  const auto row = std::ranges::find(rows, hit.meta, &ChunkRow::meta);
  if (row == rows.end()) {
    return name + ", which is not there";
  }
  const double distance = cosine_distance(vector, row->vector);
  return std::abs(distance - static_cast<double>(hit.distance)) < kRounding
             ? ""
             : name + " at a wrong distance";
}

/// A walk through the graph may miss some, but not the nearest: that row's own vector is asked for.
std::string order_difference(const std::vector<Neighbor>& hits,
                             const std::vector<double>& nearest,
                             bool exact) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const double beyond = static_cast<double>(hits[i].distance) - nearest[i];
    if (beyond < -kRounding || (beyond > kRounding && (exact || i == 0))) {
      return "a search finds other rows than the nearest";
    }
  }
  return not_equal("the number of hits", hits.size(), nearest.size());
}

/// The nearest to the vector of one of `rows`.
Result<std::string> search_difference(const VectorStore& store, const std::vector<ChunkRow>& rows) {
  if (rows.empty()) {
    return "";
  }
  const std::vector<float>& vector = rows[mixed(store.lsn()) % rows.size()].vector;
  const bool exact = store.lsn() % 2 == 0;
  const auto hits = store.search(vector, kLimit, {}, {.exact = exact});
  if (!hits) {
    return std::unexpected(hits.error());
  }
  for (const Neighbor& hit : *hits) {
    if (std::string problem = hit_difference(hit, rows, vector); !problem.empty()) {
      return problem;
    }
  }
  return order_difference(*hits, nearest_distances(vector, rows), exact);
}

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

}  // namespace

StoreOptions small_checkpoints() {
  StoreOptions options;
  options.scalar = Scalar::f32;
  options.checkpoint_min_rows = 100;
  return options;
}

WriteBatch numbered_commit(std::uint64_t number, std::uint64_t lsn) {
  WriteBatch batch;
  std::vector<ChunkRow> rows;
  if (number % kReplaceAll == 0) {
    batch.delete_where(field("start_line") >= 0);
    rows = rows_after(number);
  } else {
    batch.delete_file(path_of_commit(number));
    append_rows(rows, number);
  }
  for (ChunkRow& row : rows) {
    batch.insert(std::move(row));
  }
  batch.set_attribute(kCommitAttribute, std::to_string(number));
  batch.set_attribute(kLsnAttribute, std::to_string(lsn));
  batch.erase_attribute(kClaimAttribute);
  return batch;
}

WriteBatch claim() {
  WriteBatch batch;
  batch.set_attribute(kClaimAttribute, std::to_string(getpid()));
  return batch;
}

std::uint64_t last_commit(const VectorStore& store) {
  return number_in(store, kCommitAttribute);
}

Result<std::string> difference(const VectorStore& store) {
  const auto found = store.query({});
  if (!found) {
    return std::unexpected(found.error());
  }
  const std::vector<ChunkRow> rows = rows_after(last_commit(store));
  for (std::string problem : {lsn_difference(store), rows_difference(*found, rows)}) {
    if (!problem.empty()) {
      return problem;
    }
  }
  return search_difference(store, rows);
}

Acknowledged::Acknowledged(const std::filesystem::path& file) {
  const int opened = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (opened < 0 || ftruncate(opened, sizeof *number_) != 0) {
    give_up(file.c_str());
  }
  void* const mapped =
      mmap(nullptr, sizeof *number_, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
  if (mapped == MAP_FAILED || close(opened) != 0) {
    give_up(file.c_str());
  }
  number_ = static_cast<std::uint64_t*>(mapped);
}

Acknowledged::~Acknowledged() {
  munmap(number_, sizeof *number_);
}

std::uint64_t Acknowledged::last() const {
  return std::atomic_ref(*number_).load();
}

void Acknowledged::set(std::uint64_t number) {
  std::atomic_ref(*number_).store(number);
}

}  // namespace quire::reliability
