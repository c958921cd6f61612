#include "corpus/labels.hpp"

#include <set>

#include "lexical/terms.hpp"
#include "words/definitions.hpp"
#include "words/name_parts.hpp"

namespace quire::corpus {

std::string kind_label(std::string_view kind) {
  return "kind " + std::string(kind);
}

std::string name_label(std::string_view name) {
  const std::vector<std::string> parts = words::name_parts(name);
  return "name " + lexical::fold_case(parts.empty() ? name : parts.back());
}

std::vector<std::string> labels_of(const ChunkMeta& meta) {
  std::set<std::string> labels;
  for (const Definition& definition : words::definitions_of(meta)) {
    labels.insert(kind_label(definition.kind));
    labels.insert(name_label(definition.name));
  }
  return {labels.begin(), labels.end()};
}

}  // namespace quire::corpus
