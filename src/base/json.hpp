#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <quire/result.hpp>

/// The one door to the JSON library. Its own accessors throw on a wrong type: ask is_string() and
/// the like first.
namespace quire::base {

/// Keeps the order in which members were added.
using Json = nlohmann::ordered_json;

/// Errors: `store_serde`, with the byte offset, for what is not one JSON value in valid UTF-8.
Result<Json> parse_json(std::string_view text);

/// One line. Strings that are not valid UTF-8 get U+FFFD for what is not.
std::string dump_json(const Json& value);

}  // namespace quire::base
