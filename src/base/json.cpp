#include "base/json.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

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
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace quire::base
