#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/filter.hpp>
#include <quire/schema.hpp>

namespace quire {

/// Changes that a store applies as one: all of them or none.
///
/// Removals, updates and attribute changes are meant on the state before the batch, inserts come
/// after them, whatever the order of the calls: deleting a file and inserting its new chunks
/// replaces it.
class WriteBatch {
 public:
  /// Adds a chunk under the next key.
  void insert(ChunkRow row) { inserts_.push_back({std::nullopt, std::move(row)}); }

  /// Adds a chunk under `key`, which no chunk of this store ever had: at or above its next key, and
  /// rising within the batch. For restoring an export; else the batch is `invalid_argument`.
  void insert_as(ChunkKey key, ChunkRow row) { inserts_.push_back({key, std::move(row)}); }

  /// Inserts a chunk under the next key, and removes every chunk with the same value of `own_key`:
  /// insert or replace by a key of the caller's own, one of ChunkMeta's ten members, an own field
  /// that is a string or i64 (fastest: a unique one), or "extra.NAME". A row without that value, or
  /// two with the same one, make the batch `invalid_argument`.
  void upsert(std::string own_key, ChunkRow row) {
    inserts_.push_back({std::nullopt, std::move(row), std::move(own_key)});
  }

  /// Puts `meta` in the place of all that is known of the chunk `key` beside its vector; key and
  /// vector stay. Snapshots that were taken before keep the old. A chunk that is not there makes
  /// the batch `not_found`; one that the batch removes, or updates twice, `invalid_argument`.
  void update(ChunkKey key, ChunkMeta meta) { updates_.push_back({key, std::move(meta)}); }

  /// Adds a field to the store, whose rows have no value of it yet; the batch's own rows may. One
  /// that is there already is no error if it is the same, else the batch is `invalid_argument`. So
  /// it is where a chunk has an extra field of that name.
  ///
  /// The first field of a store, and its first update(), make it a store of format 2, which quire
  /// before 0.2.0 refuses to open (`incompatible`). Nothing is rewritten for it.
  void add_field(FieldSpec field) { fields_.push_back(std::move(field)); }

  /// After this batch no key below `next` is given out any more: a restored store must not reuse
  /// the keys of what was deleted before the export.
  void skip_keys_to(ChunkKey next) { next_key_ = std::max(next_key_, next); }

  /// Removes one chunk; one that is not there is no error.
  void remove(ChunkKey key) { removed_keys_.push_back(key); }

  /// Removes every chunk of one file; a path that is not there is no error.
  void delete_file(std::string path) { deleted_files_.push_back(std::move(path)); }

  /// Removes every chunk that `filter` accepts. An empty filter makes the batch `invalid_argument`.
  void delete_where(Filter filter) { deleted_where_.push_back(std::move(filter)); }

  /// Sets an attribute: a valid UTF-8 name and any bytes.
  void set_attribute(std::string name, std::string value) {
    attributes_.push_back({std::move(name), std::move(value)});
  }

  /// Erases an attribute; one that is not there is no error.
  void erase_attribute(std::string name) { attributes_.push_back({std::move(name), std::nullopt}); }

  struct Insert {
    std::optional<ChunkKey> key;
    ChunkRow row;
    std::string own_key{};  ///< Of upsert(); else empty.
  };
  struct Update {
    ChunkKey key;
    ChunkMeta meta;
  };
  struct AttributeChange {
    std::string name;
    std::optional<std::string> value;  ///< Absent: erased. A later change of a name wins.
  };

  bool empty() const {
    return inserts_.empty() && removed_keys_.empty() && deleted_files_.empty() &&
           deleted_where_.empty() && attributes_.empty() && updates_.empty() && fields_.empty() &&
           next_key_ == ChunkKey{};
  }
  ChunkKey next_key() const { return next_key_; }
  const std::vector<Insert>& inserts() const { return inserts_; }
  const std::vector<ChunkKey>& removed_keys() const { return removed_keys_; }
  const std::vector<std::string>& deleted_files() const { return deleted_files_; }
  const std::vector<Filter>& deleted_where() const { return deleted_where_; }
  const std::vector<AttributeChange>& attributes() const { return attributes_; }
  const std::vector<Update>& updates() const { return updates_; }
  const std::vector<FieldSpec>& fields() const { return fields_; }

 private:
  std::vector<Insert> inserts_;
  std::vector<ChunkKey> removed_keys_;
  std::vector<std::string> deleted_files_;
  std::vector<Filter> deleted_where_;
  std::vector<AttributeChange> attributes_;
  std::vector<Update> updates_;
  std::vector<FieldSpec> fields_;
  ChunkKey next_key_;
};

}  // namespace quire
