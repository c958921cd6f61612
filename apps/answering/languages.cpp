#include "answering/languages.hpp"

#include <set>
#include <vector>

namespace quire::answering {
namespace {

/// All of `known`, unless `wanted` is one of them.
std::optional<std::string> names_without(const std::set<std::string>& known,
                                         const std::string& wanted) {
  if (known.contains(wanted)) {
    return std::nullopt;
  }
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return names.empty() ? "none" : names;
}

}  // namespace

std::optional<std::string> languages_instead_of(const std::string& language,
                                                const VectorStore& store) {
  if (language.empty()) {
    return std::nullopt;
  }
  std::set<std::string> known;
  for (const FileSummary& file : store.list_files().value_or(std::vector<FileSummary>())) {
    known.insert(file.language);
  }
  return names_without(known, language);
}

std::optional<std::string> kinds_instead_of(const std::string& kind, const VectorStore& store) {
  if (kind.empty()) {
    return std::nullopt;
  }
  std::set<std::string> known;
  const auto chunks = store.query(field("symbol_kind").is_not_null(), {"symbol_kind"});
  for (const StoredChunk& chunk : chunks.value_or(std::vector<StoredChunk>())) {
    known.insert(chunk.meta.symbol_kind.value_or(""));
  }
  return names_without(known, kind);
}

}  // namespace quire::answering
