#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <quire/indexer.hpp>
#include <quire/searcher.hpp>

#include "base/try.hpp"
#include "corpus/view.hpp"
#include "searching/freshness.hpp"
#include "searching/matches.hpp"
#include "searching/name_search.hpp"
#include "searching/path_scope.hpp"
#include "searching/question.hpp"
#include "searching/quoted_text.hpp"
#include "searching/ranking.hpp"
#include "searching/retrieval.hpp"
#include "searching/selection.hpp"
#include "searching/text_pattern.hpp"
#include "searching/text_search.hpp"
#include "source/walk.hpp"
#include "words/definitions.hpp"

namespace quire {
namespace {

using searching::Candidate;
using searching::FreshnessCheck;
using searching::PathScope;
using searching::Question;
using searching::QuotedText;
using searching::Scope;
using searching::TextPattern;

constexpr std::array<std::string_view, kSignals> kSignalNames{
    "words", "vectors", "definition", "path", "file", "role", "repetition", "quoted"};

/// What the request asks of chunks besides their kind.
Filter filter_of(const SearchRequest& request, const PathScope& paths) {
  return request.where && paths.filter() && searching::selected("language", request.languages);
}

SearchHit hit_of(Neighbor neighbor) {
  SearchHit hit;
  hit.key = neighbor.key;
  hit.score = 1.0 - static_cast<double>(neighbor.distance);
  hit.meta = std::move(neighbor.meta);
  return hit;
}

const std::string& path_of(const searching::NamedChunk& named) {
  return named.file_path;
}

template <class Item>
const std::string& path_of(const Item& item) {
  return item.meta.file_path;
}

/// The page of `items`, which come best first, that is asked for: of each file one, if so wanted.
/// How many go on behind it.
template <class Item>
std::size_t keep_page(const SearchRequest& request, std::vector<Item>& items) {
  if (request.one_per_file) {
    std::set<std::string> seen;
    std::erase_if(items, [&](const Item& item) { return !seen.insert(path_of(item)).second; });
  }
  const std::size_t skipped = std::min(items.size(), request.skip);
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(skipped));
  const std::size_t behind = items.size() - std::min(items.size(), request.limit);
  items.resize(items.size() - behind);
  return behind;
}

/// Of how many hits `candidates` are.
std::size_t choice_among(const std::vector<Candidate>& candidates, const SearchRequest& request) {
  if (!request.one_per_file) {
    return candidates.size();
  }
  std::set<std::string_view> files;
  for (const Candidate& candidate : candidates) {
    files.insert(candidate.meta.file_path);
  }
  return files.size();
}

/// Fills the answer with the `request.limit` best of what `nearest(limit)` finds and `paths`
/// accept, and says how. The store's filter may let through paths that the glob refuses, so it is
/// asked for more until there are enough or no more.
template <class Nearest>
Status collect(const SearchRequest& request,
               const PathScope& paths,
               Nearest nearest,
               SearchAnswer& answer) {
  const std::size_t limit = request.skip + request.limit;
  constexpr std::size_t kGrowth = 4;
  for (std::size_t asked = limit;; asked *= kGrowth) {
    QUIRE_TRY_ASSIGN(ExplainedSearch found, nearest(asked));
    const bool exhausted = found.hits.size() < asked || asked > SIZE_MAX / kGrowth;
    answer.plan = std::move(found.plan);
    answer.profiles.push_back(found.profile);
    answer.hits.clear();
    for (Neighbor& neighbor : found.hits) {
      if (paths.matches(neighbor.meta.file_path)) {
        answer.hits.push_back(hit_of(std::move(neighbor)));
      }
    }
    const bool enough = answer.hits.size() >= limit;
    answer.further = keep_page(request, answer.hits);
    if ((enough && answer.hits.size() == request.limit) || exhausted) {
      return {};
    }
  }
}

Result<ChunkKey> chunk_at(const StoreSnapshot& store, const std::string& path, std::int64_t line) {
  const std::string shown = source::displayable_path(path);
  const std::vector<std::string> select = {"start_line", "end_line"};
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks,
                   store.query(field("file_path") == shown, select));
  if (chunks.empty()) {
    return fail(
        ErrorCode::not_found,
        shown + " is not in the index; `quire files` lists what is, `quire index` updates it");
  }
  const StoredChunk* smallest = nullptr;
  const auto length = [](const StoredChunk& chunk) {
    return chunk.meta.end_line - chunk.meta.start_line;
  };
  for (const StoredChunk& chunk : chunks) {
    const bool covers = chunk.meta.start_line <= line && line <= chunk.meta.end_line;
    if (covers && (smallest == nullptr || length(chunk) < length(*smallest))) {
      smallest = &chunk;
    }
  }
  if (smallest == nullptr) {
    const auto last = std::ranges::max_element(
        chunks, {}, [](const StoredChunk& chunk) { return chunk.meta.end_line; });
    return fail(ErrorCode::not_found, "nothing is indexed at " + shown + ":" +
                                          std::to_string(line) +
                                          ": the line is blank, or beyond the last indexed one (" +
                                          std::to_string(last->meta.end_line) + ")");
  }
  return smallest->key;
}

