#include "store/generation.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/try.hpp"

namespace quire::store {

using records::Member;

namespace {

void sort_each_once(std::vector<std::uint64_t>& keys, bool may_repeat) {
  std::ranges::sort(keys);
  if (may_repeat) {
    const auto repeated = std::ranges::unique(keys);
    keys.erase(repeated.begin(), repeated.end());
  }
}

}  // namespace

Generation::Generation(std::shared_ptr<CheckpointImage> image)
    : image_(std::move(image)),
      image_removed_at_(image_->rows()),
      attributes_(image_->records().header().attributes) {
  add_fields(image_->records().header().fields);
  set_format(image_->format().dimensions != 0 ? image_->format()
                                              : image_->records().header().format);
  for (std::atomic<std::uint64_t>& removed_at : image_removed_at_) {
    removed_at.store(kNever, std::memory_order_relaxed);
  }
}

void Generation::set_format(const VectorFormat& format) {
  format_ = format;
  dimensions_.store(format.dimensions, std::memory_order_relaxed);
}

std::vector<ChunkKey> Generation::live_keys(const ViewPoint& at) const {
  std::vector<ChunkKey> out;
  out.reserve(at.live_rows);
  for (std::size_t row = 0; row < image_->rows(); ++row) {
    if (image_row_visible(row, at.lsn)) {
      out.push_back({image_->records().keys()[row]});
    }
  }
  for (std::size_t row = 0; row < at.delta_size; ++row) {
    if (delta_.row(row).visible_at(at.lsn)) {
      out.push_back({delta_.row(row).key});
    }
  }
  return out;
}

std::optional<RowRef> Generation::find(std::uint64_t key, const ViewPoint& at) const {
  if (const auto row = image_->records().row_of(key); row && image_row_visible(*row, at.lsn)) {
    return RowRef{false, *row};
  }
  if (const auto row = delta_.find(key, at.delta_size);
      row && delta_.row(*row).visible_at(at.lsn)) {
    return RowRef{true, *row};
  }
  return std::nullopt;
}

std::uint64_t Generation::key(RowRef row) const {
  return row.in_delta ? delta_.row(row.index).key : image_->records().keys()[row.index];
}

const char* Generation::vector(RowRef row) const {
  return row.in_delta ? delta_.row(row.index).vector : image_->vector(row.index);
}

ChunkMeta Generation::chunk(RowRef row,
                            const ViewPoint& at,
                            const records::MemberSet& wanted) const {
  const Revision* const revision = revision_of(row, at);
  if (!row.in_delta && revision == nullptr) {
    return image_->records().chunk(row.index, wanted);
  }
  const std::string_view bytes = revision ? revision->chunk : delta_.row(row.index).chunk;
  Result<ChunkMeta> chunk = records::decode_chunk(bytes, wanted, fields());
  if (!chunk) {
    unreadable_key_.store(key(row), std::memory_order_relaxed);
    return {};
  }
  return std::move(*chunk);
}

std::optional<records::ChunkView> Generation::journal_chunk(RowRef row, const ViewPoint& at) const {
  if (row.in_delta) {
    return delta_chunk(row.index, at);
  }
  const Revision* const revision = revision_of(row, at);
  return revision ? std::optional(view_of(key(row), revision->chunk)) : std::nullopt;
}

records::ChunkView Generation::delta_chunk(std::size_t index, const ViewPoint& at) const {
  const DeltaRow& row = delta_.row(index);
  const Revision* const revision = revision_of({true, index}, at);
  return view_of(row.key, revision ? revision->chunk : row.chunk);
}

records::ChunkView Generation::view_of(std::uint64_t key, std::string_view bytes) const {
  records::ChunkView chunk;
  if (!records::view_chunk(bytes, chunk)) {
    unreadable_key_.store(key, std::memory_order_relaxed);
    chunk = {};
  }
  return chunk;
}

bool Generation::is_visible(RowRef row, const ViewPoint& at) const {
  return row.in_delta ? row.index < at.delta_size && delta_.row(row.index).visible_at(at.lsn)
                      : image_row_visible(row.index, at.lsn);
}

RevisionChain& Generation::revisions_of(RowRef row) {
  return row.in_delta ? delta_.row(row.index).revisions : image_revisions_[row.index];
}

const Revision* Generation::revision_of(RowRef row, const ViewPoint& at) const {
  if (at.revisions == 0) {
    return nullptr;
  }
  return (row.in_delta ? delta_.row(row.index).revisions : image_revisions_[row.index]).at(at.lsn);
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> Generation::updated(
    const ViewPoint& at) const {
  std::map<std::uint64_t, std::uint64_t> lsns;
  for (const auto& [key, lsn] : image_->records().header().updated) {
    const auto row = image_->records().row_of(key);
    if (row && image_row_visible(*row, at.lsn)) {
      lsns[key] = lsn;
    }
  }
  for (std::size_t i = 0; i < at.revisions; ++i) {
    const Revision& one = revisions_[i];
    if (is_visible(one.row, at)) {
      std::uint64_t& newest = lsns[key(one.row)];
      newest = std::max(newest, one.lsn);
    }
  }
  return {lsns.begin(), lsns.end()};
}

std::uint32_t Generation::file_format() const {
  const bool is_second =
      !fields().empty() || revisions_.size() != 0 || !image_->records().header().updated.empty();
  return is_second ? 2 : 1;
}

void Generation::add_fields(const std::vector<FieldSpec>& fields) {
  auto schema = std::make_unique<Schema>(schemas_.empty() ? Schema() : *schemas_.back());
  for (const FieldSpec& field : fields) {
    if (find_field(*schema, field.name) == nullptr) {
      schema->push_back(field);
    }
  }
  schemas_.push_back(std::move(schema));
  fields_.store(schemas_.back().get(), std::memory_order_release);
}

Status Generation::status() const {
  const std::uint64_t unreadable = unreadable_key_.load(std::memory_order_relaxed);
  if (unreadable != kNever) {
    return fail(ErrorCode::corrupt, "the journal's chunk of key " + std::to_string(unreadable) +
                                        " is not a chunk's bytes");
  }
  const Status image = image_->status();
  return image ? image
               : fail(ErrorCode::corrupt,
                      image.error().message +
                          "; `quire check --repair` keeps what verifies, `quire index --rebuild` "
                          "starts over from the sources");
}

void Generation::prefetch_chunks(std::span<const RowRef> rows,
                                 const records::MemberSet& wanted) const {
  std::vector<std::size_t> image_rows;
  image_rows.reserve(rows.size());
  for (const RowRef row : rows) {
    if (!row.in_delta) {
      image_rows.push_back(row.index);
    }
  }
  image_->records().prefetch(image_rows, wanted);
}

Result<ViewPoint> Generation::apply(const RedoRecord& record,
                                    std::uint64_t lsn,
                                    ViewPoint view,
                                    std::shared_ptr<const void> memory) {
  QUIRE_TRY(check_vectors(record, lsn));
  if (!record.fields.empty()) {
    add_fields(record.fields);
  }
  for (const std::uint64_t key : record.removals) {
    if (const auto row = find(key, view)) {
      remove(*row, lsn, view);
    }
  }
  if (!record.inserts.empty() || !record.updates.empty()) {
    delta_.keep(std::move(memory));
  }
  for (const RedoRecord::Update& one : record.updates) {
    update(one, lsn, view);
  }
  QUIRE_TRY(insert(record, lsn, view));
  sketch_rows();
  view.lsn = lsn;
  view.delta_size = delta_.size();
  view.revisions = revisions_.size();
  view.next_key = std::max(view.next_key, record.next_key);
  return view;
}

Status Generation::check_vectors(const RedoRecord& record, std::uint64_t lsn) {
  if (record.dimensions == 0 && record.inserts.empty()) {
    return {};
  }
  if (format().dimensions == 0) {
    dimensions_.store(record.dimensions, std::memory_order_relaxed);
  }
  const bool fits = !record.inserts.empty() && record.dimensions == format().dimensions &&
                    record.inserts.front().vector.size() == format().bytes_per_vector();
  return fits ? Status()
              : fail(ErrorCode::corrupt, "commit " + std::to_string(lsn) + " has vectors of " +
                                             std::to_string(record.dimensions) +
                                             " dimensions, the store of " +
                                             std::to_string(format().dimensions));
}

Status Generation::insert(const RedoRecord& record, std::uint64_t lsn, ViewPoint& view) {
  for (const RedoRecord::Insert& insert : record.inserts) {
    if (const auto row = image_->records().row_of(insert.key)) {
      if (image_->has_vector(*row)) {
        continue;
      }
      // The checkpoint's two files differ in age: this chunk comes whole from the journal.
      remove({false, *row}, lsn, view);
    }
    if (delta_.size() != 0 && delta_.row(delta_.size() - 1).key >= insert.key) {
      return fail(ErrorCode::corrupt, "commit " + std::to_string(lsn) + " inserts key " +
                                          std::to_string(insert.key) + " out of order");
    }
    DeltaRow& row = delta_.append();
    row.key = insert.key;
    row.added_at = lsn;
    row.vector = insert.vector.data();
    row.chunk = insert.chunk;
    ++view.live_rows;
  }
  return {};
}

/// A chunk that a later commit removed may be gone from the checkpoint already.
void Generation::update(const RedoRecord::Update& update,
                        std::uint64_t lsn,
                        const ViewPoint& view) {
  const auto row = find(update.key, view);
  if (!row) {
    return;
  }
  if (image_revisions_ == nullptr) {
    image_revisions_ = std::make_unique<RevisionChain[]>(image_->rows());
  }
  Revision& revision = revisions_.append();
  revision.row = *row;
  revision.lsn = lsn;
  revision.chunk = update.chunk;
  revisions_of(*row).add(revision);
}

void Generation::sketch_rows() {
  if (!has_sketches() || delta_.size() < kSketchedFrom) {
    return;
  }
  if (!sketches_) {
    const vectors::SketchMaker maker = sketch_maker();
    sketches_.emplace(Sketches{maker, vectors::SketchList(maker.words())});
  }
  while (sketches_->list.size() < delta_.size()) {
    const DeltaRow& row = delta_.row(sketches_->list.size());
    sketches_->list.add(sketches_->maker.make(row.vector));
  }
}

std::optional<std::vector<std::uint32_t>> Generation::likely_delta_rows(const ViewPoint& at,
                                                                        const char* stored,
                                                                        std::size_t wanted) const {
  if (!has_sketches() || at.delta_size < kSketchedFrom) {
    return std::nullopt;
  }
  const auto keep_visible = [&](std::vector<std::uint32_t>& found, std::size_t begin) {
    const auto added = found.begin() + static_cast<std::ptrdiff_t>(begin);
    std::for_each(added, found.end(),
                  [&](std::uint32_t row) { __builtin_prefetch(&delta_.row(row)); });
    const auto is_visible = [&](std::uint32_t row) { return delta_.row(row).visible_at(at.lsn); };
    found.erase(std::remove_if(added, found.end(), std::not_fn(is_visible)), found.end());
  };
  return sketches_->list.nearest(sketches_->maker.make(stored), at.delta_size, wanted,
                                 keep_visible);
}

/// Of rows spread over the checkpoint, or the journal's first: of what is there for every reader.
vectors::SketchMaker Generation::sketch_maker() const {
  constexpr std::size_t kSample = 256;
  if (image_->rows() < kSample || image_->graph() == nullptr) {
    return {format(), kSample, [&](std::size_t i) { return delta_.row(i).vector; }};
  }
  const std::size_t step = image_->rows() / kSample;
  return {format(), kSample, [&](std::size_t i) {
            const std::size_t row = i * step;
            return image_->has_vector(row) ? image_->vector(row) : delta_.row(i).vector;
          }};
}

void Generation::remove(RowRef row, std::uint64_t lsn, ViewPoint& view) {
  std::atomic<std::uint64_t>& removed_at =
      row.in_delta ? delta_.row(row.index).removed_at : image_removed_at_[row.index];
  removed_at.store(lsn, std::memory_order_relaxed);
  ++removed_rows_;
  --view.live_rows;
  view.removed_image_rows += row.in_delta ? 0 : 1;
}

void Generation::apply_attributes(const RedoRecord& record) {
  std::map<std::string, std::string, std::less<>> set;
  for (const RedoRecord::AttributeChange& change : record.attributes) {
    if (change.value) {
      set.insert_or_assign(std::string(change.name), std::string(*change.value));
    }
  }
  // No memory is needed from here on: all of them, or none.
  const base::MutexLock lock(attributes_mutex_);
  for (const RedoRecord::AttributeChange& change : record.attributes) {
    if (const auto old = attributes_.find(change.name); old != attributes_.end()) {
      attributes_.erase(old);
    }
  }
  attributes_.merge(set);
}

Status Generation::verify_complete(const ViewPoint& at) const {
  if (image_->slots_are_rows()) {
    return {};
  }
  for (std::size_t row = 0; row < image_->rows(); ++row) {
    if (!image_->has_vector(row) && image_row_visible(row, at.lsn)) {
      return fail(ErrorCode::corrupt, std::string(kIndexName) + " has no vector for key " +
                                          std::to_string(image_->records().keys()[row]) +
                                          " and no journal brings it back");
    }
  }
  return {};
}

void Generation::index_files() {
  index_image_files();
  index_delta_files();
}

std::string_view Generation::path_of(RowRef row, const ViewPoint& at) const {
  const auto chunk = journal_chunk(row, at);
  return chunk ? chunk->file_path
               : image_->records().strings(Member::file_path).at(row.index).value_or("");
}

std::vector<std::uint64_t> Generation::keys_of_file(std::string_view path, const ViewPoint& at) {
  index_files();
  std::vector<std::uint64_t> keys;
  const auto add_if_there = [&](RowRef row) {
    if (is_visible(row, at) && (at.revisions == 0 || path_of(row, at) == path)) {
      keys.push_back(key(row));
    }
  };
  if (const auto id = image_path_ids_.find(path); id != image_path_ids_.end()) {
    for (const std::uint32_t row : image_rows_of_path_[id->second]) {
      add_if_there({false, row});
    }
  }
  if (const auto rows = delta_rows_of_path_.find(path); rows != delta_rows_of_path_.end()) {
    for (const std::size_t row : rows->second) {
      add_if_there({true, row});
    }
  }
  for (std::size_t i = 0; i < at.revisions; ++i) {
    add_if_there(revisions_[i].row);  // It may have come to this path by an update.
  }
  sort_each_once(keys, at.revisions != 0);
  return keys;
}

records::ValueView Generation::own_value(std::size_t field, RowRef row, const ViewPoint& at) const {
  if (const auto chunk = journal_chunk(row, at)) {
    return records::own_value(chunk->own_fields, field);
  }
  const auto own = image_->records().own();
  if (field >= own.size()) {
    return {};
  }
  if (own[field].type == FieldType::string) {
    const auto text = own[field].strings.at(row.index);
    return text ? records::ValueView(*text) : records::ValueView();
  }
  const auto number = own[field].numbers.at(row.index);
  return number ? records::ValueView(*number) : records::ValueView();
}

/// Rows are found by any value that they ever had, and then looked at.
std::vector<std::uint64_t> Generation::keys_of_value(std::size_t field,
                                                     const records::ValueView& value,
                                                     const ViewPoint& at) {
  OwnKeyIndex& index = keys_of_values_[field];
  const ViewPoint image_only;
  for (std::size_t row = 0; row < image_->rows() && !index.has_image; ++row) {
    index.add(own_value(field, {false, row}, image_only), {false, row});
  }
  index.has_image = true;
  for (; index.delta_rows < delta_.size(); ++index.delta_rows) {
    const RowRef row{true, index.delta_rows};
    index.add(own_value(field, row, image_only), row);
  }
  for (; index.revisions < revisions_.size(); ++index.revisions) {
    const Revision& one = revisions_[index.revisions];
    index.add(records::own_value(view_of(key(one.row), one.chunk).own_fields, field), one.row);
  }
  std::vector<std::uint64_t> keys;
  for (const RowRef row : index.rows_of(value)) {
    if (is_visible(row, at) && own_value(field, row, at) == value) {
      keys.push_back(key(row));
    }
  }
  sort_each_once(keys, true);
  return keys;
}

void Generation::index_image_files() {
  if (image_files_indexed_) {
    return;
  }
  if (image_->rows() != 0) {
    const records::StringColumn& paths = image_->records().strings(Member::file_path);
    for (std::uint32_t id = 0; id < paths.values.size(); ++id) {
      image_path_ids_.emplace(paths.values[id], id);
    }
    std::vector<std::vector<std::uint32_t>> rows_of_path(paths.values.size());
    for (std::uint32_t row = 0; row < image_->rows(); ++row) {
      rows_of_path[paths.ids[row]].push_back(row);
    }
    image_rows_of_path_ = std::move(rows_of_path);
  }
  image_files_indexed_ = true;
}

void Generation::index_delta_files() {
  for (; delta_rows_indexed_ < delta_.size(); ++delta_rows_indexed_) {
    const DeltaRow& row = delta_.row(delta_rows_indexed_);
    delta_rows_of_path_[view_of(row.key, row.chunk).file_path].push_back(delta_rows_indexed_);
  }
}

std::optional<std::string> Generation::attribute(std::string_view name) const {
  const base::MutexLock lock(attributes_mutex_);
  const auto found = attributes_.find(name);
  return found == attributes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::pair<std::string, std::string>> Generation::attributes(
    std::string_view prefix) const {
  const base::MutexLock lock(attributes_mutex_);
  std::vector<std::pair<std::string, std::string>> out;
  for (auto at = attributes_.lower_bound(prefix);
       at != attributes_.end() && at->first.starts_with(prefix); ++at) {
    out.push_back(*at);
  }
  return out;
}

}  // namespace quire::store
