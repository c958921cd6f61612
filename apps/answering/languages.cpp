#include "answering/languages.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <quire/languages.hpp>

namespace quire::answering {
namespace {

/// A value of which nothing is indexed, and what there is: "none" if there is nothing.
struct Unknown {
  std::string value;
  std::string others;
};

constexpr std::size_t kMostFolders = 20;

std::string_view bare(std::string_view value) {
  return value.substr(value.starts_with('!') ? 1 : 0);
}

/// Each of `values` as `name` says, its `!` kept.
template <class Name>
std::vector<std::string> named(const std::vector<std::string>& values, const Name& name) {
  std::vector<std::string> out;
  std::ranges::transform(values, std::back_inserter(out), [&](const std::string& value) {
    return (value.starts_with('!') ? "!" : "") + name(bare(value));
  });
  return out;
}

std::string kind_named(std::string_view value) {
  static const std::map<std::string, std::string, std::less<>> others = {
      {"func", "function"},      {"fn", "function"},    {"def", "function"},  {"fun", "function"},
      {"functions", "function"}, {"methods", "method"}, {"classes", "class"}, {"cls", "class"},
      {"iface", "interface"},    {"structs", "struct"}, {"types", "type"},    {"const", "constant"},
      {"var", "variable"},       {"mod", "module"},     {"ns", "namespace"}};
  std::string lower(value);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = others.find(lower);
  return found == others.end() ? lower : found->second;
}

std::string listed(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : ", ") + name;
  }
  return out.empty() ? "none" : out;
}

/// The first of `values` that is not among `known`.
std::optional<Unknown> unknown_among(const std::vector<std::string>& values,
                                     const std::set<std::string>& known) {
  const auto found = std::ranges::find_if(
      values, [&](const std::string& value) { return !known.contains(std::string(bare(value))); });
  return found == values.end() ? std::nullopt
                               : std::optional(Unknown{std::string(bare(*found)), listed(known)});
}

std::vector<FileSummary> files_of(const Corpus& corpus) {
  return corpus.store().list_files().value_or(std::vector<FileSummary>());
}

bool matches_any_file(const std::string& pattern, const Corpus& corpus) {
  SearchRequest request;
  request.paths = {pattern};
  const auto files = Searcher::without_embedder(corpus, {}).files(request);
  return !files || !files->empty();
}

/// "src/", or where there are no folders, files.
std::set<std::string> tops_of(const Corpus& corpus) {
  std::set<std::string> folders;
  std::set<std::string> files;
  for (const FileSummary& file : files_of(corpus)) {
    const std::size_t slash = file.file_path.find('/');
    std::set<std::string>& names = slash == std::string::npos ? files : folders;
    if (names.size() < kMostFolders) {
      names.insert(file.file_path.substr(0, slash == std::string::npos ? slash : slash + 1));
    }
  }
  return folders.empty() ? files : folders;
}

std::optional<Unknown> unknown_language(const std::vector<std::string>& languages,
                                        const Corpus& corpus) {
  if (languages.empty()) {
    return std::nullopt;
  }
  std::set<std::string> known;
  for (const FileSummary& file : files_of(corpus)) {
    known.insert(file.language);
  }
  return unknown_among(languages, known);
}

std::optional<Unknown> unknown_kind(const std::vector<std::string>& kinds, const Corpus& corpus) {
  if (kinds.empty()) {
    return std::nullopt;
  }
  std::set<std::string> known;
  const auto chunks = corpus.store().query(field("symbol_kind").is_not_null(), {"symbol_kind"});
  for (const StoredChunk& chunk : chunks.value_or(std::vector<StoredChunk>())) {
    known.insert(chunk.meta.symbol_kind.value_or(""));
  }
  return unknown_among(kinds, known);
}

std::optional<Unknown> unknown_path(const std::vector<std::string>& paths, const Corpus& corpus) {
  for (const std::string& path : paths) {
    const std::string pattern(bare(path));
    if (!matches_any_file(pattern, corpus)) {
      return Unknown{pattern, listed(tops_of(corpus))};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> named_languages(const std::vector<std::string>& values) {
  return named(values, language_named);
}

std::vector<std::string> named_kinds(const std::vector<std::string>& values) {
  return named(values, kind_named);
}

std::vector<std::string> unknown_values(const SearchRequest& request, const Corpus& corpus) {
  std::vector<std::string> out;
  const auto say = [&](const char* what, const std::optional<Unknown>& unknown, const char* there) {
    if (unknown) {
      out.push_back(what + (" '" + unknown->value) + "'; " + there + unknown->others);
    }
  };
  say("no indexed file is in", unknown_language(request.languages, corpus), "there are: ");
  say("no indexed symbol is of kind", unknown_kind(request.kinds, corpus), "there are: ");
  say("no indexed file matches", unknown_path(request.paths, corpus), "at the top there are: ");
  return out;
}

}  // namespace quire::answering