/// As many candidates of each kind are ranked at least: a file's other chunks count too.
constexpr std::size_t kLeastCandidates = 100;
constexpr std::size_t kCandidatesPerHit = 6;

/// Pages of an exact answer join up as far as this; those behind it are ranked among all.
constexpr std::size_t kJoinedCandidates = 10'000;

/// How many candidates are asked for first.
std::size_t first_asked(const SearchRequest& request, const Scope& scope) {
  if (!scope.among) {
    return std::max(kLeastCandidates, request.limit * kCandidatesPerHit);
  }
  const bool far =
      request.skip >= kJoinedCandidates || request.limit > kJoinedCandidates - request.skip;
  return far ? scope.among->size() : std::min(scope.among->size(), kJoinedCandidates);
}

/// All that were ranked, best first. How many those are does not depend on the page, so that pages
/// join; where the paths refuse too many of them, more are looked at.
Result<std::vector<Candidate>> best_candidates(const corpus::View& view,
                                               const Embedder* embedder,
                                               SearchRequest::By by,
                                               const Question& question,
                                               const SearchRequest& request,
                                               const Scope& scope,
                                               const QuotedText& quoted) {
  constexpr std::size_t kGrowth = 4;
  for (std::size_t asked = first_asked(request, scope);; asked *= kGrowth) {
    QUIRE_TRY_ASSIGN(searching::Retrieved found,
                     searching::retrieve(view, embedder, question, by, asked, scope));
    if (choice_among(found.candidates, request) >= request.limit || found.exhausted) {
      QUIRE_TRY(quoted.count(view, found.candidates));
      searching::rank(question, request.without, found.candidates);
      return std::move(found.candidates);
    }
  }
}

/// What is looked for as it is.
Result<std::vector<TextPattern>> patterns_of(const SearchRequest& request,
                                             const Question& question) {
  std::vector<TextPattern> patterns;
  const TextPattern::Options how{request.ignore_case, request.whole_words};
  if (request.form == SearchRequest::Form::regex) {
    QUIRE_TRY_ASSIGN(TextPattern pattern, TextPattern::regex(request.text, how));
    patterns.push_back(std::move(pattern));
  } else if (request.form == SearchRequest::Form::fixed) {
    QUIRE_TRY_ASSIGN(TextPattern pattern, TextPattern::fixed(request.text, how));
    patterns.push_back(std::move(pattern));
  }
  for (const std::string& phrase : question.phrases) {
    patterns.push_back(TextPattern::literal(phrase));
  }
  return patterns;
}

