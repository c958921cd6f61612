#include "store/vectors/usearch_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "store/vectors/usearch_header.hpp"
#include "store/vectors/usearch_layout.hpp"

// A usearch file, all numbers little-endian, nothing aligned:
//
//   vectors     u32 rows | u32 bytes per vector | rows x vector
//   head        "usearch" | u16 major, minor, patch | u8 metric, scalar, key type, slot type |
//               u64 present | u64 removed | u64 dimensions | u8 multi | zeros up to 64 bytes
//   graph       u64 rows, connectivity, connectivity of the base level, top level, entry slot
//   levels      rows x i16
//   nodes       rows x ( u64 key | i16 level | list of the base level | level x list )
//   list        u32 count | room for as many u32 slots as the level's connectivity
//
// A removed node's key is 2^64-1. An empty graph's top level is -1. There is no checksum.
namespace quire::vectors {
namespace {

std::unexpected<Error> damaged(std::uint64_t offset, const std::string& what) {
  return fail(ErrorCode::store_index,
              "not a usable usearch file: byte " + std::to_string(offset) + ": " + what);
}

std::unexpected<Error> unusable(const std::string& what) {
  return fail(ErrorCode::incompatible, "usearch file: " + what);
}

std::string found_expected(std::uint64_t found, std::uint64_t expected) {
  return "found " + std::to_string(found) + ", expected " + std::to_string(expected);
}

// Before 2.10 usearch numbered its types differently.
std::uint8_t today_code(std::uint8_t code, std::uint16_t minor) {
  if (minor >= 10) {
    return code;
  }
  constexpr std::uint8_t kBefore[] = {0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 17, 20, 21, 22, 23};
  return code < std::size(kBefore) ? kBefore[code] : code;
}

Result<Metric> metric_of(std::uint8_t code) {
  switch (code) {
    case 'c':
      return Metric::cosine;
    case 'i':
      return Metric::inner_product;
    case 'e':
      return Metric::squared_l2;
    default:
      return unusable("its metric has code " + std::to_string(code) +
                      "; expected cosine (99), inner product (105) or squared L2 (101)");
  }
}

Result<FileScalar> scalar_of(std::uint8_t code) {
  switch (TypeCode{code}) {
    case TypeCode::bf16:
      return FileScalar::bf16;
    case TypeCode::f32:
      return FileScalar::f32;
    case TypeCode::i8:
      return FileScalar::i8;
    case TypeCode::f16:
      return FileScalar::f16;
    case TypeCode::f64:
      return FileScalar::f64;
    case TypeCode::u64:
    case TypeCode::u32:
      break;
  }
  return unusable("its numbers have type code " + std::to_string(code) +
                  "; expected bf16 (4), f64 (10), f32 (11), f16 (12) or i8 (23)");
}

std::uint64_t size_of(FileScalar scalar) {
  switch (scalar) {
    case FileScalar::i8:
      return 1;
    case FileScalar::bf16:
    case FileScalar::f16:
      return 2;
    case FileScalar::f32:
      return 4;
    case FileScalar::f64:
      break;
  }
  return 8;
}

Status check_types(std::uint8_t key, std::uint8_t slot, std::uint8_t multi) {
  if (TypeCode{key} != TypeCode::u64) {
    return unusable("type code of its keys: " + found_expected(key, 14) + " (u64)");
  }
  if (TypeCode{slot} != TypeCode::u32) {
    return unusable("type code of its slots: " + found_expected(slot, 15) + " (u32)");
  }
  if (multi != 0) {
    return unusable("it may hold several vectors a key; expected one");
  }
  return {};
}

Status check_dimensions(std::uint64_t dimensions, const UsearchHeader& header) {
  if (dimensions == 0 || dimensions > kMaxDimensions) {
    return unusable("it has " + std::to_string(dimensions) + " dimensions; expected 1 to " +
                    std::to_string(kMaxDimensions));
  }
  const std::uint64_t expected = dimensions * size_of(header.scalar);
  if (header.bytes_per_vector != expected) {
    return damaged(4, "bytes per vector: " + found_expected(header.bytes_per_vector, expected));
  }
  return {};
}

struct Graph {
  std::uint64_t rows = 0;
  std::uint64_t connectivity = 0;
  std::uint64_t base_connectivity = 0;
  std::uint64_t top_level = 0;
  std::uint64_t entry_slot = 0;
};

/// Walks the graph of a file whose head has been read.
class GraphReader {
 public:
  GraphReader(std::string_view content, const UsearchHeader& header)
      : in_(content), header_(header), at_(header.graph_offset) {}

