#include "base/json.hpp"

#include <cstddef>

namespace quire::base {
namespace {

/// The library's words without its own prefix: "[json.exception.parse_error.101] parse error at
/// line 1, column 2: syntax error while ..." from "syntax error" on.
std::string reason(std::string_view what) {
  const std::size_t colon = what.find(": ");
  return std::string(colon == std::string_view::npos ? what : what.substr(colon + 2));
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t offset = error.byte == 0 ? 0 : error.byte - 1;
    return fail(ErrorCode::store_serde,
                "not JSON at byte " + std::to_string(offset) + ": " + reason(error.what()));
  } catch (const Json::exception& error) {
    return fail(ErrorCode::store_serde, std::string("not JSON: ") + error.what());
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace quire::base
