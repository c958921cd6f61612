#include "searching/text_search.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/try.hpp"
#include "lexical/terms.hpp"

namespace quire::searching {
namespace {

using Keys = std::vector<std::uint64_t>;

/// A part of a name that more terms than these hold narrows too little to be worth it.
constexpr std::size_t kMostTerms = 2000;
/// Texts are read so many at a time.
constexpr std::size_t kBatch = 1024;

/// A run of a required text's letters and digits. Those at its ends may go on in the chunk.
struct Piece {
  std::string text;
  bool whole = false;
};

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Runs of ASCII names; those beside other letters are left out.
std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = static_cast<std::size_t>(
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_name_byte) -
        text.begin());
    std::size_t end = begin;
    while (end < text.size() && is_name_byte(text[end])) {
      ++end;
    }
    const auto is_foreign = [&](std::size_t i) {
      return i < text.size() && (static_cast<unsigned char>(text[i]) & 0x80U) != 0;
    };
    std::string name(text.substr(begin, end - begin));
    std::erase(name, '_');
    if (!name.empty() && name.size() <= lexical::kLongestTerm && !is_foreign(end) &&
        (begin == 0 || !is_foreign(begin - 1))) {
      out.push_back({lexical::fold_case(name), begin > 0 && end < text.size()});
    }
    at = std::max(end, begin + 1);
  }
  return out;
}

/// Of a chunk that has a name with the piece in it, one at least; nothing if they are too many.
Result<std::optional<std::vector<std::string>>> terms_of(const corpus::View& view,
                                                         const Piece& piece) {
  if (piece.whole) {
    return std::vector<std::string>{piece.text};
  }
  QUIRE_TRY_ASSIGN(auto terms, view.words.terms_with(piece.text, kMostTerms));
  if (terms) {
    terms->emplace_back(lexical::kLongName);
  }
  return terms;
}

/// The chunks that have a name with the piece in it; nothing if it does not narrow them.
Result<std::optional<Keys>> holding(const corpus::View& view, const Piece& piece) {
  QUIRE_TRY_ASSIGN(const auto terms, terms_of(view, piece));
  if (!terms) {
    return std::nullopt;
  }
  lexical::WordQuestion question{.terms = {}, .limit = view.words.documents()};
  for (const std::string& term : *terms) {
    question.terms.push_back({term, 1});
  }
  QUIRE_TRY_ASSIGN(const std::vector<lexical::WordMatch> matches, view.words.search(question));
  Keys keys;
  std::ranges::transform(matches, std::back_inserter(keys), &lexical::WordMatch::key);
  std::ranges::sort(keys);
  return keys;
}

Keys intersection(const Keys& a, const Keys& b) {
  Keys out;
  std::ranges::set_intersection(a, b, std::back_inserter(out));
  return out;
}

Keys in_either(const Keys& a, const Keys& b) {
  Keys out;
  std::ranges::set_union(a, b, std::back_inserter(out));
  return out;
}

Result<Keys> that_may_hold(const corpus::View& view, Keys keys, const RequiredText& required);

Result<Keys> that_may_hold_text(const corpus::View& view, Keys keys, std::string_view text) {
  for (const Piece& piece : pieces_of(text)) {
    QUIRE_TRY_ASSIGN(const std::optional<Keys> held, holding(view, piece));
    keys = held ? intersection(keys, *held) : std::move(keys);
  }
  return keys;
}

/// Ends as soon as one part lets all pass.
Result<Keys> that_may_hold_any(const corpus::View& view,
                               const Keys& keys,
                               std::span<const RequiredText> parts) {
  Keys out;
  for (const RequiredText& part : parts) {
    QUIRE_TRY_ASSIGN(const Keys held, that_may_hold(view, keys, part));
    out = in_either(out, held);
    if (out.size() == keys.size()) {
      break;
    }
  }
  return out;
}

