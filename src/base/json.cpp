#include "base/json.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "base/printable.hpp"

namespace quire::base {
namespace {

/// The library's words without its own prefix: "[json.exception.parse_error.101] parse error at
/// line 1, column 2: syntax error while ..." from "syntax error" on.
std::string reason(std::string_view what) {
  const std::size_t colon = what.find(": ");
  return std::string(colon == std::string_view::npos ? what : what.substr(colon + 2));
}

Error not_json(std::size_t byte, std::string_view what) {
  const std::size_t offset = byte == 0 ? 0 : byte - 1;
  return {ErrorCode::store_serde,
          "not JSON at byte " + std::to_string(offset) + ": " + reason(what)};
}

/// As one or two units of UTF-16.
std::string in_utf16(char32_t code) {
  constexpr char32_t kFirstPair = 0x10000;
  const char32_t rest = code - kFirstPair;
  std::array<char, 16> text{};
  if (code < kFirstPair) {
    std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(code));
  } else {
    std::snprintf(text.data(), text.size(), "\\u%04x\\u%04x",
                  static_cast<unsigned>(0xD800U + (rest >> 10U)),
                  static_cast<unsigned>(0xDC00U + (rest & 0x3FFU)));
  }
  return text.data();
}

/// Hands the library's events on.
class Scanner : public nlohmann::json_sax<Json> {
 public:
  explicit Scanner(JsonEvents& events) : events_(events) {}

  Status take_status() { return std::move(status_); }

  bool null() override { return events_.take_null(); }
  bool boolean(bool value) override { return events_.take_boolean(value); }
  bool number_integer(std::int64_t value) override {
    return events_.take_number(static_cast<double>(value));
  }
  bool number_unsigned(std::uint64_t value) override {
    return events_.take_number(static_cast<double>(value));
  }
  bool number_float(double value, const std::string&) override {
    return events_.take_number(value);
  }
  bool string(std::string& value) override { return events_.take_string(value); }
  bool binary(Json::binary_t&) override { return false; }
  bool key(std::string& value) override { return events_.take_key(value); }
  bool start_object(std::size_t) override { return events_.begin_object(); }
  bool end_object() override { return events_.end_object(); }
  bool start_array(std::size_t) override { return events_.begin_array(); }
  bool end_array() override { return events_.end_array(); }
  bool parse_error(std::size_t byte, const std::string&, const Json::exception& error) override {
    status_ = std::unexpected(not_json(byte, error.what()));
    return false;
  }

 private:
  JsonEvents& events_;
  Status status_;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return std::unexpected(not_json(error.byte, error.what()));
  } catch (const Json::exception& error) {
    return fail(ErrorCode::store_serde, std::string("not JSON: ") + error.what());
  }
}

Status scan_json(std::string_view text, JsonEvents& events) {
  Scanner scanner(events);
  Json::sax_parse(text, &scanner);
  return scanner.take_status();
}

std::string dump_json(const Json& value) {
  // The library escapes no controls beyond 0x1F.
  return escape_unseen(value.dump(-1, ' ', false, Json::error_handler_t::replace), in_utf16);
}

