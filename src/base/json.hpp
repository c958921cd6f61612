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

/// Takes what a JSON text says, in its order; each member returns false to stop the reading.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool take_null() = 0;
  virtual bool take_boolean(bool value) = 0;
  virtual bool take_number(double value) = 0;  ///< Finite.
  virtual bool take_string(std::string_view value) = 0;
  virtual bool take_key(std::string_view key) = 0;
  virtual bool begin_object() = 0;
  virtual bool end_object() = 0;
  virtual bool begin_array() = 0;
  virtual bool end_array() = 0;
};

/// Reads `text` without holding it as a value: beside what `events` keeps, it takes the memory of
/// the longest string and a bit for each open bracket, and no recursion. Being stopped by `events`
/// is no error. Errors: as parse_json(); `events` has then taken what stands before.
Status scan_json(std::string_view text, JsonEvents& events);

/// One line. Strings that are not valid UTF-8 get U+FFFD for what is not.
std::string dump_json(const Json& value);

}  // namespace quire::base