/// Of `keys`, those whose text may hold what is required, as far as the word index tells.
Result<Keys> that_may_hold(const corpus::View& view, Keys keys, const RequiredText& required) {
  switch (required.kind) {
    case RequiredText::Kind::anything:
      return keys;
    case RequiredText::Kind::text:
      return that_may_hold_text(view, std::move(keys), required.text);
    case RequiredText::Kind::any:
      return that_may_hold_any(view, keys, required.parts);
    case RequiredText::Kind::all:
      break;
  }
  for (const RequiredText& part : required.parts) {
    QUIRE_TRY_ASSIGN(keys, that_may_hold(view, std::move(keys), part));
  }
  return keys;
}

}  // namespace

Result<Keys> narrowed_by_words(const corpus::View& view, Keys keys, const TextPattern& pattern) {
  return that_may_hold(view, std::move(keys), pattern.required());
}

namespace {

/// Counts lines once, though chunks of one file may share one. A file's chunks come by their place
/// in it.
class LineCount {
 public:
  void add(const ChunkMeta& chunk, std::span<const TextPattern> patterns) {
    std::set<std::int64_t> lines;
    for (const TextPattern& pattern : patterns) {
      for (const std::size_t line : pattern.lines(chunk.content)) {
        lines.insert(chunk.start_line + static_cast<std::int64_t>(line));
      }
    }
    File& file = files_[chunk.file_path];
    const auto fresh = lines.upper_bound(file.last);
    file.lines += static_cast<std::uint64_t>(std::distance(fresh, lines.end()));
    file.last = lines.empty() ? file.last : std::max(file.last, *lines.rbegin());
  }

  std::vector<FileMatches> take() {
    std::vector<FileMatches> out;
    out.reserve(files_.size());
    for (const auto& [path, file] : files_) {
      out.push_back({path, file.lines});
    }
    return out;
  }

 private:
  struct File {
    std::uint64_t lines = 0;
    std::int64_t last = 0;
  };
  std::map<std::string, File> files_;
};

/// Calls visit(chunk) for those of `keys` whose path fits and whose text all of `patterns` match.
template <class Visit>
Status for_each_match(const corpus::View& view,
                      std::span<const std::uint64_t> keys,
                      std::span<const TextPattern> patterns,
                      const PathScope& paths,
                      const std::vector<std::string>& members,
                      const Visit& visit) {
  for (std::size_t at = 0; at < keys.size(); at += kBatch) {
    std::vector<ChunkKey> batch;
    for (const std::uint64_t key : keys.subspan(at, std::min(kBatch, keys.size() - at))) {
      batch.push_back({key});
    }
    QUIRE_TRY_ASSIGN(const std::vector<StoredChunk> chunks, view.chunks.get(batch, members));
    for (const StoredChunk& chunk : chunks) {
      const auto matches = [&](const TextPattern& pattern) {
        return pattern.matches(chunk.meta.content);
      };
      if (paths.matches(chunk.meta.file_path) && std::ranges::all_of(patterns, matches)) {
        visit(chunk);
      }
    }
  }
  return {};
}

}  // namespace

Result<Keys> those_that_match(const corpus::View& view,
                              std::span<const std::uint64_t> keys,
                              std::span<const TextPattern> patterns,
                              const PathScope& paths) {
  const std::vector<std::string> members = patterns.empty()
                                               ? std::vector<std::string>{"file_path"}
                                               : std::vector<std::string>{"file_path", "content"};
  Keys out;
  QUIRE_TRY(for_each_match(view, keys, patterns, paths, members,
                           [&](const StoredChunk& chunk) { out.push_back(chunk.key.value); }));
  return out;
}

Result<TextFinds> chunks_with(const corpus::View& view,
                              std::span<const TextPattern> patterns,
                              const Filter& filter,
                              const PathScope& paths) {
  Keys keys;
  QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> accepted, view.chunks.matching(filter));
  std::ranges::transform(accepted, std::back_inserter(keys), &ChunkKey::value);
  for (const TextPattern& pattern : patterns) {
    QUIRE_TRY_ASSIGN(keys, narrowed_by_words(view, std::move(keys), pattern));
  }
  TextFinds found;
  LineCount lines;
  QUIRE_TRY(for_each_match(view, keys, patterns, paths, {"file_path", "content", "start_line"},
                           [&](const StoredChunk& chunk) {
                             found.keys.push_back(chunk.key.value);
                             lines.add(chunk.meta, patterns);
                           }));
  found.files = lines.take();
  return found;
}

}  // namespace quire::searching
