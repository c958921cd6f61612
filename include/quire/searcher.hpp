#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <quire/corpus.hpp>
#include <quire/definition.hpp>
#include <quire/embedder.hpp>
#include <quire/result.hpp>
#include <quire/vector_store.hpp>

namespace quire {

/// What adds to a hit's score, or takes from it; docs/ranking.md says how much and why.
enum class Signal : std::uint8_t {
  words,       ///< The question's words in the chunk (BM25F).
  vectors,     ///< The nearness of the question's vector.
  definition,  ///< The chunk defines a name that the question has.
  path,        ///< The file's name and folder say what the question says.
  file,        ///< Other chunks of the file answer as well.
  role,        ///< A test, an example, somebody else's or a generated file: less than a source.
  repetition,  ///< The file was shown above: less for each further chunk.
  quoted,      ///< It holds text that stands in quotation marks within the question.
};

inline constexpr std::size_t kSignals = 8;

std::string_view to_string(Signal signal);
/// The reverse, or nothing.
std::optional<Signal> signal_of(std::string_view name);

/// One addend of a score.
struct ScorePart {
  Signal signal = Signal::words;
  double value = 0;
};

struct SearchRequest {
  enum class By : std::uint8_t { both, words, vectors };

  /// How `text` is read.
  enum class Form : std::uint8_t {
    question,  ///< In plain language, or a name, or a path.
    regex,     ///< A regular expression in RE2's syntax that a line must match.
    fixed,     ///< Text that a line must hold as it is.
  };

  /// Of a question: text in "quotation marks" is looked for as it is (in any case, if it has no
  /// capital): where the question, of one line, is nothing else, every hit holds all of it, and
  /// every chunk that does can be a hit; within a longer question, the chunks that hold the most of
  /// it, in their text or their path, come before the others. It ends with its line; a `"` behind a
  /// backslash belongs to it.
  std::string text;
  Form form = Form::question;
  bool ignore_case = false;  ///< Of regex and fixed.
  bool whole_words = false;  ///< ... what matches has no letter, digit or `_` beside it.
  /// As a limit: all. Of exact questions and symbol() alone.
  static constexpr std::size_t kAll = SIZE_MAX;
  std::size_t limit = 10;
  std::size_t skip = 0;  ///< So many of the best are left out: pages of one limit join up.

  /// Each: one of those that are named, unless none is; and none of those that are named with a `!`
  /// in front.
  std::vector<std::string> languages;
  /// `*` within a folder, `**` across, `?` one character, `{a,b}` either. A pattern without `/`
  /// matches file names; a folder's name, what is in it. `\\` takes a meaning away.
  std::vector<std::string> paths;
  std::vector<std::string> kinds;  ///< Of any definition in a chunk; with `!`: of what it goes by.
  bool tests = true;               ///< Files that are tests by their path may answer.
  Filter where;
  By by = By::both;             ///< Of search().
  std::vector<Signal> without;  ///< Signals that do not count.
  bool count = false;           ///< Of an exact search(): fills by_file, gives no hits.
  bool one_per_file = false;    ///< Of each file its best hit alone; `limit` then counts files.
  std::size_t context = 0;      ///< So many lines around each chunk: SearchHit::before and after.
  bool explain = false;         ///< Fills SearchAnswer::plan and profiles.
  /// Answer from the last Corpus::view() that was made, if there is one, rather than make one for
  /// the commits since then.
  bool may_lag = false;
};

/// Whether a hit's lines are what the file says now.
enum class Freshness : std::uint8_t {
  current,  ///< Yes: the file is as it was indexed, or changed elsewhere.
  moved,    ///< The file changed; the same text stands at other lines now: those given.
  stale,    ///< The file changed and the text is no longer in it: shown as it was indexed.
  gone,     ///< The file is no longer there.
};

std::string_view to_string(Freshness freshness);

/// A place in a hit's text that the question asks for, never in the middle of a character.
struct TextMatch {
  std::size_t begin = 0;  ///< Bytes of ChunkMeta::content.
  std::size_t end = 0;
  std::size_t term = 0;  ///< Equal for all that match the same word, name or pattern.

  bool operator==(const TextMatch&) const = default;
};

struct SearchHit {
  ChunkKey key;
  double score = 0;  ///< Higher is better. Of search(): the sum of parts. Of similar(): the cosine.
  std::vector<ScorePart> parts;  ///< Of search().
  ChunkMeta meta;
  /// Rising, not overlapping. Of search(): words by their stems, quoted text and regular
  /// expressions by what they match. Of symbol(): the pattern's parts. Of similar(): none.
  std::vector<TextMatch> matches;
  /// The file's lines before and after the chunk as they are now, without line feeds, if
  /// SearchRequest::context; none where the hit is stale or gone.
  std::vector<std::string> before;
  std::vector<std::string> after;
  Freshness freshness = Freshness::current;
  /// Of symbol(): what has the name; its extent may go beyond the chunk, which holds its first
  /// line. Of search(): what is of one of SearchRequest::kinds, where the chunk goes by another
  /// kind. None where the chunk's own name and kind say it.
  std::optional<Definition> definition;
  bool fuzzy = false;  ///< Of symbol(): the name only resembles the pattern.
};

/// The lines of a file that match.
struct FileMatches {
  std::string file_path;
  std::uint64_t lines = 0;

