#include "corpus/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <span>
#include <utility>

#include "base/try.hpp"
#include "corpus/labels.hpp"
#include "lexical/merge_policy.hpp"
#include "lexical/segment_builder.hpp"
#include "store/cache_folder.hpp"
#include "words/definitions.hpp"

namespace quire::corpus {
namespace {

using lexical::kWordsPrefix;
using lexical::Segment;
using lexical::SegmentPart;
using lexical::WordIndex;
using store::kCacheFolder;

/// As many chunks' postings are gathered at once: some 10 MB.
constexpr std::size_t kBatch = 8192;

/// The number of "words-12"; 0 for other names.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 0;
  if (name.starts_with(kWordsPrefix)) {
    std::from_chars(name.data() + kWordsPrefix.size(), name.data() + name.size(), number);
  }
  return number;
}

std::vector<std::uint64_t> live_keys(const StoreSnapshot& chunks) {
  const std::vector<ChunkKey> keys = chunks.keys();
  std::vector<std::uint64_t> values(keys.size());
  std::ranges::transform(keys, values.begin(), &ChunkKey::value);
  return values;
}

std::string_view extra(const ChunkMeta& meta, std::string_view name) {
  const auto found = std::ranges::find(meta.extra, name, &ExtraField::name);
  return found == meta.extra.end() ? std::string_view() : std::string_view(found->value);
}

std::vector<lexical::KeyUpdate> updates_of(const StoreSnapshot& chunks) {
  std::vector<lexical::KeyUpdate> out;
  for (const auto& [key, lsn] : chunks.updated()) {
    out.emplace_back(key.value, lsn);
  }
  return out;
}

/// As of when segments are that are made of `chunks`: stores that were never updated have the same
/// segments whatever their lsn.
std::uint64_t as_of(const StoreSnapshot& chunks, std::span<const lexical::KeyUpdate> updated) {
  return updated.empty() ? 0 : chunks.lsn();
}

/// The members of a chunk that have its words, own fields included.
std::vector<std::string> members_with_words(const StoreSnapshot& chunks) {
  std::vector<std::string> members = {"content", "file_path", "language", "symbol_name", "extra"};
  for (const FieldSpec& field : chunks.fields()) {
    if (field.words) {
      members.push_back(field.name);
    }
  }
  return members;
}

/// The names that a chunk is about. A namespace is no name of what is in it, nor is what a block
/// implements.
std::string names_of(const ChunkMeta& meta) {
  static constexpr std::array<std::string_view, 3> kAround{"namespace", "module", "impl"};
  std::string names = meta.symbol_name.value_or("");
  for (const Definition& definition : words::definitions_of(meta)) {
    if (!definition.is_minor && std::ranges::find(kAround, definition.kind) == kAround.end() &&
        definition.name != meta.symbol_name) {
      names.append(" ").append(definition.name);
    }
  }
  return names;
}

/// A chunk's content, and its own fields, of which those with words were read.
std::string text_of(const ChunkMeta& meta) {
  std::string text = meta.content;
  for (const OwnField& field : meta.fields) {
    if (const auto* const value = std::get_if<std::string>(&field.value)) {
      text += "\n" + *value;
    }
  }
  return text;
}

/// The chunks of `keys`, which rise, as a segment.
Result<std::shared_ptr<const Segment>> segment_of(const StoreSnapshot& chunks,
                                                  std::span<const std::uint64_t> keys,
                                                  const base::Uuid& uuid,
                                                  std::uint64_t as_of) {
  std::vector<ChunkKey> wanted;
  for (const std::uint64_t key : keys) {
    wanted.push_back({key});
  }
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> found,
                   chunks.get(wanted, members_with_words(chunks)));
  lexical::SegmentBuilder builder(uuid, as_of);
  for (const StoredChunk& chunk : found) {
    const std::string symbols = names_of(chunk.meta);
    const std::string text = text_of(chunk.meta);
    builder.add({.key = chunk.key.value,
                 .content = text,
                 .language = chunk.meta.language,
                 .symbols = symbols,
                 .signature = extra(chunk.meta, "signature"),
                 .path = chunk.meta.file_path,
                 .labels = labels_of(chunk.meta)});
  }
  return Segment::of(std::move(builder).finish());
}

/// Those that a merge should make one of.
std::vector<SegmentPart> worth_merging(std::span<const SegmentPart> parts) {
  std::vector<lexical::SegmentSize> sizes;
  for (const SegmentPart& part : parts) {
    sizes.push_back({part.segment->documents(), part.live_documents});
  }
  std::vector<SegmentPart> out;
  for (const std::size_t place : lexical::worth_merging(sizes)) {
    out.push_back(parts[place]);
  }
  return out;
}

/// `words` with those of `candidates`, some of its parts, merged that are worth it.
Result<WordIndex> merged(const WordIndex& words,
                         std::span<const SegmentPart> candidates,
                         const StoreSnapshot& chunks,
                         const base::Uuid& uuid) {
  const std::vector<SegmentPart> chosen = worth_merging(candidates);
  if (chosen.empty()) {
    return words;
  }
  const std::vector<lexical::KeyUpdate> updated = updates_of(chunks);
  QUIRE_TRY_ASSIGN(std::string bytes, lexical::merge(uuid, chosen, as_of(chunks, updated)));
  std::vector<std::shared_ptr<const Segment>> segments;
  for (const SegmentPart& part : words.parts()) {
    if (std::ranges::find(chosen, part.segment, &SegmentPart::segment) == chosen.end()) {
      segments.push_back(part.segment);
    }
  }
  segments.push_back(Segment::of(std::move(bytes)));
  return WordIndex(std::move(segments), live_keys(chunks), updated);
}

}  // namespace