/// Why an exact question finds nothing, if it does: the phrases that no chunk holds, or all of
/// them.
Result<std::vector<std::string>> unfound_of(const corpus::View& view,
                                            const Question& question,
                                            const Scope& scope) {
  if (!scope.among->empty() || question.phrases.size() < 2) {
    return scope.among->empty() ? question.phrases : std::vector<std::string>();
  }
  QUIRE_TRY_ASSIGN(const QuotedText each,
                   QuotedText::find(view, question.phrases, scope.filter, scope.paths));
  return each.unfound().empty() ? question.phrases : each.unfound();
}

MatchTotal total_of(const searching::TextFinds& found) {
  MatchTotal total{.lines = 0, .chunks = found.keys.size(), .files = found.files.size()};
  for (const FileMatches& file : found.files) {
    total.lines += file.lines;
  }
  return total;
}

/// Those that add something.
std::vector<ScorePart> parts_of(const Candidate& candidate) {
  std::vector<ScorePart> parts;
  for (std::size_t i = 0; i < kSignals; ++i) {
    if (candidate.parts[i] != 0) {
      parts.push_back({static_cast<Signal>(i), candidate.parts[i]});
    }
  }
  return parts;
}

/// The candidates' chunks, whole.
void fill(SearchHit& hit, const Candidate& candidate) {
  hit.score = candidate.score();
  hit.parts = parts_of(candidate);
}

void fill(SearchHit& hit, const searching::NamedChunk& named) {
  hit.score = named.score;
  hit.fuzzy = named.fuzzy;
  hit.definition = named.definition;
}

template <class Item>
Result<std::vector<SearchHit>> fetch(const StoreSnapshot& chunks, const std::vector<Item>& best) {
  std::vector<ChunkKey> keys;
  std::ranges::transform(best, std::back_inserter(keys), &Item::key);
  QUIRE_TRY_ASSIGN(std::vector<StoredChunk> found, chunks.get(keys));
  std::vector<SearchHit> hits;
  hits.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    SearchHit& hit = hits.emplace_back();
    hit.key = keys[i];
    fill(hit, best[i]);
    hit.meta = std::move(found[i].meta);
  }
  return hits;
}

/// Says of each hit that goes by another kind which of its definitions is wanted.
void name_by_kind(const std::vector<std::string>& kinds, std::vector<SearchHit>& hits) {
  for (SearchHit& hit : hits) {
    if (!searching::is_selected(hit.meta.symbol_kind.value_or(""), kinds)) {
      const std::vector<Definition> all = words::definitions_of(hit.meta);
      const auto wanted = std::ranges::find_if(all, [&](const Definition& definition) {
        return searching::is_selected(definition.kind, kinds);
      });
      hit.definition = wanted == all.end() ? std::nullopt : std::optional(*wanted);
    }
  }
}

/// Asks for the vectors once more, to say how they are found.
Status explain_vectors(const corpus::View& view,
                       const Embedder& embedder,
                       const Question& question,
                       const Filter& filter,
                       SearchAnswer& answer) {
  std::vector<float> vector(embedder.identity().dimensions);
  QUIRE_TRY(embedder.embed_query(question.text, vector));
  QUIRE_TRY_ASSIGN(
      ExplainedSearch found,
      view.chunks.explain(vector, kLeastCandidates, filter,
                          searching::effort(view.chunks.chunk_count(), kLeastCandidates)));
  answer.plan = std::move(found.plan);
  answer.profiles.push_back(found.profile);
  return {};
}

/// The vectors of two embedders can't be compared. The index's may change while it is open.
Status check_embedder(const VectorStore& store, const Embedder& embedder) {
  const EmbedderIdentity asked = embedder.identity();
  const std::uint32_t dimensions = store.info().format.dimensions;
  const std::optional<EmbedderIdentity> made_by = embedder_of(store);
  const bool same_shape = store.chunk_count() == 0 || dimensions == asked.dimensions;
  if (made_by ? *made_by != asked : !same_shape) {
    const std::string found =
        made_by ? made_by->to_string() : "vectors of " + std::to_string(dimensions) + " dimensions";
    return fail(ErrorCode::incompatible, "the index was made by another embedder: found " + found +
                                             ", asked with " + asked.to_string() +
                                             "; `quire index --model` changes the index's");
  }
  return {};
}

