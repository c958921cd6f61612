#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

#include <quire/store_snapshot.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "store/search_planner.hpp"
#include "store/symbol_search.hpp"
#include "store/vectors/distance.hpp"
#include "store/view.hpp"

// Every question of a store is answered here, from one view.

namespace quire {
namespace {

using records::Member;
using records::MemberSet;
using store::Candidates;
using store::RowRef;
using store::SearchRecorder;
using store::View;

/// The first row of the image from `row` on that is a candidate; their number if there is none.
std::size_t next_image_row(const store::Generation& generation,
                           const Candidates& candidates,
                           std::size_t row) {
  if (candidates.image_rows) {
    return candidates.image_rows->next(row);
  }
  const std::size_t rows = generation.image().rows();
  while (row < rows && !generation.image_row_visible(row, candidates.at.lsn)) {
    ++row;
  }
  return row;
}

/// Calls visit(RowRef) for each candidate by rising key, until it returns false.
template <class Visit>
void for_each_candidate(const store::Generation& generation,
                        const Candidates& candidates,
                        Visit&& visit) {
  const std::size_t rows = generation.image().rows();
  for (std::size_t row = next_image_row(generation, candidates, 0); row < rows;
       row = next_image_row(generation, candidates, row + 1)) {
    if (!visit(RowRef{false, row})) {
      return;
    }
  }
  store::for_each_delta_candidate(generation, candidates,
                                  [&](std::size_t row) { return visit(RowRef{true, row}); });
}

Candidates candidates_of(const View& view, const Filter& filter) {
  return store::find_candidates(*view.generation, view.at, filter);
}

/// `answer`, unless damage was met in what it was read from.
template <class T>
Result<T> if_sound(const View& view, T answer) {
  QUIRE_TRY(view.generation->status());
  return answer;
}

Result<RowRef> find_row(const View& view, ChunkKey key) {
  const auto row = view.generation->find(key.value, view.at);
  return row ? Result<RowRef>(*row)
             : fail(ErrorCode::not_found, "no chunk has key " + std::to_string(key.value));
}

Result<std::vector<Neighbor>> fetch(const View& view,
                                    const std::vector<vectors::KeyDistance>& found) {
  std::vector<RowRef> rows;
  rows.reserve(found.size());
  for (const vectors::KeyDistance& hit : found) {
    const auto row = view.generation->find(hit.key, view.at);
    if (!row) {
      return fail(ErrorCode::internal,
                  "search found key " + std::to_string(hit.key) + ", which the view does not hold");
    }
    rows.push_back(*row);
  }
  view.generation->prefetch_chunks(rows);
  std::vector<Neighbor> out;
  out.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    out.push_back({{found[i].key}, found[i].distance, view.generation->chunk(rows[i])});
  }
  return if_sound(view, std::move(out));
}

/// What a search is asked for besides a vector.
struct Question {
  std::size_t limit = 0;
  const Filter& filter;
  const SearchOptions& options;
  SearchRecorder::Clock clock = SearchRecorder::Clock::off;
};

struct Ranking {
  std::vector<vectors::KeyDistance> nearest;
  SearchPlan plan;
};

/// The nearest to `stored` (a vector as stored), but for `left_out`.
Result<Ranking> rank(const View& view,
                     const std::string& stored,
                     const Question& question,
                     std::optional<std::uint64_t> left_out,
                     SearchRecorder& recorder) {
  const bool one_more = left_out.has_value() && question.limit != SIZE_MAX;
  const std::size_t wanted = question.limit + (one_more ? 1 : 0);
  const Candidates candidates = candidates_of(view, question.filter);
  recorder.profile.filter_time = recorder.lap();
  SearchPlan plan = store::plan_search(*view.generation, candidates, question.options);
  recorder.profile.plan_time = recorder.lap();
  QUIRE_TRY_ASSIGN(auto found, store::run_search(*view.generation, plan, candidates, stored.data(),
                                                 wanted, question.options, recorder));
  std::erase_if(found, [&](const vectors::KeyDistance& hit) { return hit.key == left_out; });
  found.resize(std::min(found.size(), question.limit));
  return Ranking{std::move(found), std::move(plan)};
}

Result<ExplainedSearch> search_stored(const View& view,
                                      const std::string& stored,
                                      const Question& question,
                                      std::optional<std::uint64_t> left_out) {
  SearchRecorder recorder(question.clock);
  QUIRE_TRY_ASSIGN(Ranking ranking, rank(view, stored, question, left_out, recorder));
  QUIRE_TRY_ASSIGN(std::vector<Neighbor> hits, fetch(view, ranking.nearest));
  recorder.profile.fetch_time = recorder.lap();
  return ExplainedSearch{std::move(hits), std::move(ranking.plan), recorder.profile};
}

/// `vector` as the store would store it.
Result<std::string> stored_form(const View& view, std::span<const float> vector) {
  const VectorFormat format = view.generation->format();
  std::string stored;
  if (format.dimensions != 0) {  // Else there are no rows to compare with.
    if (const Status fits = vectors::encode_vector(format, vector, stored); !fits) {
      return std::unexpected(fits.error().while_doing("search"));
    }
  }
  return stored;
}

Result<ExplainedSearch> search_vector(const View& view,
                                      std::span<const float> vector,
                                      const Question& question) {
  QUIRE_TRY_ASSIGN(const std::string stored, stored_form(view, vector));
  return search_stored(view, stored, question, {});
}

Result<ExplainedSearch> search_similar(const View& view, ChunkKey key, const Question& question) {
  QUIRE_TRY_ASSIGN(const RowRef row, find_row(view, key));
  const std::string stored(view.generation->vector(row),
                           view.generation->format().bytes_per_vector());
  return search_stored(view, stored, question, key.value);
}

/// What `search` finds in the view, with the blocks that were verified meanwhile.
template <class Search>
Result<ExplainedSearch> count_blocks(const View& view, const Search& search) {
  const store::CheckpointImage& image = view.generation->image();
  const std::uint64_t before = image.verified_blocks();
  QUIRE_TRY_ASSIGN(ExplainedSearch found, search());
  found.profile.blocks_verified = image.verified_blocks() - before;
  return found;
}

Result<std::vector<Neighbor>> only_hits(Result<ExplainedSearch> found) {
  QUIRE_TRY_ASSIGN(ExplainedSearch explained, std::move(found));
  return std::move(explained.hits);
}

/// No names: everything.
Result<MemberSet> parse_select(const std::vector<std::string>& names) {
  MemberSet wanted = names.empty() ? MemberSet::all() : MemberSet();
  for (const std::string& name : names) {
    if (name == "extra") {
      wanted.insert_extra();
    } else if (const auto member = records::member_of(name)) {
      wanted.insert(*member);
    } else {
      return fail(ErrorCode::invalid_argument,
                  "select: no member is called '" + name + "'; the ten of a chunk and 'extra' are");
    }
  }
  return wanted;
}

/// The first `limit` rows that `filter` accepts, by rising key.
std::vector<RowRef> matching_rows(const View& view, const Filter& filter, std::size_t limit) {
  const Candidates candidates = candidates_of(view, filter);
  std::vector<RowRef> rows;
  rows.reserve(std::min<std::size_t>(candidates.count(), limit));
  for_each_candidate(*view.generation, candidates, [&](RowRef row) {
    if (rows.size() == limit) {
      return false;
    }
    rows.push_back(row);
    return true;
  });
  return rows;
}

std::vector<ChunkKey> matching_keys(const View& view, const Filter& filter) {
  const Candidates candidates = candidates_of(view, filter);
  std::vector<ChunkKey> keys;
  keys.reserve(candidates.count());
  for_each_candidate(*view.generation, candidates, [&](RowRef row) {
    keys.push_back({view.generation->key(row)});
    return true;
  });
  return keys;
}

Result<std::vector<StoredChunk>> read_chunks(const View& view,
                                             std::span<const RowRef> rows,
                                             const MemberSet& wanted) {
  std::vector<StoredChunk> out;
  out.reserve(rows.size());
  for (const RowRef row : rows) {
    out.push_back({{view.generation->key(row)}, view.generation->chunk(row, wanted)});
  }
  return if_sound(view, std::move(out));
}

/// The files by path; with a language, those of it.
std::vector<FileSummary> summarize(const View& view, const std::optional<std::string>& language) {
  std::map<std::string_view, FileSummary> files;
  const auto count = [&](std::string_view path, std::string_view of_language) {
    FileSummary& file = files[path];
    if (file.chunks++ == 0) {
      file.file_path = path;
      file.language = of_language;
    }
  };
  const store::Candidates all = store::find_candidates(*view.generation, view.at, {});
  const records::RecordTable& records = view.generation->image().records();
  for_each_candidate(*view.generation, all, [&](RowRef row) {
    if (row.in_delta) {
      const records::ChunkView chunk = view.generation->delta_chunk(row.index);
      count(chunk.file_path, chunk.language);
    } else {
      count(*records.strings(Member::file_path).at(row.index),
            *records.strings(Member::language).at(row.index));
    }
    return true;
  });
  std::vector<FileSummary> out;
  for (auto& [path, file] : files) {
    if (!language || file.language == *language) {
      out.push_back(std::move(file));
    }
  }
  return out;
}

/// What answer() says, of a filter that is one.
template <class Answer>
std::invoke_result_t<Answer> ask(const Filter& filter, const Answer& answer) {
  return base::or_out_of_memory([&]() -> std::invoke_result_t<Answer> {
    QUIRE_TRY(filter.validate());
    return answer();
  });
}

}  // namespace