  Result<std::vector<UsearchFile::Entry>> entries();

 private:
  Status read_graph_header();
  Status read_levels();
  Status read_node(std::uint32_t slot);
  Status read_list(std::int16_t level, std::uint64_t capacity);
  Status check_unique() const;
  Status check_counts() const;

  std::uint64_t left() const { return in_.size() - at_; }

  // The caller has seen that the number is there.
  template <class T>
  T number(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, in_.data() + offset, sizeof value);
    return value;
  }

  std::int16_t level_of(std::uint32_t slot) const {
    return number<std::int16_t>(levels_ + std::uint64_t{slot} * sizeof(std::int16_t));
  }

  std::string_view in_;
  const UsearchHeader& header_;
  std::uint64_t at_;
  std::uint64_t levels_ = 0;
  Graph graph_;
  std::vector<UsearchFile::Entry> entries_;
};

Result<std::vector<UsearchFile::Entry>> GraphReader::entries() {
  QUIRE_TRY(read_graph_header());
  if (header_.rows > 0) {
    QUIRE_TRY(read_levels());
  }
  for (std::uint32_t slot = 0; slot < header_.rows; ++slot) {
    QUIRE_TRY(read_node(slot));
  }
  if (left() > 0) {
    return damaged(at_, std::to_string(left()) + " bytes follow the last node");
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  QUIRE_TRY(check_unique());
  QUIRE_TRY(check_counts());
  return std::move(entries_);
}

Status GraphReader::read_graph_header() {
  base::ByteReader reader(in_.substr(at_));
  graph_ = {reader.u64(), reader.u64(), reader.u64(), reader.u64(), reader.u64()};
  if (!reader.ok()) {
    return damaged(in_.size(), "the file ends inside the graph's header");
  }
  if (graph_.rows != header_.rows) {
    return damaged(at_, "rows of the graph: " + found_expected(graph_.rows, header_.rows));
  }
  // A node of the base level takes at least 14 + 4 x connectivity bytes: this also keeps the sizes
  // computed from it far from overflow.
  const bool plausible = graph_.connectivity >= 2 &&
                         graph_.connectivity <= graph_.base_connectivity &&
                         graph_.base_connectivity <= in_.size();
  if (header_.rows > 0 && !plausible) {
    return damaged(at_ + 8, "connectivity " + std::to_string(graph_.connectivity) +
                                " and, at the base level, " +
                                std::to_string(graph_.base_connectivity) + " can't be");
  }
  at_ += reader.offset();
  return {};
}

Status GraphReader::read_levels() {
  levels_ = at_;
  const std::uint64_t bytes = std::uint64_t{header_.rows} * sizeof(std::int16_t);
  if (bytes > left()) {
    return damaged(in_.size(), "the file ends inside the nodes' levels");
  }
  for (std::uint32_t slot = 0; slot < header_.rows; ++slot) {
    const std::int16_t level = level_of(slot);
    if (level < 0 || static_cast<std::uint64_t>(level) > graph_.top_level) {
      return damaged(levels_ + std::uint64_t{slot} * 2, "level " + std::to_string(level) +
                                                            " in a graph whose top level is " +
                                                            std::to_string(graph_.top_level));
    }
  }
  if (graph_.entry_slot >= header_.rows) {
    return damaged(header_.graph_offset + 32, "entry slot " + std::to_string(graph_.entry_slot) +
                                                  " of " + std::to_string(header_.rows) + " slots");
  }
  const std::int16_t entry_level = level_of(static_cast<std::uint32_t>(graph_.entry_slot));
  if (static_cast<std::uint64_t>(entry_level) != graph_.top_level) {
    return damaged(header_.graph_offset + 24, "the entry's level is " +
                                                  std::to_string(entry_level) + ", the top level " +
                                                  std::to_string(graph_.top_level));
  }
  at_ += bytes;
  return {};
}

Status GraphReader::read_node(std::uint32_t slot) {
  if (left() < kNodeHeadSize) {
    return damaged(in_.size(), "the file ends inside node " + std::to_string(slot));
  }
  const auto key = number<std::uint64_t>(at_);
  const auto level = number<std::int16_t>(at_ + sizeof key);
  if (level != level_of(slot)) {
    return damaged(at_ + sizeof key, "level of node " + std::to_string(slot) + ": found " +
                                         std::to_string(level) + ", expected " +
                                         std::to_string(level_of(slot)));
  }
  if (key != kRemovedKey) {
    entries_.push_back({key, slot});
  }
  at_ += kNodeHeadSize;
  QUIRE_TRY(read_list(0, graph_.base_connectivity));
  for (std::int16_t at_level = 1; at_level <= level; ++at_level) {
    QUIRE_TRY(read_list(at_level, graph_.connectivity));
  }
  return {};
}

Status GraphReader::read_list(std::int16_t level, std::uint64_t capacity) {
  const std::uint64_t bytes = list_size(capacity);
  if (left() < bytes) {
    return damaged(in_.size(), "the file ends inside a list of neighbours that begins at byte " +
                                   std::to_string(at_));
  }
  const auto count = number<std::uint32_t>(at_);
  if (count > capacity) {
    return damaged(at_, std::to_string(count) + " neighbours where " + std::to_string(capacity) +
                            " are the most");
  }
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::uint64_t where = at_ + sizeof(std::uint32_t) * i;
    const auto neighbour = number<std::uint32_t>(where);
    if (neighbour >= header_.rows || level_of(neighbour) < level) {
      return damaged(where, "neighbour " + std::to_string(neighbour) + " is not a node of level " +
                                std::to_string(level));
    }
  }
  at_ += bytes;
  return {};
}

Status GraphReader::check_unique() const {
  const auto twice =
      std::adjacent_find(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.key == b.key; });
  if (twice == entries_.end()) {
    return {};
  }
  return fail(ErrorCode::store_index,
              "not a usable usearch file: key " + std::to_string(twice->key) + " is there twice");
}