  bool operator==(const FileMatches&) const = default;
};

/// All that there is to find, on whatever page.
struct MatchTotal {
  std::uint64_t lines = 0;  ///< That match: of fixed and quoted text, that hold one of it.
  std::uint64_t chunks = 0;
  std::uint64_t files = 0;

  bool operator==(const MatchTotal&) const = default;
};

struct SearchAnswer {
  /// Best first; ties by key, those of symbol() as it says.
  std::vector<SearchHit> hits;
  /// So many are ranked behind them. Of search(), not all that could answer: what was looked at.
  std::size_t further = 0;
  /// Of an exact search(), by regular expression, fixed text or quoted text alone.
  std::optional<MatchTotal> total;
  std::vector<FileMatches> by_file;  ///< By path, if SearchRequest::count.
  /// Quoted texts of the question that nothing holds; where the question is nothing else, and each
  /// is held but never all by one chunk, all of them.
  std::vector<std::string> unfound;
  bool wordless = false;  ///< The question has neither a word nor quoted text: nothing was asked.
  SearchPlan plan;        ///< Of the vectors, if SearchRequest::explain.
  /// What the store did for them, each time it was asked: more than once where its answers were of
  /// paths that the glob refuses.
  std::vector<SearchProfile> profiles;
  std::int64_t swept_at = 0;  ///< When the tree was last seen whole, Unix seconds.
};

/// Answers questions about one indexed tree. Holds references; the corpus and the embedder must
/// outlive it. Const members may run at the same time.
class Searcher {
 public:
  /// Errors: `incompatible` if another embedder made the store; says which, and what to do.
  static Result<Searcher> create(const Corpus& corpus,
                                 const Embedder& embedder,
                                 std::filesystem::path root);

  /// Without an embedder: search() goes by words alone, and is `unavailable` where vectors alone
  /// are asked for. The others need none.
  static Searcher without_embedder(const Corpus& corpus, std::filesystem::path root) {
    return {corpus, nullptr, std::move(root)};
  }

  /// The chunks that answer best, by their words and their vectors, ranked as docs/ranking.md says;
  /// ties by key. The same corpus gives the same answer. Errors: `incompatible` if the corpus was
  /// given another embedder's vectors meanwhile.
  Result<SearchAnswer> search(const SearchRequest& request) const;

  /// Chunks like the one that covers `line` (1-based) of `path` (relative to the root). Errors:
  /// `not_found`.
  Result<SearchAnswer> similar(const std::string& path,
                               std::int64_t line,
                               const SearchRequest& request) const;

  /// Definitions by name: each once, by the chunk in which it begins. A qualified pattern may be
  /// written as any language or its traces do: "Server.Start", "Server::start", "Server#start",
  /// "(*Server).Start", "net/http.Server.Start()", "crate::Pool<T>::get"; package, module and path
  /// may stand before the name. Scores, best first: 3 the whole name or its last parts ("Start" and
  /// "Server.Start" for "net.Server.Start"); 2 the beginning of a part; 1 anything within; a
  /// quarter less where letters differ in case, an eighth less in a chunk that goes by another
  /// name. Ties: sources before tests and the other roles of files, then path and line. What only
  /// begins with the pattern, or has it in it, is found among the names that chunks go by. Where
  /// nothing has the pattern in it, those whose last part is a letter or two away from it, or of
  /// another package, are given instead, below 1 and marked as fuzzy.
  Result<SearchAnswer> symbol(const std::string& pattern, const SearchRequest& request) const;

  /// The indexed files, by path, that the request's languages, paths and tests let through.
  Result<std::vector<FileSummary>> files(const SearchRequest& request) const;

 private:
  Searcher(const Corpus& corpus, const Embedder* embedder, std::filesystem::path root)
      : corpus_(&corpus), embedder_(embedder), root_(std::move(root)) {}

  Result<std::shared_ptr<const corpus::View>> view_for(const SearchRequest& request) const;

  /// What search() looks in. Error: `unavailable`.
  Result<SearchRequest::By> indexes_for(const SearchRequest& request) const;

  const Corpus* corpus_;
  const Embedder* embedder_;  ///< Null: there is none.
  std::filesystem::path root_;
};

}  // namespace quire