StoreSnapshot::StoreSnapshot(std::shared_ptr<const View> view) : view_(std::move(view)) {}

Result<std::vector<Neighbor>> StoreSnapshot::search(std::span<const float> vector,
                                                    std::size_t limit,
                                                    const Filter& filter,
                                                    const SearchOptions& options) const {
  return ask(filter,
             [&] { return only_hits(search_vector(*view_, vector, {limit, filter, options})); });
}

Result<std::vector<NeighborKey>> StoreSnapshot::nearest(std::span<const float> vector,
                                                        std::size_t limit,
                                                        const Filter& filter,
                                                        const SearchOptions& options) const {
  return ask(filter, [&]() -> Result<std::vector<NeighborKey>> {
    QUIRE_TRY_ASSIGN(const std::string stored, stored_form(*view_, vector));
    SearchRecorder recorder(SearchRecorder::Clock::off);
    QUIRE_TRY_ASSIGN(const Ranking ranking,
                     rank(*view_, stored, {limit, filter, options}, {}, recorder));
    std::vector<NeighborKey> out;
    out.reserve(ranking.nearest.size());
    for (const vectors::KeyDistance& hit : ranking.nearest) {
      out.push_back({{hit.key}, hit.distance});
    }
    return if_sound(*view_, std::move(out));
  });
}

