#include "searching/quoted_text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/try.hpp"
#include "searching/text_search.hpp"

namespace quire::searching {
namespace {

using Keys = std::vector<std::uint64_t>;

/// So many chunks' texts are read at most for all phrases of a question: some 30 MB.
constexpr std::size_t kMostRead = 20'000;

bool looks_like_path(std::string_view text) {
  return text.find_first_of("/.") != std::string_view::npos &&
         text.find_first_of(" \t") == std::string_view::npos;
}

/// "/home/ada/project/src/a.c" is of src/a.c as well.
bool is_in_path(std::string_view phrase, std::string_view path) {
  const bool has_it_behind = phrase.size() > path.size() && phrase.ends_with(path) &&
                             phrase[phrase.size() - path.size() - 1] == '/';
  return looks_like_path(phrase) && (path.contains(phrase) || has_it_behind);
}

/// Accepts the paths that is_in_path() does.
Filter path_filter(std::string_view phrase) {
  std::string pattern = "%";
  std::vector<Filter::Value> tails;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    const char c = phrase[i];
    pattern += c == '%' || c == '_' || c == '\\' ? "\\" : "";
    pattern += c;
    if (c == '/' && i + 1 < phrase.size()) {
      tails.emplace_back(std::string(phrase.substr(i + 1)));
    }
  }
  const Filter within = field("file_path").like(pattern + "%", '\\');
  return tails.empty() ? within : within || field("file_path").in(std::move(tails));
}

Result<Keys> keys_of(const corpus::View& view, const Filter& filter) {
  Keys keys;
  QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> accepted, view.chunks.matching(filter));
  std::ranges::transform(accepted, std::back_inserter(keys), &ChunkKey::value);
  return keys;
}

/// Looks for a question's phrases, those first that the fewest chunks may hold.
class Finder {
 public:
  Finder(const corpus::View& view, const Filter& filter, const PathScope& paths)
      : view_(view), filter_(filter), paths_(paths) {}

  /// Who holds each phrase, rising; nothing where too many would have to be read.
  Result<std::vector<std::optional<Keys>>> find(std::span<const std::string> phrases) {
    std::vector<std::pair<std::size_t, Keys>> narrowed;
    QUIRE_TRY_ASSIGN(const Keys accepted, keys_of(view_, filter_));
    for (std::size_t i = 0; i < phrases.size(); ++i) {
      QUIRE_TRY_ASSIGN(Keys keys,
                       narrowed_by_words(view_, accepted, TextPattern::literal(phrases[i])));
      narrowed.emplace_back(i, std::move(keys));
    }
    std::ranges::stable_sort(narrowed, {}, [](const auto& each) { return each.second.size(); });
    std::vector<std::optional<Keys>> out(phrases.size());
    for (const auto& [i, keys] : narrowed) {
      QUIRE_TRY_ASSIGN(out[i], holders(phrases[i], keys));
    }
    return out;
  }

 private:
  Result<std::optional<Keys>> holders(const std::string& phrase, const Keys& in_text) {
    Keys in_path;
    if (looks_like_path(phrase)) {
      QUIRE_TRY_ASSIGN(in_path, keys_of(view_, filter_ && path_filter(phrase)));
    }
    if (in_text.size() + in_path.size() > left_to_read_) {
      return std::nullopt;
    }
    left_to_read_ -= in_text.size() + in_path.size();
    const TextPattern pattern = TextPattern::literal(phrase);
    QUIRE_TRY_ASSIGN(const Keys by_text,
                     those_that_match(view_, in_text, std::span(&pattern, 1), paths_));
    QUIRE_TRY_ASSIGN(const Keys by_path, those_that_match(view_, in_path, {}, paths_));
    Keys out;
    std::ranges::set_union(by_text, by_path, std::back_inserter(out));
    return out;
  }

  const corpus::View& view_;
  const Filter& filter_;
  const PathScope& paths_;
  std::size_t left_to_read_ = kMostRead;
};

/// The keys, rising, that stand in the most of `lists`.
Keys most_frequent(std::span<const std::optional<Keys>> lists) {
  std::map<std::uint64_t, std::size_t> counts;
  std::size_t most = 0;
  for (const std::optional<Keys>& list : lists) {
    for (const std::uint64_t key : list.value_or(Keys())) {
      most = std::max(most, ++counts[key]);
    }
  }
  Keys out;
  for (const auto& [key, count] : counts) {
    if (count == most) {
      out.push_back(key);
    }
  }
  return out;
}

}  // namespace

Result<QuotedText> QuotedText::find(const corpus::View& view,
                                    std::span<const std::string> phrases,
                                    const Filter& filter,
                                    const PathScope& paths) {
  QuotedText out;
  QUIRE_TRY_ASSIGN(const std::vector<std::optional<Keys>> held,
                   Finder(view, filter, paths).find(phrases));
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (held[i] && held[i]->empty()) {
      out.unfound_.push_back(phrases[i]);
    } else {
      out.phrases_.push_back({phrases[i], TextPattern::literal(phrases[i])});
    }
  }
  out.holders_ = most_frequent(held);
  return out;
}

Status QuotedText::count(const corpus::View& view, std::vector<Candidate>& candidates) const {
  if (phrases_.empty()) {
    return {};
  }
  static const std::vector<std::string> content = {"content"};
  std::vector<ChunkKey> keys;
  std::ranges::transform(candidates, std::back_inserter(keys), &Candidate::key);
  QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, view.chunks.get(keys, content));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    candidates[i].quoted =
        static_cast<std::size_t>(std::ranges::count_if(phrases_, [&](const Phrase& phrase) {
          return phrase.pattern.matches(chunks[i].meta.content) ||
                 is_in_path(phrase.text, candidates[i].meta.file_path);
        }));
  }
  return {};
}

}  // namespace quire::searching
