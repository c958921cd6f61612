#pragma once

#include <optional>
#include <string>
#include <vector>

#include <quire/corpus.hpp>

/// What a filter's values are called here, and what there is where nothing is of them. A value may
/// begin with `!`: what is not to be.
namespace quire::answering {

/// Languages by the index's names: "!C++" is "!cpp".
std::vector<std::string> named_languages(const std::vector<std::string>& values);

/// Kinds of symbols likewise: "func" and "Function" are "function".
std::vector<std::string> named_kinds(const std::vector<std::string>& values);

/// What `corpus` has instead, as "go, python", if one of `languages` is in it nowhere; by that
/// one's name.
struct Unknown {
  std::string value;
  std::string others;  ///< "none" if there is nothing.
};
std::optional<Unknown> unknown_language(const std::vector<std::string>& languages,
                                        const Corpus& corpus);

/// The same of kinds of symbols.
std::optional<Unknown> unknown_kind(const std::vector<std::string>& kinds, const Corpus& corpus);

/// The same of patterns of paths: what no indexed file matches, and the top folders.
std::optional<Unknown> unknown_path(const std::vector<std::string>& paths, const Corpus& corpus);

}  // namespace quire::answering
