#include <algorithm>
#include <map>
#include <thread>
#include <type_traits>
#include <utility>

#include <quire/store_snapshot.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "store/search_planner.hpp"
#include "store/symbol_search.hpp"
#include "store/vectors/crew.hpp"
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

std::vector<float> numbers_of(const View& view, RowRef row) {
  const VectorFormat format = view.generation->format();
  std::vector<float> out(format.dimensions);
  vectors::decode_vector(format, view.generation->vector(row), out);
  return out;
}

Result<std::vector<Neighbor>> fetch(const View& view,
                                    const std::vector<vectors::KeyDistance>& found,
                                    bool with_vectors) {
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
    out.push_back({{found[i].key}, found[i].distance, view.generation->chunk(rows[i], view.at)});
    if (with_vectors) {
      out.back().vector = numbers_of(view, rows[i]);
    }
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

/// `a` + `b`, or the most that there is.
std::size_t saturating_sum(std::size_t a, std::size_t b) {
  return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

/// What is left of the nearest ones when those that were not asked for are taken out.
void leave_asked(std::vector<vectors::KeyDistance>& found,
                 const Question& question,
                 std::optional<std::uint64_t> left_out) {
  std::erase_if(found, [&](const vectors::KeyDistance& hit) { return hit.key == left_out; });
  if (const std::optional<float> most = question.options.max_distance) {
    std::erase_if(found, [&](const vectors::KeyDistance& hit) { return hit.distance > *most; });
  }
  const std::size_t skipped = std::min(question.options.offset, found.size());
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(skipped));
  found.resize(std::min(found.size(), question.limit));
}

/// The nearest to `stored` (a vector as stored) among the candidates, but for `left_out`.
Result<Ranking> rank_among(const View& view,
                           const Candidates& candidates,
                           const std::string& stored,
                           const Question& question,
                           std::optional<std::uint64_t> left_out,
                           SearchRecorder& recorder) {
  const std::size_t beside = saturating_sum(question.options.offset, left_out ? 1 : 0);
  const std::size_t wanted = saturating_sum(question.limit, beside);
  SearchPlan plan = store::plan_search(*view.generation, candidates, question.options);
  recorder.profile.plan_time = recorder.lap();
  QUIRE_TRY_ASSIGN(auto found, store::run_search(*view.generation, plan, candidates, stored.data(),
                                                 wanted, question.options, recorder));
  leave_asked(found, question, left_out);
  return Ranking{std::move(found), std::move(plan)};
}

Result<Ranking> rank(const View& view,
                     const std::string& stored,
                     const Question& question,
                     std::optional<std::uint64_t> left_out,
                     SearchRecorder& recorder) {
  const Candidates candidates = candidates_of(view, question.filter);
  recorder.profile.filter_time = recorder.lap();
  return rank_among(view, candidates, stored, question, left_out, recorder);
}

Result<ExplainedSearch> search_stored(const View& view,
                                      const std::string& stored,
                                      const Question& question,
                                      std::optional<std::uint64_t> left_out) {
  SearchRecorder recorder(question.clock);
  QUIRE_TRY_ASSIGN(Ranking ranking, rank(view, stored, question, left_out, recorder));
  QUIRE_TRY_ASSIGN(std::vector<Neighbor> hits,
                   fetch(view, ranking.nearest, question.options.with_vectors));
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

/// Each thread takes the next vector; all share the candidates, which nothing changes.
Result<std::vector<std::vector<Neighbor>>> search_vectors(const View& view,
                                                          std::span<const float> vectors,
                                                          const Question& question,
                                                          std::size_t threads) {
  const std::size_t dimensions = view.generation->format().dimensions;
  if (dimensions == 0 ? !vectors.empty() : vectors.size() % dimensions != 0) {
    return fail(ErrorCode::invalid_argument, "search: " + std::to_string(vectors.size()) +
                                                 " numbers are no vectors of " +
                                                 std::to_string(dimensions) + " dimensions");
  }
  const std::size_t count = dimensions == 0 ? 0 : vectors.size() / dimensions;
  const Candidates candidates = candidates_of(view, question.filter);
  std::vector<Result<std::vector<Neighbor>>> answers(count);
  vectors::Crew crew(std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(count, 1)));
  crew.for_each(count, [&](std::size_t i) {
    answers[i] = [&]() -> Result<std::vector<Neighbor>> {
      QUIRE_TRY_ASSIGN(const std::string stored,
                       stored_form(view, vectors.subspan(i * dimensions, dimensions)));
      SearchRecorder recorder(SearchRecorder::Clock::off);
      QUIRE_TRY_ASSIGN(const Ranking ranking,
                       rank_among(view, candidates, stored, question, {}, recorder));
      return fetch(view, ranking.nearest, question.options.with_vectors);
    }();
  });
  std::vector<std::vector<Neighbor>> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!answers[i]) {
      return std::unexpected(answers[i].error().while_doing("vector " + std::to_string(i)));
    }
    out.push_back(std::move(*answers[i]));
  }
  return out;
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
Result<MemberSet> parse_select(const View& view, const std::vector<std::string>& names) {
  const Schema& fields = view.generation->fields();
  MemberSet wanted = names.empty() ? MemberSet::all() : MemberSet();
  for (const std::string& name : names) {
    if (name == "extra") {
      wanted.insert_extra();
    } else if (const auto member = records::member_of(name)) {
      wanted.insert(*member);
    } else if (const FieldSpec* const field = find_field(fields, name)) {
      wanted.insert_own(static_cast<std::size_t>(field - fields.data()));
    } else {
      return fail(ErrorCode::invalid_argument,
                  "select: no member is called '" + name +
                      "'; the ten of a chunk, 'extra' and the store's own fields are");
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
    out.push_back({{view.generation->key(row)}, view.generation->chunk(row, view.at, wanted)});
  }
  return if_sound(view, std::move(out));
}

/// The files by path; with a language, those of it.
std::vector<FileSummary> summarize(const View& view, const std::optional<std::string>& language) {
  std::map<std::string_view, FileSummary> files;
  auto last = files.end();  // A file's rows mostly stand together.
  const auto count = [&](std::string_view path, std::string_view of_language) {
    if (last == files.end() || last->first != path) {
      last =
          files.try_emplace(path, FileSummary{std::string(path), std::string(of_language)}).first;
    }
    ++last->second.chunks;
  };
  const store::Candidates all = store::find_candidates(*view.generation, view.at, {});
  const records::RecordTable& records = view.generation->image().records();
  for_each_candidate(*view.generation, all, [&](RowRef row) {
    if (const auto chunk = view.generation->journal_chunk(row, view.at)) {
      count(chunk->file_path, chunk->language);
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
std::invoke_result_t<Answer> ask(const View& view, const Filter& filter, const Answer& answer) {
  return base::or_out_of_memory([&]() -> std::invoke_result_t<Answer> {
    QUIRE_TRY(filter.validate(view.generation->fields()));
    return answer();
  });
}

}  // namespace

StoreSnapshot::StoreSnapshot(std::shared_ptr<const View> view) : view_(std::move(view)) {}

Result<std::vector<Neighbor>> StoreSnapshot::search(std::span<const float> vector,
                                                    std::size_t limit,
                                                    const Filter& filter,
                                                    const SearchOptions& options) const {
  return ask(*view_, filter,
             [&] { return only_hits(search_vector(*view_, vector, {limit, filter, options})); });
}

Result<std::vector<std::vector<Neighbor>>> StoreSnapshot::search_many(
    std::span<const float> vectors,
    std::size_t limit,
    const Filter& filter,
    const SearchOptions& options,
    std::size_t threads) const {
  const std::size_t workers = threads != 0 ? threads : std::thread::hardware_concurrency();
  return ask(*view_, filter,
             [&] { return search_vectors(*view_, vectors, {limit, filter, options}, workers); });
}

Result<std::vector<NeighborKey>> StoreSnapshot::nearest(std::span<const float> vector,
                                                        std::size_t limit,
                                                        const Filter& filter,
                                                        const SearchOptions& options) const {
  return ask(*view_, filter, [&]() -> Result<std::vector<NeighborKey>> {
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
  return ask(*view_, filter,
             [&] { return only_hits(search_similar(*view_, key, {limit, filter, options})); });
}

Result<SearchPlan> StoreSnapshot::explain(const Filter& filter,
                                          const SearchOptions& options) const {
  return ask(*view_, filter, [&] {
    const Candidates candidates = candidates_of(*view_, filter);
    return if_sound(*view_, store::plan_search(*view_->generation, candidates, options));
  });
}

Result<ExplainedSearch> StoreSnapshot::explain(std::span<const float> vector,
                                               std::size_t limit,
                                               const Filter& filter,
                                               const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(*view_, filter, [&] {
    return count_blocks(*view_, [&] { return search_vector(*view_, vector, question); });
  });
}

Result<ExplainedSearch> StoreSnapshot::explain(ChunkKey key,
                                               std::size_t limit,
                                               const Filter& filter,
                                               const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(*view_, filter, [&] {
    return count_blocks(*view_, [&] { return search_similar(*view_, key, question); });
  });
}

Result<std::vector<StoredChunk>> StoreSnapshot::query(const Filter& filter,
                                                      const std::vector<std::string>& select,
                                                      std::size_t limit) const {
  return ask(*view_, filter, [&]() -> Result<std::vector<StoredChunk>> {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(*view_, select));
    return read_chunks(*view_, matching_rows(*view_, filter, limit), wanted);
  });
}

Status StoreSnapshot::for_each(const Filter& filter,
                               const std::function<bool(StoredChunk&)>& visit,
                               const std::vector<std::string>& select) const {
  return ask(*view_, filter, [&]() -> Status {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(*view_, select));
    const Candidates candidates = candidates_of(*view_, filter);
    Status sound = view_->generation->status();
    for_each_candidate(*view_->generation, candidates, [&](RowRef row) {
      StoredChunk chunk{{view_->generation->key(row)},
                        view_->generation->chunk(row, view_->at, wanted)};
      sound = view_->generation->status();
      return sound && visit(chunk);
    });
    return sound;
  });
}

Result<std::uint64_t> StoreSnapshot::count(const Filter& filter) const {
  return ask(*view_, filter,
             [&] { return if_sound(*view_, candidates_of(*view_, filter).count()); });
}

Result<std::vector<ChunkKey>> StoreSnapshot::matching(const Filter& filter) const {
  return ask(*view_, filter, [&] { return if_sound(*view_, matching_keys(*view_, filter)); });
}

Result<std::vector<StoredChunk>> StoreSnapshot::find_by_symbol(
    std::string_view pattern, const std::optional<std::string>& kind, std::size_t limit) const {
  return base::or_out_of_memory([&] {
    std::vector<RowRef> rows = store::find_symbols(*view_, pattern, kind);
    rows.resize(std::min(rows.size(), limit));
    return read_chunks(*view_, rows, MemberSet::all());
  });
}

Status StoreSnapshot::for_each_symbol(std::string_view pattern,
                                      const std::function<bool(StoredChunk&)>& visit,
                                      const std::vector<std::string>& select) const {
  return base::or_out_of_memory([&]() -> Status {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(*view_, select));
    Status sound = view_->generation->status();
    for (const RowRef row : store::find_symbols(*view_, pattern, std::nullopt)) {
      StoredChunk chunk{{view_->generation->key(row)},
                        view_->generation->chunk(row, view_->at, wanted)};
      sound = view_->generation->status();
      if (!sound || !visit(chunk)) {
        break;
      }
    }
    return sound;
  });
}

Result<std::vector<FileSummary>> StoreSnapshot::list_files(
    const std::optional<std::string>& language) const {
  return base::or_out_of_memory([&] { return if_sound(*view_, summarize(*view_, language)); });
}

Result<ChunkMeta> StoreSnapshot::get(ChunkKey key) const {
  return base::or_out_of_memory([&]() -> Result<ChunkMeta> {
    QUIRE_TRY_ASSIGN(const RowRef row, find_row(*view_, key));
    return if_sound(*view_, view_->generation->chunk(row, view_->at));
  });
}

Result<std::vector<StoredChunk>> StoreSnapshot::get(std::span<const ChunkKey> keys,
                                                    const std::vector<std::string>& select) const {
  return base::or_out_of_memory([&]() -> Result<std::vector<StoredChunk>> {
    QUIRE_TRY_ASSIGN(const MemberSet wanted, parse_select(*view_, select));
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
    return if_sound(*view_, numbers_of(*view_, row));
  });
}

std::vector<ChunkKey> StoreSnapshot::keys() const {
  return matching_keys(*view_, {});
}

std::uint64_t StoreSnapshot::chunk_count() const {
  return view_->at.live_rows;
}

std::vector<std::pair<ChunkKey, std::uint64_t>> StoreSnapshot::updated() const {
  std::vector<std::pair<ChunkKey, std::uint64_t>> out;
  for (const auto& [key, lsn] : view_->generation->updated(view_->at)) {
    out.emplace_back(ChunkKey{key}, lsn);
  }
  return out;
}

Schema StoreSnapshot::fields() const {
  return view_->generation->fields();
}

std::uint64_t StoreSnapshot::lsn() const {
  return view_->at.lsn;
}

}  // namespace quire
