#include <algorithm>
#include <map>

#include <quire/vector_store.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/open_store.hpp"
#include "store/search_planner.hpp"
#include "store/store.hpp"
#include "store/vectors/distance.hpp"

// The public face: changes go to Impl, questions are answered here from one view.

namespace quire {
namespace {

using records::Member;
using store::RowRef;
using store::SearchRecorder;
using store::ViewPoint;

/// Calls visit(RowRef) for each candidate by rising key, until it returns false.
template <class Visit>
void for_each_candidate(const store::Generation& generation,
                        const store::Candidates& candidates,
                        Visit&& visit) {
  for (std::size_t row = 0; row < generation.image().rows(); ++row) {
    const bool in = candidates.image_rows ? candidates.image_rows->contains(row)
                                          : generation.image_row_visible(row, candidates.at.lsn);
    if (in && !visit(RowRef{false, row})) {
      return;
    }
  }
  store::for_each_delta_candidate(generation, candidates,
                                  [&](std::size_t row) { return visit(RowRef{true, row}); });
}

/// `answer`, unless damage was met in what it was read from.
template <class T>
Result<T> if_sound(const VectorStore::Impl::View& view, T answer) {
  QUIRE_TRY(view.generation->status());
  return answer;
}

Result<std::vector<Neighbor>> fetch(const VectorStore::Impl::View& view,
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

Result<RowRef> find_row(const VectorStore::Impl::View& view, ChunkKey key) {
  const auto row = view.generation->find(key.value, view.at);
  return row ? Result<RowRef>(*row)
             : fail(ErrorCode::not_found, "no chunk has key " + std::to_string(key.value));
}

/// What a search is asked for besides a vector.
struct Question {
  std::size_t limit = 0;
  const Filter& filter;
  const SearchOptions& options;
  SearchRecorder::Clock clock = SearchRecorder::Clock::off;
};

/// The nearest to `stored` (a vector as stored), but for `left_out`.
Result<ExplainedSearch> search_stored(const VectorStore::Impl::View& view,
                                      const char* stored,
                                      const Question& question,
                                      std::optional<std::uint64_t> left_out) {
  const bool one_more = left_out.has_value() && question.limit != SIZE_MAX;
  const std::size_t wanted = question.limit + (one_more ? 1 : 0);
  SearchRecorder recorder(question.clock);
  const store::Candidates candidates =
      store::find_candidates(*view.generation, view.at, question.filter);
  recorder.profile.filter_time = recorder.lap();
  SearchPlan plan = store::plan_search(*view.generation, candidates, question.options);
  recorder.profile.plan_time = recorder.lap();
  QUIRE_TRY_ASSIGN(auto found, store::run_search(*view.generation, plan, candidates, stored, wanted,
                                                 question.options, recorder));
  std::erase_if(found, [&](const vectors::KeyDistance& hit) { return hit.key == left_out; });
  found.resize(std::min(found.size(), question.limit));
  QUIRE_TRY_ASSIGN(std::vector<Neighbor> hits, fetch(view, found));
  recorder.profile.fetch_time = recorder.lap();
  return ExplainedSearch{std::move(hits), std::move(plan), recorder.profile};
}

Result<ExplainedSearch> search_vector(const VectorStore::Impl::View& view,
                                      std::span<const float> vector,
                                      const Question& question) {
  const VectorFormat format = view.generation->format();
  std::string stored;
  if (format.dimensions != 0) {  // Else there are no rows to compare with.
    if (const Status fits = vectors::encode_vector(format, vector, stored); !fits) {
      return std::unexpected(fits.error().while_doing("search"));
    }
  }
  return search_stored(view, stored.data(), question, {});
}

Result<ExplainedSearch> search_similar(const VectorStore::Impl::View& view,
                                       ChunkKey key,
                                       const Question& question) {
  QUIRE_TRY_ASSIGN(const RowRef row, find_row(view, key));
  const std::string stored(view.generation->vector(row),
                           view.generation->format().bytes_per_vector());
  return search_stored(view, stored.data(), question, key.value);
}

/// What `search` finds in the view, with the blocks that were verified meanwhile.
template <class Search>
Result<ExplainedSearch> count_blocks(const VectorStore::Impl::View& view, const Search& search) {
  const store::CheckpointImage& image = view.generation->image();
  const std::uint64_t before = image.verified_blocks();
  QUIRE_TRY_ASSIGN(ExplainedSearch found, search());
  found.profile.blocks_verified = image.verified_blocks() - before;
  return found;
}

/// Leaves only the selected members of `meta`; none selected: all.
class Selection {
 public:
  static Result<Selection> parse(const std::vector<std::string>& names) {
    Selection selection;
    for (const std::string& name : names) {
      if (name == "extra") {
        selection.extra_ = true;
      } else if (const auto member = records::member_of(name)) {
        selection.members_ |= bit(*member);
      } else {
        return fail(ErrorCode::invalid_argument, "select: no member is called '" + name +
                                                     "'; the ten of a chunk and 'extra' are");
      }
    }
    if (names.empty()) {
      selection.members_ = ~0U;
      selection.extra_ = true;
    }
    return selection;
  }

  ChunkMeta apply(ChunkMeta meta) const {
    clear(Member::file_path, meta.file_path);
    clear(Member::chunk_id, meta.chunk_id);
    clear(Member::content, meta.content);
    clear(Member::symbol_name, meta.symbol_name);
    clear(Member::symbol_kind, meta.symbol_kind);
    clear(Member::package_name, meta.package_name);
    clear(Member::language, meta.language);
    clear(Member::start_line, meta.start_line);
    clear(Member::end_line, meta.end_line);
    clear(Member::last_modified, meta.last_modified);
    if (!extra_) {
      meta.extra.clear();
    }
    return meta;
  }

 private:
  static unsigned bit(Member member) { return 1U << static_cast<unsigned>(member); }

  template <class T>
  void clear(Member member, T& value) const {
    if ((members_ & bit(member)) == 0) {
      value = T{};
    }
  }

  unsigned members_ = 0;
  bool extra_ = false;
};

/// How well a symbol's name answers a pattern; lower is better.
enum class SymbolMatch { exact, prefix, substring, none };

SymbolMatch match_symbol(std::string_view lower_name, std::string_view lower_pattern) {
  const std::size_t at = lower_name.find(lower_pattern);
  if (at == std::string_view::npos) {
    return SymbolMatch::none;
  }
  if (at != 0) {
    return SymbolMatch::substring;
  }
  return lower_name.size() == lower_pattern.size() ? SymbolMatch::exact : SymbolMatch::prefix;
}

struct SymbolHit {
  SymbolMatch match = SymbolMatch::none;
  std::string_view path;
  std::int64_t line = 0;
  std::uint64_t key = 0;
  RowRef row;

  auto order() const { return std::tie(match, path, line, key); }
};

class SymbolSearch {
 public:
  SymbolSearch(const VectorStore::Impl::View& view,
               std::string_view pattern,
               const std::optional<std::string>& kind)
      : generation_(*view.generation),
        at_(view.at),
        pattern_(base::ascii_lower(pattern)),
        kind_(kind) {}

  std::vector<SymbolHit> run() {
    search_image();
    search_delta();
    std::ranges::sort(hits_, {}, &SymbolHit::order);
    return std::move(hits_);
  }

 private:
  bool kind_fits(std::optional<std::string_view> kind) const {
    return !kind_ || (kind && *kind == *kind_);
  }

  /// Names are stored once each, so that each is compared once.
  void search_image() {
    const records::RecordTable& records = generation_.image().records();
    if (records.size() == 0) {
      return;
    }
    const records::StringColumn& names = records.strings(Member::symbol_name);
    std::vector<SymbolMatch> matches;
    matches.reserve(names.values.size());
    for (std::size_t id = 0; id < names.values.size(); ++id) {
      matches.push_back(match_symbol(base::ascii_lower(names.values[id]), pattern_));
    }
    for (std::size_t row = 0; row < records.size(); ++row) {
      const std::uint32_t id = names.ids[row];
      if (id == records::StringColumn::kAbsent || matches[id] == SymbolMatch::none ||
          !generation_.image_row_visible(row, at_.lsn) ||
          !kind_fits(records.strings(Member::symbol_kind).at(row))) {
        continue;
      }
      hits_.push_back({matches[id],
                       *records.strings(Member::file_path).at(row),
                       records.numbers(Member::start_line)[row],
                       records.keys()[row],
                       {false, row}});
    }
  }

  void search_delta() {
    for (std::size_t i = 0; i < at_.delta_size; ++i) {
      const store::DeltaRow& row = generation_.delta().row(i);
      if (!row.visible_at(at_.lsn)) {
        continue;
      }
      const records::ChunkView chunk = generation_.delta_chunk(i);
      if (!chunk.symbol_name || !kind_fits(chunk.symbol_kind)) {
        continue;
      }
      const SymbolMatch match = match_symbol(base::ascii_lower(*chunk.symbol_name), pattern_);
      if (match != SymbolMatch::none) {
        hits_.push_back({match, chunk.file_path, chunk.start_line, row.key, {true, i}});
      }
    }
  }

  const store::Generation& generation_;
  ViewPoint at_;
  std::string pattern_;
  const std::optional<std::string>& kind_;
  std::vector<SymbolHit> hits_;
};

std::vector<StoredChunk> select_chunks(const VectorStore::Impl::View& view,
                                       const Filter& filter,
                                       const Selection& selection,
                                       std::size_t limit) {
  const store::Candidates candidates = store::find_candidates(*view.generation, view.at, filter);
  std::vector<StoredChunk> out;
  for_each_candidate(*view.generation, candidates, [&](RowRef row) {
    if (out.size() == limit) {
      return false;
    }
    out.push_back({{view.generation->key(row)}, selection.apply(view.generation->chunk(row))});
    return true;
  });
  return out;
}

/// The files by path; with a language, those of it.
std::vector<FileSummary> summarize(const VectorStore::Impl::View& view,
                                   const std::optional<std::string>& language) {
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

Result<std::vector<Neighbor>> only_hits(Result<ExplainedSearch> found) {
  QUIRE_TRY_ASSIGN(ExplainedSearch explained, std::move(found));
  return std::move(explained.hits);
}

Result<std::uint64_t> count_removed(Result<Commit> applied) {
  QUIRE_TRY_ASSIGN(const Commit commit, std::move(applied));
  return commit.removed.size();
}

/// What answer(view) says of the newest view.
template <class Answer>
auto ask(const VectorStore::Impl& impl, const Answer& answer) {
  using Answered = std::invoke_result_t<Answer, const VectorStore::Impl::View&>;
  return base::or_out_of_memory([&]() -> Answered {
    QUIRE_TRY_ASSIGN(const VectorStore::Impl::View view, impl.view());
    return answer(view);
  });
}

/// The same of what `filter` accepts there.
template <class Answer>
auto ask(const VectorStore::Impl& impl, const Filter& filter, const Answer& answer) {
  using Answered = std::invoke_result_t<Answer, const VectorStore::Impl::View&>;
  return base::or_out_of_memory([&]() -> Answered {
    QUIRE_TRY(filter.validate());
    return ask(impl, answer);
  });
}

}  // namespace

std::string_view to_string(SearchPlan::Path path) {
  switch (path) {
    case SearchPlan::Path::nothing:
      return "nothing";
    case SearchPlan::Path::exact_scan:
      return "exact scan";
    case SearchPlan::Path::graph:
      return "graph";
    case SearchPlan::Path::filtered_graph:
      return "filtered graph";
  }
  return "unknown";
}

std::string SearchPlan::to_string() const {
  return std::string(quire::to_string(path)) + " over " + std::to_string(matches) + " of " +
         std::to_string(rows) + " rows (" + std::to_string(delta_rows) +
         " of them outside the graph): " + reason;
}

VectorStore::VectorStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VectorStore::VectorStore(VectorStore&&) noexcept = default;

VectorStore& VectorStore::operator=(VectorStore&& other) noexcept {
  if (this != &other) {
    const VectorStore old(std::move(*this));
    impl_ = std::move(other.impl_);
  }
  return *this;
}

VectorStore::~VectorStore() {
  if (impl_ != nullptr) {
    const Status closed = close();
    static_cast<void>(closed);  // Documented: a caller who wants to know calls close().
  }
}

Result<VectorStore> VectorStore::open(const std::filesystem::path& folder, StoreOptions options) {
  return base::or_out_of_memory(
      [&] { return store::open_store(base::posix_file_system(), folder.string(), options); });
}

Result<Commit> VectorStore::apply(const WriteBatch& batch) {
  return base::or_out_of_memory([&] { return impl_->apply(batch); });
}

Result<Commit> VectorStore::insert(std::vector<ChunkRow> rows) {
  return base::or_out_of_memory([&] {
    WriteBatch batch;
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    return impl_->apply(batch);
  });
}

Result<std::uint64_t> VectorStore::delete_file(std::string_view path) {
  return base::or_out_of_memory([&] {
    WriteBatch batch;
    batch.delete_file(std::string(path));
    return count_removed(impl_->apply(batch));
  });
}

Result<std::uint64_t> VectorStore::delete_where(const Filter& filter) {
  return base::or_out_of_memory([&] {
    WriteBatch batch;
    batch.delete_where(filter);
    return count_removed(impl_->apply(batch));
  });
}

Result<Commit> VectorStore::replace_file(std::string_view path, std::vector<ChunkRow> rows) {
  return base::or_out_of_memory([&] {
    WriteBatch batch;
    batch.delete_file(std::string(path));
    for (ChunkRow& row : rows) {
      batch.insert(std::move(row));
    }
    return impl_->apply(batch);
  });
}

Status VectorStore::clear() {
  return base::or_out_of_memory([&] { return impl_->clear(); });
}

Result<std::vector<Neighbor>> VectorStore::search(std::span<const float> vector,
                                                  std::size_t limit,
                                                  const Filter& filter,
                                                  const SearchOptions& options) const {
  return ask(*impl_, filter, [&](const Impl::View& view) {
    return only_hits(search_vector(view, vector, {limit, filter, options}));
  });
}

Result<std::vector<Neighbor>> VectorStore::similar(ChunkKey key,
                                                   std::size_t limit,
                                                   const Filter& filter,
                                                   const SearchOptions& options) const {
  return ask(*impl_, filter, [&](const Impl::View& view) {
    return only_hits(search_similar(view, key, {limit, filter, options}));
  });
}

Result<SearchPlan> VectorStore::explain(const Filter& filter, const SearchOptions& options) const {
  return ask(*impl_, filter, [&](const Impl::View& view) {
    const store::Candidates candidates = store::find_candidates(*view.generation, view.at, filter);
    return if_sound(view, store::plan_search(*view.generation, candidates, options));
  });
}

Result<ExplainedSearch> VectorStore::explain(std::span<const float> vector,
                                             std::size_t limit,
                                             const Filter& filter,
                                             const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(*impl_, filter, [&](const Impl::View& view) {
    return count_blocks(view, [&] { return search_vector(view, vector, question); });
  });
}

Result<ExplainedSearch> VectorStore::explain(ChunkKey key,
                                             std::size_t limit,
                                             const Filter& filter,
                                             const SearchOptions& options) const {
  const Question question{limit, filter, options, SearchRecorder::Clock::on};
  return ask(*impl_, filter, [&](const Impl::View& view) {
    return count_blocks(view, [&] { return search_similar(view, key, question); });
  });
}

Result<std::vector<StoredChunk>> VectorStore::query(const Filter& filter,
                                                    const std::vector<std::string>& select,
                                                    std::size_t limit) const {
  return ask(*impl_, filter, [&](const Impl::View& view) -> Result<std::vector<StoredChunk>> {
    QUIRE_TRY_ASSIGN(const Selection selection, Selection::parse(select));
    return if_sound(view, select_chunks(view, filter, selection, limit));
  });
}

Result<std::vector<StoredChunk>> VectorStore::find_by_symbol(std::string_view pattern,
                                                             const std::optional<std::string>& kind,
                                                             std::size_t limit) const {
  return ask(*impl_, [&](const Impl::View& view) {
    std::vector<StoredChunk> out;
    for (const SymbolHit& hit : SymbolSearch(view, pattern, kind).run()) {
      if (out.size() == limit) {
        break;
      }
      out.push_back({{hit.key}, view.generation->chunk(hit.row)});
    }
    return if_sound(view, std::move(out));
  });
}

Result<std::vector<FileSummary>> VectorStore::list_files(
    const std::optional<std::string>& language) const {
  return ask(*impl_,
             [&](const Impl::View& view) { return if_sound(view, summarize(view, language)); });
}

Result<ChunkMeta> VectorStore::get(ChunkKey key) const {
  return ask(*impl_, [&](const Impl::View& view) -> Result<ChunkMeta> {
    QUIRE_TRY_ASSIGN(const RowRef row, find_row(view, key));
    return if_sound(view, view.generation->chunk(row));
  });
}

Result<std::vector<float>> VectorStore::vector(ChunkKey key) const {
  return ask(*impl_, [&](const Impl::View& view) -> Result<std::vector<float>> {
    QUIRE_TRY_ASSIGN(const RowRef row, find_row(view, key));
    std::vector<float> out(view.generation->format().dimensions);
    vectors::decode_vector(view.generation->format(), view.generation->vector(row), out);
    return if_sound(view, std::move(out));
  });
}

std::vector<ChunkKey> VectorStore::keys() const {
  std::vector<ChunkKey> out;
  if (const auto view = impl_->view()) {
    const store::Candidates all = store::find_candidates(*view->generation, view->at, {});
    for_each_candidate(*view->generation, all, [&](RowRef row) {
      out.push_back({view->generation->key(row)});
      return true;
    });
  }
  return out;
}

std::uint64_t VectorStore::chunk_count() const {
  const auto view = impl_->view();
  return view ? view->at.live_rows : 0;
}

std::uint64_t VectorStore::lsn() const {
  return impl_->info().lsn;
}

StoreInfo VectorStore::info() const {
  return impl_->info();
}

std::optional<std::string> VectorStore::attribute(std::string_view name) const {
  const auto view = impl_->view();
  return view ? view->generation->attribute(name) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> VectorStore::attributes(
    std::string_view prefix) const {
  const auto view = impl_->view();
  return view ? view->generation->attributes(prefix)
              : std::vector<std::pair<std::string, std::string>>{};
}

Result<Changes> VectorStore::refresh() {
  return base::or_out_of_memory([&] { return impl_->refresh(); });
}

Status VectorStore::flush() {
  return base::or_out_of_memory([&] { return impl_->flush(); });
}

bool VectorStore::checkpoint_due() const {
  return impl_->checkpoint_due();
}

Status VectorStore::verify() const {
  return ask(*impl_, [](const Impl::View& view) -> Status {
    QUIRE_TRY(view.generation->image().verify_all());
    return view.generation->status();
  });
}

Status VectorStore::checkpoint() {
  return base::or_out_of_memory([&] { return impl_->checkpoint(); });
}

Status VectorStore::close() {
  return base::or_out_of_memory([&] { return impl_->close(); });
}

}  // namespace quire