Status GraphReader::check_counts() const {
  const std::uint64_t removed = header_.rows - entries_.size();
  if (header_.present != entries_.size() || header_.deleted != removed) {
    return damaged(header_.graph_offset - kHeadSize + 17,
                   "the head counts " + std::to_string(header_.present) + " entries and " +
                       std::to_string(header_.deleted) + " removed ones; there are " +
                       std::to_string(entries_.size()) + " and " + std::to_string(removed));
  }
  return {};
}

float from_f16(std::uint16_t bits) {
  const unsigned exponent = (bits >> 10U) & 0x1fU;
  const auto mantissa = static_cast<float>(bits & 0x3ffU);
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  if (exponent == 0) {
    return sign * std::ldexp(mantissa, -24);
  }
  if (exponent == 0x1f) {
    return mantissa == 0 ? sign * INFINITY : NAN;
  }
  return sign * std::ldexp(mantissa + 1024.0F, static_cast<int>(exponent) - 25);
}

template <class T>
T at(const char* stored, std::size_t i) {
  T value;
  std::memcpy(&value, stored + i * sizeof value, sizeof value);
  return value;
}

float number_at(FileScalar scalar, const char* stored, std::size_t i) {
  switch (scalar) {
    case FileScalar::bf16:
      return std::bit_cast<float>(std::uint32_t{at<std::uint16_t>(stored, i)} << 16U);
    case FileScalar::f32:
      return at<float>(stored, i);
    case FileScalar::i8:
      return static_cast<float>(at<std::int8_t>(stored, i)) / 127.0F;
    case FileScalar::f16:
      return from_f16(at<std::uint16_t>(stored, i));
    case FileScalar::f64:
      break;
  }
  return static_cast<float>(at<double>(stored, i));
}

}  // namespace

