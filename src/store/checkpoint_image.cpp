#include "store/checkpoint_image.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/try.hpp"
#include "store/checkpoint/cache_file.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/records/spelling.hpp"
#include "store/vectors/distance.hpp"

namespace quire::store {
namespace {

std::string counts(std::size_t vectors, std::size_t chunks) {
  return std::to_string(vectors) + " vectors in index.usearch, " + std::to_string(chunks) +
         " chunks in metadata.json";
}

/// What a cache of the two would be stamped with. Error: they are not two of ours, of one commit.
Result<checkpoint::Pair> pair_of(std::string_view index, std::string_view metadata) {
  QUIRE_TRY_ASSIGN(const checkpoint::IndexFile file, checkpoint::split_index_file(index));
  const std::optional<std::string_view> digits = records::claimed_checksum(metadata);
  if (!file.footer || !digits) {
    return fail(ErrorCode::corrupt, "a pair without footers has no cache");
  }
  return checkpoint::Pair{file.footer->uuid,         file.footer->lsn, index.size(),
                          file.footer->content_hash, metadata.size(),  std::string(*digits)};
}

}  // namespace

std::shared_ptr<CheckpointImage> CheckpointImage::make(std::unique_ptr<base::FileBytes> index,
                                                       std::unique_ptr<base::FileBytes> metadata) {
  std::shared_ptr<CheckpointImage> image(new CheckpointImage);
  image->index_ = std::move(index);
  image->metadata_ = std::move(metadata);
  return image;
}

Result<std::shared_ptr<CheckpointImage>> CheckpointImage::load(
    std::unique_ptr<base::FileBytes> index,
    std::unique_ptr<base::FileBytes> metadata,
    const std::function<Status()>& go_on) {
  std::shared_ptr<CheckpointImage> image = make(std::move(index), std::move(metadata));
  QUIRE_TRY(image->read_all(go_on));
  return image;
}

Result<std::shared_ptr<CheckpointImage>> CheckpointImage::load(
    std::unique_ptr<base::FileBytes> index,
    std::unique_ptr<base::FileBytes> metadata,
    std::unique_ptr<base::FileBytes> cache) {
  if (index == nullptr || metadata == nullptr || cache == nullptr) {
    return load(std::move(index), std::move(metadata));
  }
  std::shared_ptr<CheckpointImage> image = make(std::move(index), std::move(metadata));
  if (image->read_cached(cache->view())) {
    image->cache_ = std::move(cache);
    image->cache_->release();
    return image;
  }
  // Whatever is wrong, the files themselves tell it better.
  return load(std::move(image->index_), std::move(image->metadata_));
}

Status CheckpointImage::read_all(const std::function<Status()>& go_on) {
  if (has_metadata()) {
    auto records = records::RecordTable::read(metadata_->view(), go_on);
    if (!records) {
      return std::unexpected(records.error().while_doing(kMetadataName));
    }
    records_ = std::move(*records);
    uuid_ = records_.header().uuid;
    imported_ = records_.header().bare;
  }
  QUIRE_TRY(go_on ? go_on() : Status());
  if (has_index()) {
    if (Status read = read_index(); !read) {
      return std::unexpected(read.error().while_doing(kIndexName));
    }
  }
  QUIRE_TRY(go_on ? go_on() : Status());
  return join_vectors();
}

/// Error: the cache is damaged, of other files, or they are damaged where it was looked at them.
Status CheckpointImage::read_cached(std::string_view bytes) {
  QUIRE_TRY_ASSIGN(checkpoint::CacheFile cache, checkpoint::read_cache(bytes));
  QUIRE_TRY_ASSIGN(const checkpoint::Pair pair, pair_of(index_->view(), metadata_->view()));
  if (pair != cache.pair) {
    return fail(ErrorCode::corrupt, "the cache belongs to other files");
  }
  verified_index_.emplace(kIndexName, *index_, std::move(cache.index_blocks));
  verified_metadata_.emplace(kMetadataName, *metadata_, std::move(cache.metadata_blocks));
  QUIRE_TRY_ASSIGN(records_, records::RecordTable::over(cache.columns, *verified_metadata_));
  const std::string_view content =
      index_->view().substr(0, index_->view().size() - checkpoint::kFooterSize);
  QUIRE_TRY_ASSIGN(graph_, vectors::HnswGraph::open(content, &*verified_index_));
  format_ = graph_->format();
  if (graph_->slots() != rows() || format_ != records_.header().format) {
    return fail(ErrorCode::corrupt, counts(graph_->slots(), rows()));
  }
  uuid_ = pair.uuid;
  index_lsn_ = pair.lsn;
  slots_are_rows_ = true;
  return {};
}

std::string CheckpointImage::cache() const {
  if (!can_have_cache()) {
    return {};
  }
  auto pair = pair_of(index_->view(), metadata_->view());
  return !pair
             ? std::string()
             : checkpoint::encode_cache({std::move(*pair), base::hash_blocks(index_->view()),
                                         base::hash_blocks(metadata_->view()), records_.columns()});
}

Status CheckpointImage::status() const {
  if (verified_index_) {
    QUIRE_TRY(verified_index_->status());
  }
  return verified_metadata_ ? verified_metadata_->status() : Status{};
}

Status CheckpointImage::verify_all() const {
  if (verified_index_) {
    QUIRE_TRY(verified_index_->verify_all());
  }
  return verified_metadata_ ? verified_metadata_->verify_all() : Status{};
}

std::uint64_t CheckpointImage::verified_blocks() const {
  return (verified_index_ ? verified_index_->verified_blocks() : 0) +
         (verified_metadata_ ? verified_metadata_->verified_blocks() : 0);
}

Status CheckpointImage::read_index() {
  QUIRE_TRY_ASSIGN(const checkpoint::IndexFile split, checkpoint::read_index_file(index_->view()));
  QUIRE_TRY_ASSIGN(file_, vectors::UsearchFile::read(split.content));
  if (!split.footer) {
    imported_ = true;
    return convert_vectors(*file_);
  }
  if (has_metadata() && !records_.header().bare && split.footer->uuid != uuid_) {
    return fail(ErrorCode::corrupt, "belongs to store " + base::to_string(split.footer->uuid) +
                                        ", metadata.json to " + base::to_string(uuid_));
  }
  uuid_ = split.footer->uuid;
  index_lsn_ = split.footer->lsn;
  if (imported_) {  // A stamped index beside a bare metadata.json: a conversion was cut short.
    return convert_vectors(*file_);
  }
  format_ = file_->stored_format();
  const VectorFormat& declared = records_.header().format;
  if (has_metadata() && declared.dimensions != 0 && declared != format_) {
    return fail(ErrorCode::corrupt, "holds vectors of " + std::to_string(format_.dimensions) +
                                        " dimensions (" + std::string(to_string(format_.scalar)) +
                                        "), metadata.json declares " +
                                        std::to_string(declared.dimensions) + " (" +
                                        std::string(to_string(declared.scalar)) + ")");
  }
  QUIRE_TRY_ASSIGN(graph_, vectors::HnswGraph::open(split.content));
  return {};
}

Status CheckpointImage::convert_vectors(const vectors::UsearchFile& file) {
  format_ = file.stored_format();
  for (const vectors::UsearchFile::Entry& entry : file.entries()) {
    const Status encoded = vectors::encode_vector(format_, file.numbers(entry.slot), converted_);
    if (!encoded) {
      return fail(ErrorCode::corrupt,
                  "vector of key " + std::to_string(entry.key) + ": " + encoded.error().message);
    }
  }
  return {};
}

/// Finds each row's vector: both files list their keys in rising order.
Status CheckpointImage::join_vectors() {
  vectors_.assign(rows(), nullptr);
  const std::span<const std::uint64_t> keys = records_.keys();
  const std::size_t entries = file_ ? file_->entries().size() : 0;
  std::size_t matched = 0;
  bool in_order = true;
  for (std::size_t row = 0, e = 0; row < keys.size() && e < entries;) {
    const vectors::UsearchFile::Entry& entry = file_->entries()[e];
    if (entry.key == keys[row]) {
      vectors_[row] = imported_ ? converted_.data() + e * format_.bytes_per_vector()
                                : file_->vector(entry.slot);
      in_order = in_order && entry.slot == row;
      ++matched;
    }
    const bool row_is_behind = keys[row] <= entry.key;
    const bool entry_is_behind = entry.key <= keys[row];
    row += row_is_behind ? 1 : 0;
    e += entry_is_behind ? 1 : 0;
  }
  const bool graph_differs = matched != entries || matched != rows();
  slots_are_rows_ = graph_ && !imported_ && !graph_differs && in_order && graph_->slots() == rows();
  const bool same_lsn =
      imported_ || (has_index() && has_metadata() && index_lsn_ == metadata_lsn());
  if (same_lsn && graph_differs) {
    return fail(ErrorCode::corrupt,
                counts(entries, rows()) + ", " + std::to_string(matched) +
                    " keys in both; `quire check --repair` keeps those, `quire index --rebuild` "
                    "starts over from the sources");
  }
  if (slots_are_rows_) {
    vectors_ = {};
    file_.reset();
  }
  return {};
}

std::uint32_t CheckpointImage::slot(std::size_t row) const {
  return slots_are_rows_ ? static_cast<std::uint32_t>(row)
                         : static_cast<std::uint32_t>(
                               static_cast<std::size_t>(vectors_[row] - file_->vector(0)) /
                               format_.bytes_per_vector());
}

std::optional<std::size_t> CheckpointImage::row_at(std::uint32_t slot) const {
  return slots_are_rows_ ? std::optional<std::size_t>(slot) : records_.row_of(graph_->key(slot));
}

}  // namespace quire::store
