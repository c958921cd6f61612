#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// One line. Strings that are not valid UTF-8 get U+FFFD for what is not; characters that
/// is_unseen() knows are escaped.
std::string dump_json(const Json& value);

class JsonDocument;
struct JsonMember;

/// A value of a JsonDocument, which must stay. One of another type than is asked for is nothing.
class JsonValue {
 public:
  class Iterator;
  struct Range;

  JsonValue() = default;  ///< null
  JsonValue(const JsonDocument& document, std::uint32_t node) : document_(&document), node_(node) {}

  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  std::optional<bool> boolean() const;
  std::optional<std::string_view> string() const;
  /// Any number.
  std::optional<double> number() const;
  /// A whole number that isn't negative and fits.
  std::optional<std::uint64_t> count() const;

  /// Of how many members or elements.
  std::size_t size() const;
  /// Of an object; of equal names the last one's. null where there is none. Looks at each.
  JsonValue member(std::string_view name) const;
  /// Of an object or an array, in the text's order; elements have the name "".
  Range members() const;

 private:
  const JsonDocument* document_ = nullptr;
  std::uint32_t node_ = 0;
};

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

class JsonValue::Iterator {
 public:
  Iterator(const JsonDocument& document, std::uint32_t node, bool named)
      : document_(&document), node_(node), named_(named) {}

  JsonMember operator*() const;
  Iterator& operator++();
  bool operator==(const Iterator& other) const { return node_ == other.node_; }

 private:
  const JsonDocument* document_;
  std::uint32_t node_;
  bool named_;
};

struct JsonValue::Range {
  Iterator first;
  Iterator last;

  Iterator begin() const { return first; }
  Iterator end() const { return last; }
};

/// Foreign JSON, read only. Takes 16 bytes for each value and name, and the strings', whatever the
/// text is; objects of many members parse in linear time, which those of Json don't.
class JsonDocument {
 public:
  /// Errors: as parse_json(), and `store_serde` for a text of 4 GiB.
  static Result<JsonDocument> parse(std::string_view text);

  /// Of this document where it lies now: not after it is moved.
  JsonValue root() const { return {*this, 0}; }

 private:
  friend class JsonValue;
  friend class JsonValue::Iterator;
  class Builder;

  enum class Kind : std::uint8_t { null, boolean, count, number, string, array, object };
  /// A value, followed by what is in it; a member's name is a string before its value.
  struct Node {
    Kind kind = Kind::null;
    std::uint32_t next = 0;  ///< The node behind all that is in this one.
    std::uint64_t bits = 0;  ///< Size, number, or a string's begin << 32 | size.
  };

  std::string_view text_of(const Node& node) const;

  std::vector<Node> nodes_;
  std::string strings_;
};

}  // namespace quire::base
