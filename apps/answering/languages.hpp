#pragma once

#include <string>
#include <vector>

#include <quire/corpus.hpp>
#include <quire/searcher.hpp>

/// What a filter's values are called here, and what there is where nothing is of them. A value may
/// begin with `!`: what is not to be.
namespace quire::answering {

/// Languages by the index's names: "!C++" is "!cpp".
std::vector<std::string> named_languages(const std::vector<std::string>& values);

/// Kinds of symbols likewise: "func" and "Function" are "function".
std::vector<std::string> named_kinds(const std::vector<std::string>& values);

/// A sentence, without its capital and its full stop, for each of the request's languages, kinds
/// and paths of which nothing is indexed, the first of each: it names what there is instead.
std::vector<std::string> unknown_values(const SearchRequest& request, const Corpus& corpus);

}  // namespace quire::answering
