#include "indexing/attributes.hpp"

#include <charconv>
#include <unordered_set>
#include <utility>

#include <quire/indexer.hpp>

#include "base/try.hpp"
#include "source/walk.hpp"

namespace quire {
namespace indexing {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Takes what follows the last `/` off `text`; nothing if there is no `/`.
std::optional<std::string_view> take_last(std::string_view& text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view out = text.substr(slash + 1);
  text = text.substr(0, slash);
  return out;
}

}  // namespace

std::string encode(const EmbedderIdentity& identity) {
  return identity.name + '/' + std::to_string(identity.version) + '/' + identity.hash + '/' +
         std::to_string(identity.dimensions);
}

std::optional<EmbedderIdentity> decode_embedder(std::string_view text) {
  const auto dimensions = number_in<std::uint32_t>(take_last(text).value_or(""));
  const auto hash = take_last(text);
  const auto version = number_in<std::uint32_t>(take_last(text).value_or(""));
  if (!dimensions || !hash || !version) {
    return std::nullopt;
  }
  return EmbedderIdentity{std::string(text), *version, std::string(*hash), *dimensions};
}

std::vector<source::KnownFile> known_files(const VectorStore& store) {
  std::vector<source::KnownFile> out;
  for (const auto& [name, value] : store.attributes(source::kKnownFilePrefix)) {
    if (std::optional<source::KnownFile> file = source::decode_known_file(value)) {
      out.push_back(*std::move(file));
    }
  }
  return out;
}

Result<std::vector<std::string>> stray_files(const VectorStore& store,
                                             const std::vector<source::KnownFile>& known) {
  std::unordered_set<std::string> names;
  for (const source::KnownFile& file : known) {
    names.insert(source::displayable_path(file.path));
  }
  QUIRE_TRY_ASSIGN(std::vector<FileSummary> files, store.list_files());
  std::vector<std::string> out;
  for (FileSummary& file : files) {
    if (!names.contains(file.file_path)) {
      out.push_back(std::move(file.file_path));
    }
  }
  return out;
}

}  // namespace indexing

std::optional<EmbedderIdentity> embedder_of(const VectorStore& store) {
  return indexing::decode_embedder(store.attribute(indexing::kEmbedderAttribute).value_or(""));
}

std::string model_of(const VectorStore& store) {
  return store.attribute(indexing::kModelAttribute).value_or("");
}

Status distrust_files(VectorStore& store) {
  WriteBatch batch;
  for (source::KnownFile& file : indexing::known_files(store)) {
    file.chunker_version = 0;
    batch.set_attribute(source::attribute_name(file.path), source::encode(file));
  }
  if (last_sweep(store) != 0) {
    batch.erase_attribute(std::string(indexing::kSweptAttribute));
  }
  QUIRE_TRY(store.apply(batch));
  return {};
}

bool knows_files(const VectorStore& store) {
  return !store.attributes(source::kKnownFilePrefix).empty();
}

std::int64_t last_sweep(const VectorStore& store) {
  const std::string text = store.attribute(indexing::kSweptAttribute).value_or("");
  return indexing::number_in<std::int64_t>(text).value_or(0);
}

}  // namespace quire
