#pragma once

#include <optional>
#include <string>

#include <quire/vector_store.hpp>

/// Why a filter lets nothing through: what there is in the place of what was asked for.
namespace quire::answering {

/// The languages of the store's files, "c, go, python", where none of them is in `language`;
/// nothing for "".
std::optional<std::string> languages_instead_of(const std::string& language,
                                                const VectorStore& store);

/// The kinds of the store's symbols, "function, method", where none of them is of `kind`;
/// nothing for "".
std::optional<std::string> kinds_instead_of(const std::string& kind, const VectorStore& store);

}  // namespace quire::answering
