#include "store/checkpoint_image.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/vectors/distance.hpp"

namespace quire::store {
namespace {

/// The scalar in which a store keeps the vectors of an imported file: its own where we have it.
Scalar stored_scalar(vectors::FileScalar scalar) {
  switch (scalar) {
    case vectors::FileScalar::bf16:
      return Scalar::bf16;
    case vectors::FileScalar::i8:
      return Scalar::i8;
    default:
      return Scalar::f32;
  }
}

std::string counts(std::size_t vectors, std::size_t chunks) {
  return std::to_string(vectors) + " vectors in index.usearch, " + std::to_string(chunks) +
         " chunks in metadata.json";
}

}  // namespace

Result<std::shared_ptr<CheckpointImage>> CheckpointImage::load(
    std::unique_ptr<base::FileBytes> index, std::unique_ptr<base::FileBytes> metadata) {
  std::shared_ptr<CheckpointImage> image(new CheckpointImage);
  image->index_ = std::move(index);
  image->metadata_ = std::move(metadata);
  if (image->has_metadata()) {
    auto records = records::RecordTable::read(image->metadata_->view());
    if (!records) {
      return std::unexpected(records.error().while_doing(kMetadataName));
    }
    image->records_ = std::move(*records);
    image->uuid_ = image->records_.header().uuid;
    image->imported_ = image->records_.header().bare;
  }
  if (image->has_index()) {
    if (Status read = image->read_index(); !read) {
      return std::unexpected(read.error().while_doing(kIndexName));
    }
  }
  QUIRE_TRY(image->join_vectors());
  return image;
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
  format_ = {file_->dimensions(), file_->metric(), stored_scalar(file_->scalar())};
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
  format_ = {file.dimensions(), file.metric(), stored_scalar(file.scalar())};
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
  const std::vector<std::uint64_t>& keys = records_.keys();
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
  slots_are_rows_ = graph_ && !graph_differs && in_order && graph_->slots() == rows();
  const bool same_lsn =
      imported_ || (has_index() && has_metadata() && index_lsn_ == metadata_lsn());
  if (same_lsn && graph_differs) {
    return fail(ErrorCode::corrupt,
                counts(entries, rows()) + ", " + std::to_string(matched) +
                    " keys in both; `quire check --repair` keeps those, `quire index --rebuild` "
                    "starts over from the sources");
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
