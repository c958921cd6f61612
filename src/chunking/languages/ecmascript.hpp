#pragma once

#include <span>

#include "chunking/languages/language.hpp"

/// What JavaScript and TypeScript have in common.
namespace quire::chunking {

std::span<const Rule> ecmascript_rules();

/// A class's field: a method, if it holds a function.
std::optional<Declared> find_field(const Node& node, const Place& place);

}  // namespace quire::chunking