/// What the library calls with each value as it reads.
class JsonDocument::Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(JsonDocument& document) : document_(document) {}

  const std::optional<Error>& error() const { return error_; }

  bool null() override { return add(Kind::null, 0); }
  bool boolean(bool value) override { return add(Kind::boolean, value ? 1 : 0); }
  bool number_integer(number_integer_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override { return add(Kind::count, value); }
  bool number_float(number_float_t value, const string_t& /*spelling*/) override {
    return number(value);
  }
  bool string(string_t& value) override {
    count_element();
    return add_string(value);
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool key(string_t& value) override {
    count_element();
    return add_string(value);
  }
  bool start_object(std::size_t /*elements*/) override { return open(Kind::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*elements*/) override { return open(Kind::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t byte,
                   const std::string& /*token*/,
                   const nlohmann::detail::exception& what) override {
    error_ = not_json(byte, what.what());
    return false;
  }

 private:
  bool number(double value) { return add(Kind::number, std::bit_cast<std::uint64_t>(value)); }

  bool open(Kind kind) {
    add(kind, 0);
    open_.push_back(static_cast<std::uint32_t>(document_.nodes_.size() - 1));
    return true;
  }

  bool close() {
    document_.nodes_[open_.back()].next = static_cast<std::uint32_t>(document_.nodes_.size());
    open_.pop_back();
    return true;
  }

  bool add_string(std::string_view value) {
    const std::uint64_t begin = document_.strings_.size();
    document_.strings_ += value;
    push(Kind::string, begin << 32 | value.size());
    return true;
  }

  bool add(Kind kind, std::uint64_t bits) {
    count_element();
    push(kind, bits);
    return true;
  }

  void push(Kind kind, std::uint64_t bits) {
    const auto next = static_cast<std::uint32_t>(document_.nodes_.size() + 1);
    document_.nodes_.push_back({kind, next, bits});
  }

  /// In an object, names and values count: twice as many as members.
  void count_element() {
    if (!open_.empty()) {
      ++document_.nodes_[open_.back()].bits;
    }
  }

  JsonDocument& document_;
  std::vector<std::uint32_t> open_;
  std::optional<Error> error_;
};

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (text.size() > UINT32_MAX) {
    return fail(ErrorCode::store_serde, "JSON of " + std::to_string(text.size()) + " bytes");
  }
  JsonDocument document;
  Builder builder(document);
  try {
    Json::sax_parse(text, &builder);
  } catch (const Json::exception& error) {
    return fail(ErrorCode::store_serde, std::string("not JSON: ") + error.what());
  }
  if (builder.error().has_value()) {
    return std::unexpected(*builder.error());
  }
  return document;
}

std::string_view JsonDocument::text_of(const Node& node) const {
  return std::string_view(strings_).substr(node.bits >> 32, node.bits & UINT32_MAX);
}

bool JsonValue::is_null() const {
  return document_ == nullptr || document_->nodes_[node_].kind == JsonDocument::Kind::null;
}

bool JsonValue::is_object() const {
  return !is_null() && document_->nodes_[node_].kind == JsonDocument::Kind::object;
}

bool JsonValue::is_array() const {
  return !is_null() && document_->nodes_[node_].kind == JsonDocument::Kind::array;
}

std::optional<bool> JsonValue::boolean() const {
  if (is_null() || document_->nodes_[node_].kind != JsonDocument::Kind::boolean) {
    return std::nullopt;
  }
  return document_->nodes_[node_].bits != 0;
}

std::optional<std::string_view> JsonValue::string() const {
  if (is_null() || document_->nodes_[node_].kind != JsonDocument::Kind::string) {
    return std::nullopt;
  }
  return document_->text_of(document_->nodes_[node_]);
}

std::optional<double> JsonValue::number() const {
  if (const std::optional<std::uint64_t> whole = count()) {
    return static_cast<double>(*whole);
  }
  if (is_null() || document_->nodes_[node_].kind != JsonDocument::Kind::number) {
    return std::nullopt;
  }
  return std::bit_cast<double>(document_->nodes_[node_].bits);
}

std::optional<std::uint64_t> JsonValue::count() const {
  if (is_null() || document_->nodes_[node_].kind != JsonDocument::Kind::count) {
    return std::nullopt;
  }
  return document_->nodes_[node_].bits;
}

std::size_t JsonValue::size() const {
  return is_object()  ? document_->nodes_[node_].bits / 2
         : is_array() ? document_->nodes_[node_].bits
                      : 0;
}

JsonValue JsonValue::member(std::string_view name) const {
  JsonValue found;
  if (is_object()) {
    for (const JsonMember& each : members()) {
      found = each.name == name ? each.value : found;
    }
  }
  return found;
}

JsonValue::Range JsonValue::members() const {
  static const JsonDocument none;
  if (!is_object() && !is_array()) {
    return {Iterator(none, 0, false), Iterator(none, 0, false)};
  }
  const std::uint32_t end = document_->nodes_[node_].next;
  return {Iterator(*document_, node_ + 1, is_object()), Iterator(*document_, end, is_object())};
}

JsonMember JsonValue::Iterator::operator*() const {
  return named_ ? JsonMember{document_->text_of(document_->nodes_[node_]), {*document_, node_ + 1}}
                : JsonMember{"", {*document_, node_}};
}

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  node_ = document_->nodes_[named_ ? node_ + 1 : node_].next;
  return *this;
}

}  // namespace quire::base