Result<std::vector<Neighbor>> StoreSnapshot::similar(ChunkKey key,
                                                     std::size_t limit,
                                                     const Filter& filter,
                                                     const SearchOptions& options) const {
  return ask(filter,
             [&] { return only_hits(search_similar(*view_, key, {limit, filter, options})); });
}

Result<SearchPlan> StoreSnapshot::explain(const Filter& filter,
                                          const SearchOptions& options) const {
  return ask(filter, [&] {
    const Candidates candidates = candidates_of(*view_, filter);
    return if_sound(*view_, store::plan_search(*view_->generation, candidates, options));
  });
}

Result<ExplainedSearch> StoreSnapshot::explain(std::span<const float> vector,
                                               std::size_t limit,
                                               const Filter& filter,
                                               const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(filter, [&] {
    return count_blocks(*view_, [&] { return search_vector(*view_, vector, question); });
  });
}

Result<ExplainedSearch> StoreSnapshot::explain(ChunkKey key,
                                               std::size_t limit,
                                               const Filter& filter,
                                               const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(filter, [&] {
    return count_blocks(*view_, [&] { return search_similar(*view_, key, question); });
  });
}

Result<std::vector<StoredChunk>> StoreSnapshot::query(const Filter& filter,
                                                      const std::vector<std::string>& select,
                                                      std::size_t limit) const {
  return ask(filter, [&]() -> Result<std::vector<StoredChunk>> {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(select));
    return read_chunks(*view_, matching_rows(*view_, filter, limit), wanted);
  });
}

Result<std::vector<ChunkKey>> StoreSnapshot::matching(const Filter& filter) const {
  return ask(filter, [&] { return if_sound(*view_, matching_keys(*view_, filter)); });
}

Result<std::vector<StoredChunk>> StoreSnapshot::find_by_symbol(
    std::string_view pattern, const std::optional<std::string>& kind, std::size_t limit) const {
  return base::or_out_of_memory([&] {
    std::vector<RowRef> rows = store::find_symbols(*view_, pattern, kind);
    rows.resize(std::min(rows.size(), limit));
    return read_chunks(*view_, rows, MemberSet::all());
  });
}

Result<std::vector<FileSummary>> StoreSnapshot::list_files(
    const std::optional<std::string>& language) const {
  return base::or_out_of_memory([&] { return if_sound(*view_, summarize(*view_, language)); });
}

Result<ChunkMeta> StoreSnapshot::get(ChunkKey key) const {
  return base::or_out_of_memory([&]() -> Result<ChunkMeta> {
    QUIRE_TRY_ASSIGN(const RowRef row, find_row(*view_, key));
    return if_sound(*view_, view_->generation->chunk(row));
  });
}

Result<std::vector<StoredChunk>> StoreSnapshot::get(std::span<const ChunkKey> keys,
                                                    const std::vector<std::string>& select) const {
  return base::or_out_of_memory([&]() -> Result<std::vector<StoredChunk>> {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(select));
    std::vector<RowRef> rows;
    rows.reserve(keys.size());
    for (const ChunkKey key : keys) {
      QUIRE_TRY_ASSIGN(const RowRef row, find_row(*view_, key));
      rows.push_back(row);
    }
    view_->generation->prefetch_chunks(rows, wanted);
    return read_chunks(*view_, rows, wanted);
  });
}

Result<std::vector<float>> StoreSnapshot::vector(ChunkKey key) const {
  return base::or_out_of_memory([&]() -> Result<std::vector<float>> {
    QUIRE_TRY_ASSIGN(const RowRef row, find_row(*view_, key));
    const VectorFormat format = view_->generation->format();
    std::vector<float> out(format.dimensions);
    vectors::decode_vector(format, view_->generation->vector(row), out);
    return if_sound(*view_, std::move(out));
  });
}

std::vector<ChunkKey> StoreSnapshot::keys() const {
  return matching_keys(*view_, {});
}

std::uint64_t StoreSnapshot::chunk_count() const {
  return view_->at.live_rows;
}

std::uint64_t StoreSnapshot::lsn() const {
  return view_->at.lsn;
}

}  // namespace quire
