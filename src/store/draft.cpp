#include "store/draft.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <variant>

#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/own_values.hpp"
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

/// A chunk's value of an own field that is no table, or nothing.
std::optional<Filter::Value> own_value_of(const ChunkMeta& meta, std::string_view name) {
  const auto own = std::ranges::find(meta.fields, name, &OwnField::name);
  if (own == meta.fields.end()) {
    return std::nullopt;
  }
  return std::visit(
      [](const auto& value) -> std::optional<Filter::Value> {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<TableRow>>) {
          return std::nullopt;
        } else {
          return value;
        }
      },
      own->value);
}

/// A row's value of a member or field; nothing if it has none, or if none has the name.
std::optional<Filter::Value> value_of(const ChunkMeta& meta, std::string_view name) {
  constexpr std::string_view kExtra = "extra.";
  if (name.starts_with(kExtra)) {
    const auto found = std::ranges::find(meta.extra, name.substr(kExtra.size()), &ExtraField::name);
    return found == meta.extra.end() ? std::nullopt : std::optional<Filter::Value>(found->value);
  }
  const std::optional<records::Member> member = records::member_of(name);
  if (!member) {
    return own_value_of(meta, name);
  }
  const auto value = records::value_of(meta, *member);
  return value ? std::visit([](const auto& held) { return std::optional<Filter::Value>(held); },
                            *value)
               : std::nullopt;
}

