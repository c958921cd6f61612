#include "embedding/http/model_prompts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/utf8.hpp"

namespace quire::embedding {
namespace {

struct Row {
  std::string_view part;  ///< Of the model's name in small letters, from the start of a word on.
  std::string_view query;
  std::string_view document;
};

constexpr std::string_view kSearchedCode = "Represent this query for searching relevant code: ";
constexpr std::string_view kSearchedPassages =
    "Represent this sentence for searching relevant passages: ";
constexpr std::string_view kInstructedSpace =
    "Instruct: Given a question about code, retrieve the code that answers it\nQuery: ";
constexpr std::string_view kInstructed =
    "Instruct: Given a question about code, retrieve the code that answers it\nQuery:";

/// From the models' own pages; docs/models.md has it for people. The first row that fits holds.
constexpr std::array kRows = {
    Row{"nomic-embed-text", "search_query: ", "search_document: "},
    Row{"nomic-embed-code", kSearchedCode, ""},
    Row{"coderankembed", kSearchedCode, ""},
    Row{"e5-mistral", kInstructedSpace, ""},
    Row{"e5-large-instruct", kInstructedSpace, ""},
    Row{"e5-", "query: ", "passage: "},
    Row{"bge-small-en", kSearchedPassages, ""},
    Row{"bge-base-en", kSearchedPassages, ""},
    Row{"bge-large-en", kSearchedPassages, ""},
    Row{"mxbai-embed-large", kSearchedPassages, ""},
    Row{"arctic-embed2", "query: ", ""},
    Row{"arctic-embed-m-v2", "query: ", ""},
    Row{"arctic-embed-l-v2", "query: ", ""},
    Row{"arctic-embed", kSearchedPassages, ""},
    Row{"qwen3-embedding", kInstructed, ""},
    Row{"embeddinggemma", "task: code retrieval | query: ", "title: none | text: "},
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool holds(std::string_view name, std::string_view part) {
  std::size_t at = name.find(part);
  while (at != std::string_view::npos && at > 0 && is_word(name[at - 1])) {
    at = name.find(part, at + 1);
  }
  return at != std::string_view::npos;
}

}  // namespace

ModelPrompts prompts_of(std::string_view model) {
  const std::string name = base::ascii_lower(model);
  const auto row = std::ranges::find_if(kRows, [&](const Row& r) { return holds(name, r.part); });
  if (row == kRows.end()) {
    return {};
  }
  return {std::string(row->query), std::string(row->document)};
}

}  // namespace quire::embedding
