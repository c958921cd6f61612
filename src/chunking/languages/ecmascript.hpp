#pragma once

#include <span>

#include "chunking/languages/language.hpp"

/// What JavaScript and TypeScript have in common.
namespace quire::chunking {

std::span<const Rule> ecmascript_rules();

/// A class's field that holds a function.
std::optional<Declared> find_function_field(const Node& node, const Place& place);

}  // namespace quire::chunking