Words::Words(std::shared_ptr<base::FileSystem> files, std::string folder)
    : files_(std::move(files)), folder_(std::move(folder)) {}

Result<std::shared_ptr<const View>> Words::view(const VectorStore& store) {
  const base::MutexLock lock(mutex_);
  QUIRE_TRY_ASSIGN(std::shared_ptr<const View> view, newest(store));
  const base::MutexLock ready_lock(ready_mutex_);
  ready_ = view;
  return view;
}

std::shared_ptr<const View> Words::ready_view() const {
  const base::MutexLock lock(ready_mutex_);
  return ready_;
}

Result<std::shared_ptr<const View>> Words::newest(const VectorStore& store) {
  QUIRE_TRY_ASSIGN(StoreSnapshot chunks, store.snapshot());
  const StoreInfo info = store.info();
  const base::Uuid uuid = base::parse_uuid(info.uuid);
  const bool damaged = view_ != nullptr && !view_->words.status();
  if (uuid != uuid_ || damaged) {
    view_ = nullptr;
    uuid_ = uuid;
    use_files_ = !damaged;
  }
  if (view_ == nullptr || view_->chunks.lsn() != chunks.lsn() ||
      checkpoint_lsn_ != info.checkpoint_lsn) {
    QUIRE_TRY_ASSIGN(WordIndex words, words_of(chunks));
    view_ = std::make_shared<const View>(std::move(chunks), std::move(words));
    checkpoint_lsn_ = info.checkpoint_lsn;
  }
  return view_;
}

Result<WordIndex> Words::words_of(const StoreSnapshot& chunks) {
  const std::vector<std::uint64_t> live = live_keys(chunks);
  const std::vector<lexical::KeyUpdate> updated = updates_of(chunks);
  WordIndex words = view_ == nullptr ? WordIndex(read_files(), live, updated)
                                     : view_->words.with({}, live, updated);
  forget_others(words);
  if (words.documents() == live.size()) {
    return words;
  }
  const std::vector<std::uint64_t> missing = words.missing(live);
  Segments made;
  for (std::size_t at = 0; at < missing.size(); at += kBatch) {
    const auto batch = std::span(missing).subspan(at, std::min(kBatch, missing.size() - at));
    QUIRE_TRY_ASSIGN(std::shared_ptr<const Segment> segment,
                     segment_of(chunks, batch, uuid_, as_of(chunks, updated)));
    made.push_back(std::move(segment));
  }
  const WordIndex all = words.with(std::move(made), live, updated);
  std::vector<SegmentPart> in_memory;
  for (const SegmentPart& part : all.parts()) {
    if (!names_.contains(part.segment.get())) {
      in_memory.push_back(part);
    }
  }
  return merged(all, in_memory, chunks, uuid_);
}

/// Another segment may come to lie where one of those that are gone lay.
void Words::forget_others(const WordIndex& words) {
  std::set<const Segment*> kept;
  for (const SegmentPart& part : words.parts()) {
    kept.insert(part.segment.get());
  }
  std::erase_if(names_, [&](const auto& name) { return !kept.contains(name.first); });
}

/// What cache/ holds of this store's words, the largest first.
Words::Segments Words::read_files() {
  names_.clear();
  const auto names = store::names_in_cache(*files_, folder_);
  Segments out;
  for (const std::string& name : names&& use_files_ ? *names : std::vector<std::string>()) {
    if (number_of(name) == 0) {
      continue;
    }
    auto bytes = base::map_file(*files_, base::join(base::join(folder_, kCacheFolder), name));
    auto segment = bytes ? Segment::read(name, *std::move(bytes)) : std::unexpected(bytes.error());
    if (segment && (*segment)->uuid() == uuid_) {
      names_.emplace(segment->get(), name);
      out.push_back(*std::move(segment));
    }
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, &Segment::documents);
  return out;
}

Status Words::save(VectorStore& store) {
  const base::MutexLock lock(mutex_);
  QUIRE_TRY_ASSIGN(const std::shared_ptr<const View> view, newest(store));
  QUIRE_TRY_ASSIGN(WordIndex words, merged(view->words, view->words.parts(), view->chunks, uuid_));
  view_ = std::make_shared<const View>(view->chunks, std::move(words));
  for (const SegmentPart& part : view_->words.parts()) {
    if (!names_.contains(part.segment.get())) {
      QUIRE_TRY(write(store, *part.segment));
    }
  }
  return remove_others(store);
}

Status Words::write(VectorStore& store, const Segment& segment) {
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, store::names_in_cache(*files_, folder_));
  std::uint64_t last = 0;
  for (const std::string& name : names) {
    last = std::max(last, number_of(name));
  }
  const std::string name = std::string(kWordsPrefix) + std::to_string(last + 1);
  QUIRE_TRY(store.write_cache(name, segment.bytes()));
  names_.emplace(&segment, name);
  return {};
}

/// Files whose segments are not, or no longer, part of the words.
Status Words::remove_others(VectorStore& store) {
  std::map<const Segment*, std::string> kept;
  std::set<std::string> kept_names;
  for (const SegmentPart& part : view_->words.parts()) {
    const std::string& name = names_.at(part.segment.get());
    kept.emplace(part.segment.get(), name);
    kept_names.insert(name);
  }
  names_ = std::move(kept);
  QUIRE_TRY_ASSIGN(const std::vector<std::string> names, store::names_in_cache(*files_, folder_));
  for (const std::string& name : names) {
    if (name.starts_with(kWordsPrefix) && !kept_names.contains(name)) {
      QUIRE_TRY(store.remove_cache(name));
    }
  }
  return {};
}

}  // namespace quire::corpus
