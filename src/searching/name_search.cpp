#include "searching/name_search.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "corpus/labels.hpp"
#include "lexical/occurrence.hpp"
#include "searching/file_role.hpp"
#include "searching/name_pattern.hpp"
#include "searching/names.hpp"
#include "searching/selection.hpp"
#include "words/definitions.hpp"

// Names are found in two ways, which add up. The word index has the last part of every name that a
// chunk defines as a label, and knows the words of those that a chunk is about: all such chunks are
// read, and their names compared; so a name is found whole however many use its words. The store
// knows the name that each chunk goes by, once each: so names are found that only begin with the
// pattern or have it in them. What is read of a chunk is its names; texts are read of the page
// alone.

namespace quire::searching {
namespace {

/// What a chunk that goes by another name loses.
constexpr double kAmongOthers = 0.125;
/// Chunks are read so many at a time.
constexpr std::size_t kBatch = 1024;
/// Similar names are below 1; one that is asked for in another package is the most similar.
constexpr double kElsewhere = 0.99;

/// Of what all names in a chunk are read.
std::vector<std::string> members_with_names() {
  return {"symbol_name", "symbol_kind", "package_name", "file_path",
          "language",    "start_line",  "end_line",     "extra"};
}

/// How well a name answers; nothing: not at all.
using Judge = std::function<std::optional<double>(std::string_view name, const ChunkMeta& chunk)>;

class NameSearch {
 public:
  NameSearch(const corpus::View& view, const NameScope& scope, std::vector<ChunkKey> accepted)
      : view_(view), scope_(scope), accepted_(std::move(accepted)) {}

  /// Chunks that define `name`, or one with its words, as `judge` has it.
  Status look_up(std::string_view name, const Judge& judge) {
    QUIRE_TRY_ASSIGN(const std::vector<std::uint64_t> named,
                     view_.words.labelled(corpus::name_label(name)));
    QUIRE_TRY_ASSIGN(const std::vector<std::uint64_t> alike,
                     view_.words.holding(lexical::terms_of_question(name), lexical::Field::symbol));
    std::vector<std::uint64_t> both;
    std::ranges::set_union(named, alike, std::back_inserter(both));
    std::vector<ChunkKey> keys;
    std::ranges::transform(both, std::back_inserter(keys),
                           [](std::uint64_t key) { return ChunkKey{key}; });
    QUIRE_TRY(judge_all(keys, judge));
    looked_up_ = std::move(keys);
    return {};
  }

  /// Chunks that go by a name with `part` in it, but for those that look_up() read.
  Status look_through(std::string_view part, const Judge& judge) {
    std::vector<ChunkKey> keys;
    const auto visit = [&](const StoredChunk& chunk) {
      if (!std::ranges::binary_search(looked_up_, chunk.key) &&
          judge(chunk.meta.symbol_name.value_or(""), chunk.meta)) {
        keys.push_back(chunk.key);
      }
      return true;
    };
    QUIRE_TRY(
        view_.chunks.for_each_symbol(part, visit, {"symbol_name", "package_name", "file_path"}));
    return judge_all(keys, judge);
  }

  std::vector<NamedChunk> take() && {
    leave_out_continuations();
    std::ranges::stable_sort(found_, {}, [](const Found& found) {
      return std::tuple(-found.named.score, found.role, std::string_view(found.named.file_path),
                        line_of(found.named), found.named.key);
    });
    std::vector<NamedChunk> out;
    out.reserve(found_.size());
    for (Found& found : found_) {
      out.push_back(std::move(found.named));
    }
    return out;
  }

  bool is_empty() const { return found_.empty(); }

  /// All chunks that go by a name.
  Status look_at_all(const Judge& judge) {
    looked_up_.clear();
    return look_through("", judge);
  }

 private:
  struct Found {
    NamedChunk named;
    FileRole role = FileRole::source;
    bool is_continued = false;
  };

  static std::int64_t line_of(const NamedChunk& named) {
    return named.definition ? named.definition->line : named.start_line;
  }

  bool accepts(const StoredChunk& chunk) const {
    return (scope_.filter.empty() || std::ranges::binary_search(accepted_, chunk.key)) &&
           scope_.paths.matches(chunk.meta.file_path);
  }

  bool is_wanted(const std::optional<std::string>& kind) const {
    return is_selected(kind.value_or(""), scope_.kinds);
  }