records::ValueView view_of(const Filter::Value& value) {
  return std::visit([](const auto& held) { return records::ValueView(held); }, value);
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

Status validate_filters(const WriteBatch& batch, const Schema& schema) {
  for (const Filter& filter : batch.deleted_where()) {
    if (filter.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "delete_where: an empty filter would remove everything; use clear()");
    }
    QUIRE_TRY(filter.validate(schema));
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

Status validate_inserts(const WriteBatch& batch, const VectorFormat& format, const Schema& schema) {
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
    Status fits = records::validate(row.meta, schema);
    if (fits) {
      fits = vectors::encode_vector(format, row.vector, scratch);
    }
    if (!fits) {
      return std::unexpected(fits.error().while_doing("insert row " + std::to_string(i)));
    }
  }
  return {};
}

Status validate_updates(const WriteBatch& batch, const Schema& schema) {
  for (const WriteBatch::Update& update : batch.updates()) {
    if (const Status fits = records::validate(update.meta, schema); !fits) {
      return std::unexpected(
          fits.error().while_doing("update of key " + std::to_string(update.key.value)));
    }
  }
  return {};
}

/// The fields that the store has after the batch. Error: `invalid_argument`.
Result<Schema> schema_after(const WriteBatch& batch,
                            const Schema& wanted,
                            const Generation& generation) {
  Schema schema = generation.fields();
  for (const std::vector<FieldSpec>& fields : {std::cref(wanted), std::cref(batch.fields())}) {
    for (const FieldSpec& field : fields) {
      QUIRE_TRY(records::validate_field(field, schema));
      if (find_field(schema, field.name) == nullptr) {
        schema.push_back(field);
      }
    }
  }
  return schema;
}

/// A chunk's extra field of the same name would be taken for the new one's value.
Status draft_fields(const Schema& schema,
                    const Generation& generation,
                    const ViewPoint& view,
                    Draft& draft) {
  for (std::size_t i = generation.fields().size(); i < schema.size(); ++i) {
    const Candidates taken =
        find_candidates(generation, view, field("extra." + schema[i].name).is_not_null());
    if (taken.count() != 0) {
      return fail(ErrorCode::invalid_argument,
                  "add field \"" + schema[i].name + "\": " + std::to_string(taken.count()) +
                      " chunks have an extra field of that name; give it another name, or take "
                      "that out of them first");
    }
    draft.record.fields.push_back(schema[i]);
  }
  return {};
}

Status validate(const WriteBatch& batch, const VectorFormat& format, const Schema& schema) {
  QUIRE_TRY(validate_filters(batch, schema));
  QUIRE_TRY(validate_updates(batch, schema));
  QUIRE_TRY(validate_attributes(batch));
  if (batch.next_key().value > kMaxChunkKey) {
    return fail(ErrorCode::invalid_argument,
                "skip to key " + std::to_string(batch.next_key().value) + ": the last key is " +
                    std::to_string(kMaxChunkKey));
  }
  return validate_inserts(batch, format, schema);
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

/// Adds the keys of the chunks that have one of `values` as their own key.
Status find_replaced(std::string_view name,
                     std::vector<Filter::Value> values,
                     Generation& generation,
                     const ViewPoint& view,
                     std::vector<std::uint64_t>& keys) {
  const FieldSpec* const own = find_field(generation.fields(), name);
  if (own == nullptr || !own->unique) {
    const Filter wanted = field(std::string(name)).in(std::move(values));
    const bool is_new = own == nullptr && !wanted.validate();
    if (!is_new) {
      find_keys(wanted, generation, view, keys);
    }
    return {};
  }
  for (const Filter::Value& value : values) {
    std::ranges::copy(
        generation.keys_of_value(static_cast<std::size_t>(own - generation.fields().data()),
                                 view_of(value), view),
        std::back_inserter(keys));
  }
  return {};
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
    QUIRE_TRY(find_replaced(name, std::move(values), generation, view, removals));
  }
  std::ranges::sort(removals);
  const auto repeats = std::ranges::unique(removals);
  removals.erase(repeats.begin(), repeats.end());
  for (const std::uint64_t key : removals) {
    draft.commit.removed.push_back({key});
  }
  return {};
}

Status draft_updates(const WriteBatch& batch,
                     const Schema& schema,
                     const Generation& generation,
                     const ViewPoint& view,
                     Draft& draft) {
  std::vector<std::string>& chunks = draft.memory->updates;
  chunks.reserve(batch.updates().size());  // What refers to them stays good.
  std::set<std::uint64_t> seen;
  for (const WriteBatch::Update& update : batch.updates()) {
    const std::uint64_t key = update.key.value;
    if (!generation.find(key, view)) {
      return fail(ErrorCode::not_found, "update: no chunk has key " + std::to_string(key));
    }
    if (!seen.insert(key).second || std::ranges::binary_search(draft.record.removals, key)) {
      return fail(
          ErrorCode::invalid_argument,
          "update: the batch updates key " + std::to_string(key) + " twice, or removes it too");
    }
    records::encode_chunk(update.meta, chunks.emplace_back(), schema);
    draft.record.updates.push_back({key, chunks.back()});
  }
  std::ranges::transform(seen, std::back_inserter(draft.commit.updated),
                         [](std::uint64_t key) { return ChunkKey{key}; });
  return {};
}

/// Error: `invalid_argument` where a row would share its value of a unique field with another.
class UniqueValues {
 public:
  UniqueValues(const Schema& schema, Generation& generation, const ViewPoint& view, Draft& draft)
      : schema_(schema), generation_(generation), view_(view), draft_(draft) {}

  Status check(const WriteBatch& batch) {
    for (std::size_t field = 0; field < schema_.size(); ++field) {
      seen_.clear();
      for (const WriteBatch::Insert& insert : batch.inserts()) {
        QUIRE_TRY(schema_[field].unique ? check(field, insert.row.meta) : Status());
      }
      for (const WriteBatch::Update& update : batch.updates()) {
        QUIRE_TRY(schema_[field].unique ? check(field, update.meta) : Status());
      }
    }
    return {};
  }

 private:
  Status check(std::size_t field, const ChunkMeta& meta) {
    const auto value = own_value_of(meta, schema_[field].name);
    if (!value) {
      return {};
    }
    const bool is_known = field < generation_.fields().size();
    const auto keys = is_known ? generation_.keys_of_value(field, view_of(*value), view_)
                               : std::vector<std::uint64_t>();
    const auto stays = [&](std::uint64_t key) {
      return !std::ranges::binary_search(draft_.record.removals, key) &&
             !std::ranges::binary_search(draft_.commit.updated, ChunkKey{key});
    };
    const auto other = std::ranges::find_if(keys, stays);
    if (other != keys.end() || !seen_.insert(*value).second) {
      return fail(ErrorCode::invalid_argument,
                  "field \"" + schema_[field].name + "\" is unique, and " +
                      (other != keys.end() ? "key " + std::to_string(*other) + " has"
                                           : std::string("two rows of the batch have")) +
                      " the value of another row: use upsert() to replace it");
    }
    return {};
  }

  const Schema& schema_;
  Generation& generation_;
  const ViewPoint& view_;
  Draft& draft_;
  std::set<Filter::Value> seen_;
};

Status draft_inserts(const WriteBatch& batch,
                     const VectorFormat& format,
                     const Schema& schema,
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
    records::encode_chunk(insert.row.meta, chunks.emplace_back(), schema);
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
                         const Schema& wanted_fields,
                         Generation& generation,
                         const ViewPoint& view) {
  const VectorFormat format = format_with(generation.format(), dimensions, batch);
  QUIRE_TRY_ASSIGN(const Schema schema, schema_after(batch, wanted_fields, generation));
  QUIRE_TRY(validate(batch, format, schema));
  Draft draft;
  QUIRE_TRY(draft_fields(schema, generation, view, draft));
  QUIRE_TRY(draft_removals(batch, generation, view, draft));
  QUIRE_TRY(draft_updates(batch, schema, generation, view, draft));
  QUIRE_TRY(UniqueValues(schema, generation, view, draft).check(batch));
  QUIRE_TRY(draft_inserts(batch, format, schema, view.next_key, draft));
  draft_attributes(batch, generation, draft);
  QUIRE_TRY(generation.status());
  return draft;
}

}  // namespace quire::store