/// `lsn`: the commit that the hits are of.
void check_freshness(const VectorStore& store,
                     std::uint64_t lsn,
                     const std::filesystem::path& root,
                     const SearchRequest& request,
                     std::vector<SearchHit>& hits) {
  FreshnessCheck check(store, lsn, root);
  for (SearchHit& hit : hits) {
    check.examine(hit);
    check.surround(hit, request.context);
  }
}

void mark(const Question& question,
          std::span<const TextPattern> patterns,
          std::vector<SearchHit>& hits) {
  for (SearchHit& hit : hits) {
    hit.matches = searching::matches_of(question, patterns, hit.meta.content);
  }
}

/// Nothing that could be found: neither words nor what stands in quotation marks.
bool is_wordless(const Question& question, std::span<const TextPattern> patterns) {
  return question.terms.empty() && patterns.empty();
}

}  // namespace

std::string_view to_string(Signal signal) {
  return kSignalNames[static_cast<std::size_t>(signal)];
}

std::optional<Signal> signal_of(std::string_view name) {
  const auto* const found = std::ranges::find(kSignalNames, name);
  return found == kSignalNames.end()
             ? std::nullopt
             : std::optional(static_cast<Signal>(found - kSignalNames.begin()));
}

std::string_view to_string(Freshness freshness) {
  switch (freshness) {
    case Freshness::current:
      return "current";
    case Freshness::moved:
      return "moved";
    case Freshness::stale:
      return "stale";
    case Freshness::gone:
      return "gone";
  }
  return "unknown";
}

Result<Searcher> Searcher::create(const Corpus& corpus,
                                  const Embedder& embedder,
                                  std::filesystem::path root) {
  QUIRE_TRY(check_embedder(corpus.store(), embedder));
  return Searcher(corpus, &embedder, std::move(root));
}

Result<SearchRequest::By> Searcher::indexes_for(const SearchRequest& request) const {
  if (embedder_ != nullptr) {
    return request.by;
  }
  if (request.by == SearchRequest::By::vectors) {
    return fail(ErrorCode::unavailable, "search by vectors: there is no embedder for the question");
  }
  return SearchRequest::By::words;
}

Result<std::shared_ptr<const corpus::View>> Searcher::view_for(const SearchRequest& request) const {
  const auto ready = request.may_lag ? corpus_->ready_view() : nullptr;
  return ready != nullptr ? ready : corpus_->view();
}

Result<std::vector<FileSummary>> Searcher::files(const SearchRequest& request) const {
  const PathScope paths(request.paths, request.tests);
  QUIRE_TRY_ASSIGN(std::vector<FileSummary> files, corpus_->store().list_files());
  std::erase_if(files, [&](const FileSummary& file) {
    return !paths.matches(file.file_path) ||
           !searching::is_selected(file.language, request.languages);
  });
  return files;
}