  Status judge_all(std::span<const ChunkKey> keys, const Judge& judge) {
    while (!keys.empty()) {
      const auto batch = keys.first(std::min(kBatch, keys.size()));
      QUIRE_TRY_ASSIGN(const auto chunks, view_.chunks.get(batch, members_with_names()));
      std::ranges::for_each(chunks, [&](const StoredChunk& chunk) { judge_chunk(chunk, judge); });
      keys = keys.subspan(batch.size());
    }
    return {};
  }

  /// The best of a chunk's names.
  void judge_chunk(const StoredChunk& chunk, const Judge& judge) {
    if (!accepts(chunk)) {
      return;
    }
    NamedChunk best{.key = chunk.key,
                    .file_path = chunk.meta.file_path,
                    .start_line = chunk.meta.start_line,
                    .end_line = chunk.meta.end_line};
    if (chunk.meta.symbol_name && is_wanted(chunk.meta.symbol_kind)) {
      best.score = judge(*chunk.meta.symbol_name, chunk.meta).value_or(0);
      best.name = *chunk.meta.symbol_name;
    }
    for (Definition& definition : words::definitions_of(chunk.meta)) {
      const bool is_own =
          definition.name == chunk.meta.symbol_name && definition.kind == chunk.meta.symbol_kind;
      const double score =
          is_wanted(definition.kind)
              ? judge(definition.name, chunk.meta).value_or(0) - (is_own ? 0 : kAmongOthers)
              : 0;
      if (score > best.score || (is_own && score > 0 && score == best.score)) {
        best.score = score;
        best.name = definition.name;
        best.definition = std::move(definition);
      }
    }
    if (best.score > 0) {
      found_.push_back({std::move(best), role_of(chunk.meta.file_path, chunk.meta.language)});
    }
  }

  /// Of a definition that was cut into pieces the first is an answer, which knows its extent.
  void leave_out_continuations() {
    std::map<std::pair<std::string_view, std::string_view>, std::vector<Definition>> known;
    for (const Found& found : found_) {
      if (found.named.definition) {
        known[{found.named.file_path, found.named.name}].push_back(*found.named.definition);
      }
    }
    for (Found& found : found_) {
      const auto definitions = known.find({found.named.file_path, found.named.name});
      found.is_continued =
          !found.named.definition && definitions != known.end() &&
          std::ranges::any_of(definitions->second, [&](const Definition& definition) {
            return definition.start_line <= found.named.start_line &&
                   found.named.end_line <= definition.end_line;
          });
    }
    std::erase_if(found_, [](const Found& found) { return found.is_continued; });
  }

  const corpus::View& view_;
  const NameScope& scope_;
  std::vector<ChunkKey> accepted_;   ///< By the filter, rising, unless it is empty: all.
  std::vector<ChunkKey> looked_up_;  ///< Rising.
  std::vector<Found> found_;
};

/// Names a letter or two away, and the very name in another package than was asked for.
std::optional<double> likeness(std::string_view name,
                               const NamePattern& pattern,
                               const std::string& wanted) {
  const std::string last = base::ascii_lower(last_part(name));
  if (last == wanted) {
    return pattern.ends_with(name) ? std::optional(kElsewhere) : std::nullopt;
  }
  if (!base::looks_mistyped(wanted, last)) {
    return std::nullopt;
  }
  return 1 - static_cast<double>(base::edit_distance(wanted, last)) /
                 static_cast<double>(wanted.size());
}

}  // namespace

Result<std::vector<NamedChunk>> find_named(const corpus::View& view,
                                           const std::string& pattern,
                                           const NameScope& scope) {
  const NamePattern wanted(pattern);
  QUIRE_TRY_ASSIGN(std::vector<ChunkKey> accepted, scope.filter.empty()
                                                       ? std::vector<ChunkKey>()
                                                       : view.chunks.matching(scope.filter));
  NameSearch search(view, scope, std::move(accepted));
  const auto judge = [&](std::string_view name, const ChunkMeta& chunk) {
    return wanted.score(name, {chunk.package_name.value_or(""), chunk.file_path});
  };
  QUIRE_TRY(search.look_up(wanted.last_part(), judge));
  QUIRE_TRY(search.look_through(wanted.last_part(), judge));
  const bool is_fuzzy = search.is_empty();
  if (is_fuzzy) {
    const std::string last = base::ascii_lower(wanted.last_part());
    QUIRE_TRY(search.look_at_all(
        [&](std::string_view name, const ChunkMeta&) { return likeness(name, wanted, last); }));
  }
  std::vector<NamedChunk> found = std::move(search).take();
  std::ranges::for_each(found, [&](NamedChunk& named) { named.fuzzy = is_fuzzy; });
  return found;
}

}  // namespace quire::searching
