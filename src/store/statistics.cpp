#include "store/statistics.hpp"

#include <set>
#include <string>
#include <unordered_set>
#include <variant>

#include "base/try.hpp"
#include "store/cache_folder.hpp"
#include "store/next_vectors.hpp"
#include "store/records/own_values.hpp"

namespace quire::store {
namespace {

using records::ValueView;

/// Counts the values of one field, row by row. Strings are referred to, so rows must stay.
class FieldCounter {
 public:
  FieldCounter(std::string_view name, FieldType type) {
    out_.name = name;
    out_.type = type;
  }

  void add(const ValueView& value) {
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
      strings_.insert(*text);
    } else if (const auto number = records::ordinal_of(value)) {
      numbers_.insert(*number);
    } else {
      return;
    }
    ++out_.values;
  }
  void add_rows(std::size_t rows) { out_.values += rows; }

  FieldStatistics take() {
    out_.distinct = strings_.size() + numbers_.size();
    return std::move(out_);
  }

 private:
  FieldStatistics out_;
  std::unordered_set<std::string_view> strings_;
  std::unordered_set<std::int64_t> numbers_;
};

ValueView member_value(const Generation& generation,
                       RowRef row,
                       const std::optional<records::ChunkView>& chunk,
                       records::Member member) {
  const records::MemberRow& spec = row_of(member);
  if (spec.is_number()) {
    return chunk ? number_of(*chunk, spec)
                 : generation.image().records().numbers(member)[row.index];
  }
  const auto text =
      chunk ? text_of(*chunk, spec) : generation.image().records().strings(member).at(row.index);
  return text ? ValueView(*text) : ValueView();
}

std::size_t table_rows(const Generation& generation,
                       RowRef row,
                       const std::optional<records::ChunkView>& chunk,
                       std::size_t field) {
  if (chunk) {
    return records::own_values(chunk->own_fields, field, 0).size();
  }
  const auto own = generation.image().records().own();
  return field < own.size() ? own[field].ends[row.index] - own[field].begin_of(row.index) : 0;
}

std::vector<RowRef> live_rows(const View& view) {
  std::vector<RowRef> rows;
  rows.reserve(view.at.live_rows);
  for (std::size_t row = 0; row < view.generation->image().rows(); ++row) {
    if (view.generation->image_row_visible(row, view.at.lsn)) {
      rows.push_back({false, row});
    }
  }
  for (std::size_t row = 0; row < view.at.delta_size; ++row) {
    if (view.generation->delta().row(row).visible_at(view.at.lsn)) {
      rows.push_back({true, row});
    }
  }
  return rows;
}

std::vector<FieldStatistics> count_fields(const View& view) {
  const Generation& generation = *view.generation;
  const std::vector<RowRef> rows = live_rows(view);
  std::vector<FieldStatistics> out;
  for (std::size_t i = 0; i < records::kMemberCount; ++i) {
    const auto member = static_cast<records::Member>(i);
    if (!row_of(member).in_column) {
      continue;
    }
    FieldCounter counter(to_string(member),
                         row_of(member).is_number() ? FieldType::i64 : FieldType::string);
    for (const RowRef row : rows) {
      counter.add(member_value(generation, row, generation.journal_chunk(row, view.at), member));
    }
    out.push_back(counter.take());
  }
  for (std::size_t field = 0; field < generation.fields().size(); ++field) {
    const FieldSpec& spec = generation.fields()[field];
    FieldCounter counter(spec.name, spec.type);
    for (const RowRef row : rows) {
      if (spec.type == FieldType::table) {
        counter.add_rows(
            table_rows(generation, row, generation.journal_chunk(row, view.at), field));
      } else {
        counter.add(generation.own_value(field, row, view.at));
      }
    }
    out.push_back(counter.take());
  }
  return out;
}

/// Of the files in a folder; 0 where there is none.
Result<std::uint64_t> bytes_in(base::FileSystem& files, const std::string& folder) {
  QUIRE_TRY_ASSIGN(const base::FileStat found, files.stat(folder));
  if (!found.exists || !found.is_directory) {
    return 0;
  }
  std::uint64_t bytes = 0;
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, files.list(folder));
  for (const std::string& name : names) {
    QUIRE_TRY_ASSIGN(const base::FileStat file, files.stat(base::join(folder, name)));
    bytes += file.exists && !file.is_directory ? file.size : 0;
  }
  return bytes;
}

Status count_bytes(const StoreFolder& folder, StoreStatistics& out) {
  base::FileSystem& files = *folder.files;
  QUIRE_TRY_ASSIGN(const base::FileStat index, files.stat(folder.path_of(kIndexName)));
  QUIRE_TRY_ASSIGN(const base::FileStat metadata, files.stat(folder.path_of(kMetadataName)));
  out.index_bytes = index.exists ? index.size : 0;
  out.metadata_bytes = metadata.exists ? metadata.size : 0;
  for (const char* const name : {kCacheFolder, kNextFolder}) {
    QUIRE_TRY_ASSIGN(const std::uint64_t bytes, bytes_in(files, folder.path_of(name)));
    out.cache_bytes += bytes;
  }
  return {};
}

}  // namespace

Result<StoreStatistics> count_statistics(const StoreFolder& folder, const View& view) {
  const Generation& generation = *view.generation;
  StoreStatistics out;
  out.chunks = view.at.live_rows;
  out.checkpoint_chunks = generation.image().rows();
  out.removed_chunks = view.at.removed_image_rows;
  out.journal_chunks = out.chunks - (out.checkpoint_chunks - out.removed_chunks);
  const std::uint64_t checkpoint_lsn = generation.image().metadata_lsn();
  for (const auto& [key, lsn] : generation.updated(view.at)) {
    out.updated_chunks += lsn > checkpoint_lsn ? 1 : 0;
  }
  out.graph_levels = generation.image().graph() ? generation.image().graph()->levels() : 0;
  out.fields = count_fields(view);
  QUIRE_TRY(count_bytes(folder, out));
  QUIRE_TRY(generation.status());
  return out;
}

}  // namespace quire::store