std::string_view to_string(FileScalar scalar) {
  switch (scalar) {
    case FileScalar::bf16:
      return "bf16";
    case FileScalar::f32:
      return "f32";
    case FileScalar::i8:
      return "i8";
    case FileScalar::f16:
      return "f16";
    case FileScalar::f64:
      return "f64";
  }
  return "unknown";
}

Result<UsearchHeader> read_usearch_header(std::string_view content) {
  UsearchHeader header;
  base::ByteReader reader(content);
  header.rows = reader.u32();
  header.bytes_per_vector = reader.u32();
  // The product of two 32-bit numbers fits 64 bits.
  reader.bytes(std::uint64_t{header.rows} * header.bytes_per_vector);
  const std::size_t head = reader.offset();
  base::ByteReader fields(reader.bytes(kHeadSize));
  if (!reader.ok()) {
    return damaged(content.size(), "the file ends before the head that " +
                                       std::to_string(header.rows) + " vectors of " +
                                       std::to_string(header.bytes_per_vector) +
                                       " bytes should precede");
  }
  if (fields.bytes(7) != "usearch") {
    return damaged(head, "the word usearch is not where " + std::to_string(header.rows) +
                             " vectors of " + std::to_string(header.bytes_per_vector) +
                             " bytes would end");
  }
  header.version_major = fields.u16();
  header.version_minor = fields.u16();
  header.version_patch = fields.u16();
  if (header.version_major != kVersion[0]) {
    return unusable("its major version: " + found_expected(header.version_major, kVersion[0]));
  }
  QUIRE_TRY_ASSIGN(header.metric, metric_of(fields.u8()));
  QUIRE_TRY_ASSIGN(header.scalar, scalar_of(today_code(fields.u8(), header.version_minor)));
  const std::uint8_t key = today_code(fields.u8(), header.version_minor);
  const std::uint8_t slot = today_code(fields.u8(), header.version_minor);
  header.present = fields.u64();
  header.deleted = fields.u64();
  const std::uint64_t dimensions = fields.u64();
  QUIRE_TRY(check_types(key, slot, fields.u8()));
  QUIRE_TRY(check_dimensions(dimensions, header));
  header.dimensions = static_cast<std::uint32_t>(dimensions);
  header.graph_offset = reader.offset();
  return header;
}

Result<UsearchFile> UsearchFile::read(std::string_view content) {
  QUIRE_TRY_ASSIGN(const UsearchHeader header, read_usearch_header(content));
  UsearchFile file;
  QUIRE_TRY_ASSIGN(file.entries_, GraphReader(content, header).entries());
  file.dimensions_ = header.dimensions;
  file.metric_ = header.metric;
  file.scalar_ = header.scalar;
  file.version_ = std::to_string(header.version_major) + "." +
                  std::to_string(header.version_minor) + "." + std::to_string(header.version_patch);
  file.slots_ = header.rows;
  file.stride_ = header.bytes_per_vector;
  file.vectors_ = content.data() + kVectorsOffset;
  return file;
}

VectorFormat UsearchFile::stored_format() const {
  switch (scalar_) {
    case FileScalar::bf16:
      return {dimensions_, metric_, Scalar::bf16};
    case FileScalar::i8:
      return {dimensions_, metric_, Scalar::i8};
    default:
      return {dimensions_, metric_, Scalar::f32};
  }
}

std::vector<float> UsearchFile::numbers(std::uint32_t slot) const {
  std::vector<float> out(dimensions_);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = number_at(scalar_, vector(slot), i);
  }
  return out;
}

}  // namespace quire::vectors
