#include "answering/languages.hpp"

#include <set>

namespace quire::answering {

std::optional<std::string> languages_instead_of(const std::string& language,
                                                const std::vector<FileSummary>& files) {
  std::set<std::string> known;
  for (const FileSummary& file : files) {
    known.insert(file.language);
  }
  if (known.contains(language)) {
    return std::nullopt;
  }
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace quire::answering