Result<SearchAnswer> Searcher::search(const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(corpus_->store());
  const PathScope paths(request.paths, request.tests);
  Filter filter = filter_of(request, paths);
  QUIRE_TRY(filter.validate(corpus_->store().fields()));
  QUIRE_TRY_ASSIGN(const SearchRequest::By by, indexes_for(request));
  const bool is_plain = request.form != SearchRequest::Form::question;
  const Question question =
      is_plain ? searching::understand_plain(request.text) : searching::understand(request.text);
  QUIRE_TRY_ASSIGN(const auto view, view_for(request));
  QUIRE_TRY_ASSIGN(const Filter kinds, searching::selected_kinds(*view, request.kinds));
  filter = filter && kinds;
  if (by != SearchRequest::By::words) {
    QUIRE_TRY(check_embedder(corpus_->store(), *embedder_));
  }
  QUIRE_TRY_ASSIGN(const std::vector<TextPattern> patterns, patterns_of(request, question));
  if (is_wordless(question, patterns)) {
    answer.wordless = true;
    return answer;
  }
  Scope scope{filter, paths, {}, {}};
  QuotedText quoted;
  if (is_plain || question.is_exact) {
    QUIRE_TRY_ASSIGN(searching::TextFinds found,
                     searching::chunks_with(*view, patterns, filter, paths));
    answer.total = total_of(found);
    scope.among = std::move(found.keys);
    QUIRE_TRY_ASSIGN(answer.unfound, unfound_of(*view, question, scope));
    if (request.count) {
      answer.by_file = std::move(found.files);
      return answer;
    }
  } else if (request.count || request.limit == SearchRequest::kAll) {
    return fail(ErrorCode::invalid_argument,
                "only what is exact can be counted or given whole: a regular expression (--regex), "
                "text as it is (--fixed), or nothing but text in quotation marks");
  } else if (!question.phrases.empty()) {
    QUIRE_TRY_ASSIGN(quoted, QuotedText::find(*view, question.phrases, filter, paths));
    scope.also = quoted.holders();
    answer.unfound = quoted.unfound();
  }
  QUIRE_TRY_ASSIGN(std::vector<Candidate> best,
                   best_candidates(*view, embedder_, by, question, request, scope, quoted));
  answer.further = keep_page(request, best);
  QUIRE_TRY_ASSIGN(answer.hits, fetch(view->chunks, best));
  name_by_kind(request.kinds, answer.hits);
  mark(is_plain ? Question{} : question, patterns, answer.hits);
  if (request.explain && by != SearchRequest::By::words) {
    QUIRE_TRY(explain_vectors(*view, *embedder_, question, filter, answer));
  }
  check_freshness(corpus_->store(), view->chunks.lsn(), root_, request, answer.hits);
  return answer;
}

Result<SearchAnswer> Searcher::similar(const std::string& path,
                                       std::int64_t line,
                                       const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(corpus_->store());
  const PathScope paths(request.paths, request.tests);
  const Filter asked = filter_of(request, paths);
  QUIRE_TRY(asked.validate(corpus_->store().fields()));
  QUIRE_TRY_ASSIGN(const auto view, view_for(request));
  QUIRE_TRY_ASSIGN(const Filter kinds, searching::selected_kinds(*view, request.kinds));
  const Filter filter = asked && kinds;
  const StoreSnapshot& chunks = view->chunks;
  QUIRE_TRY_ASSIGN(const ChunkKey key, chunk_at(chunks, path, line));
  const auto nearest = [&](std::size_t limit) {
    return chunks.explain(key, limit, filter, searching::effort(chunks.chunk_count(), limit));
  };
  QUIRE_TRY(collect(request, paths, nearest, answer));
  check_freshness(corpus_->store(), chunks.lsn(), root_, request, answer.hits);
  return answer;
}

Result<SearchAnswer> Searcher::symbol(const std::string& pattern,
                                      const SearchRequest& request) const {
  SearchAnswer answer;
  answer.swept_at = last_sweep(corpus_->store());
  const PathScope paths(request.paths, request.tests);
  const Filter filter = filter_of(request, paths);
  QUIRE_TRY(filter.validate(corpus_->store().fields()));
  QUIRE_TRY_ASSIGN(const auto view, view_for(request));
  QUIRE_TRY_ASSIGN(std::vector<searching::NamedChunk> named,
                   searching::find_named(
                       *view, pattern, {.paths = paths, .filter = filter, .kinds = request.kinds}));
  answer.further = keep_page(request, named);
  QUIRE_TRY_ASSIGN(answer.hits, fetch(view->chunks, named));
  for (SearchHit& hit : answer.hits) {
    hit.matches = searching::matches_of_name(pattern, hit.meta.content);
  }
  check_freshness(corpus_->store(), view->chunks.lsn(), root_, request, answer.hits);
  return answer;
}

}  // namespace quire
