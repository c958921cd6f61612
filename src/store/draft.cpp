#include "store/draft.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/search_planner.hpp"
#include "store/vectors/distance.hpp"

namespace quire::store {
namespace {

constexpr std::size_t kMaxAttributeBytes = std::size_t{1} << 30;

/// The store's, with the dimensions that the first row gives it: `dimensions` if the options say
/// so.
VectorFormat format_with(VectorFormat format, std::uint32_t dimensions, const WriteBatch& batch) {
  if (format.dimensions == 0 && !batch.inserts().empty()) {
    const std::size_t first = batch.inserts().front().row.vector.size();
    format.dimensions =
        dimensions != 0
            ? dimensions
            : static_cast<std::uint32_t>(std::min<std::size_t>(first, kMaxDimensions + 1));
  }
  return format;
}

/// A row's value of a member; nothing if it has none, or if no member has the name.
std::optional<Filter::Value> value_of(const ChunkMeta& meta, std::string_view name) {
  constexpr std::string_view kExtra = "extra.";
  if (name.starts_with(kExtra)) {
    const auto found = std::ranges::find(meta.extra, name.substr(kExtra.size()), &ExtraField::name);
    return found == meta.extra.end() ? std::nullopt : std::optional<Filter::Value>(found->value);
  }
  const std::optional<records::Member> member = records::member_of(name);
  return member ? records::value_of(meta, *member) : std::nullopt;
}

/// What the rows of upsert() replace, by the name of their own key.
Result<std::map<std::string_view, std::vector<Filter::Value>>> own_keys(const WriteBatch& batch) {
  std::map<std::string_view, std::map<Filter::Value, std::size_t>> seen;
  std::map<std::string_view, std::vector<Filter::Value>> out;
  for (std::size_t i = 0; i < batch.inserts().size(); ++i) {
    const WriteBatch::Insert& insert = batch.inserts()[i];
    if (insert.own_key.empty()) {
      continue;
    }
    const auto value = value_of(insert.row.meta, insert.own_key);
    if (!value) {
      return fail(ErrorCode::invalid_argument,
                  "upsert row " + std::to_string(i) + ": it has no " + insert.own_key);
    }
    const auto [other, is_new] = seen[insert.own_key].try_emplace(*value, i);
    if (!is_new) {
      return fail(ErrorCode::invalid_argument, "upsert row " + std::to_string(i) + ": row " +
                                                   std::to_string(other->second) +
                                                   " has the same " + insert.own_key);
    }
    out[insert.own_key].push_back(*value);
  }
  return out;
}

Status validate_filters(const WriteBatch& batch) {
  for (const Filter& filter : batch.deleted_where()) {
    if (filter.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "delete_where: an empty filter would remove everything; use clear()");
    }
    QUIRE_TRY(filter.validate());
  }
  return {};
}

Status validate_attributes(const WriteBatch& batch) {
  for (const WriteBatch::AttributeChange& change : batch.attributes()) {
    if (const auto bad = base::invalid_utf8_offset(change.name)) {
      return fail(ErrorCode::invalid_argument,
                  "attribute name: invalid UTF-8 at byte " + std::to_string(*bad));
    }
    if (change.value && change.value->size() > kMaxAttributeBytes) {
      return fail(ErrorCode::invalid_argument, "attribute " + change.name + " is over 1 GiB");
    }
  }
  return {};
}

Status validate_inserts(const WriteBatch& batch, const VectorFormat& format) {
  if (!batch.inserts().empty() && format.dimensions == 0) {
    return fail(ErrorCode::invalid_argument, "insert row 0: the vector is empty");
  }
  if (format.dimensions > kMaxDimensions) {
    return fail(ErrorCode::invalid_argument,
                "insert row 0: over " + std::to_string(kMaxDimensions) + " dimensions");
  }
  std::string scratch;
  for (std::size_t i = 0; i < batch.inserts().size(); ++i) {
    const ChunkRow& row = batch.inserts()[i].row;
    scratch.clear();
    Status fits = records::validate(row.meta);
    if (fits) {
      fits = vectors::encode_vector(format, row.vector, scratch);
    }
    if (!fits) {
      return std::unexpected(fits.error().while_doing("insert row " + std::to_string(i)));
    }
  }
  return {};
}

Status validate(const WriteBatch& batch, const VectorFormat& format) {
  QUIRE_TRY(validate_filters(batch));
  QUIRE_TRY(validate_attributes(batch));
  if (batch.next_key().value > kMaxChunkKey) {
    return fail(ErrorCode::invalid_argument,
                "skip to key " + std::to_string(batch.next_key().value) + ": the last key is " +
                    std::to_string(kMaxChunkKey));
  }
  return validate_inserts(batch, format);
}

/// The last change of each name; erasing what is not there is none.
void draft_attributes(const WriteBatch& batch, const Generation& generation, Draft& draft) {
  std::map<std::string_view, const std::optional<std::string>*> last;
  for (const WriteBatch::AttributeChange& change : batch.attributes()) {
    last[change.name] = &change.value;
  }
  for (const auto& [name, value] : last) {
    if (*value || generation.attribute(name)) {
      draft.record.attributes.push_back({name, *value});
    }
  }
}

/// Adds the keys that `filter` accepts.
void find_keys(const Filter& filter,
               const Generation& generation,
               const ViewPoint& view,
               std::vector<std::uint64_t>& keys) {
  const Candidates found = find_candidates(generation, view, filter);
  found.image_rows->for_each(
      [&](std::size_t row) { keys.push_back(generation.key({false, row})); });
  for_each_delta_candidate(generation, found, [&](std::size_t row) {
    keys.push_back(generation.key({true, row}));
    return true;
  });
}

Status draft_removals(const WriteBatch& batch,
                      Generation& generation,
                      const ViewPoint& view,
                      Draft& draft) {
  std::vector<std::uint64_t>& removals = draft.record.removals;
  for (const ChunkKey key : batch.removed_keys()) {
    if (generation.find(key.value, view)) {
      removals.push_back(key.value);
    }
  }
  for (const std::string& path : batch.deleted_files()) {
    std::ranges::copy(generation.keys_of_file(path, view), std::back_inserter(removals));
  }
  for (const Filter& filter : batch.deleted_where()) {
    find_keys(filter, generation, view, removals);
  }
  QUIRE_TRY_ASSIGN(auto replaced, own_keys(batch));
  for (auto& [name, values] : replaced) {
    find_keys(field(std::string(name)).in(std::move(values)), generation, view, removals);
  }
  std::ranges::sort(removals);
  const auto repeats = std::ranges::unique(removals);
  removals.erase(repeats.begin(), repeats.end());
  for (const std::uint64_t key : removals) {
    draft.commit.removed.push_back({key});
  }
  return {};
}

Status draft_inserts(const WriteBatch& batch,
                     const VectorFormat& format,
                     std::uint64_t next_key,
                     Draft& draft) {
  std::string& vectors = draft.memory->vectors;
  std::vector<std::string>& chunks = draft.memory->chunks;
  vectors.reserve(batch.inserts().size() * format.bytes_per_vector());
  for (const WriteBatch::Insert& insert : batch.inserts()) {
    const std::uint64_t key = insert.key ? insert.key->value : next_key;
    if (key < next_key || key > kMaxChunkKey) {
      return fail(ErrorCode::invalid_argument,
                  "insert under key " + std::to_string(key) + ": the next key is " +
                      std::to_string(next_key) + ", the last one " + std::to_string(kMaxChunkKey));
    }
    next_key = key + 1;
    QUIRE_TRY(vectors::encode_vector(format, insert.row.vector, vectors));
    records::encode_chunk(insert.row.meta, chunks.emplace_back());
    draft.commit.inserted.push_back({key});
  }
  const std::size_t stride = format.bytes_per_vector();
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    draft.record.inserts.push_back({draft.commit.inserted[i].value,
                                    std::string_view(vectors).substr(i * stride, stride),
                                    chunks[i]});
  }
  draft.record.dimensions = chunks.empty() ? 0 : format.dimensions;
  draft.record.next_key = std::max(next_key, batch.next_key().value);
  return {};
}

}  // namespace

Result<Draft> make_draft(const WriteBatch& batch,
                         std::uint32_t dimensions,
                         Generation& generation,
                         const ViewPoint& view) {
  const VectorFormat format = format_with(generation.format(), dimensions, batch);
  QUIRE_TRY(validate(batch, format));
  Draft draft;
  QUIRE_TRY(draft_removals(batch, generation, view, draft));
  QUIRE_TRY(draft_inserts(batch, format, view.next_key, draft));
  draft_attributes(batch, generation, draft);
  QUIRE_TRY(generation.status());
  return draft;
}

}  // namespace quire::store
