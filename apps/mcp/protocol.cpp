#include "mcp/protocol.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/printable.hpp"

namespace quire::mcp {
namespace {

using base::Json;
using base::JsonDocument;
using base::JsonValue;

constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kServerInfoKey = "io.modelcontextprotocol/serverInfo";
constexpr auto kLegacyVersions =
    std::to_array<std::string_view>({"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"});
/// JSON readers keep whole numbers up to here.
constexpr double kLargestWhole = 9007199254740991.0;
constexpr std::int64_t kLastingMs = 3'600'000;

constexpr const char* kInstructions =
    "Searches the source code of one project by meaning, by words and by symbol; results are "
    "file:line with the code. Useful where the question is what code does, or where something is "
    "defined, and the exact text is not known. The index keeps itself up to date; every answer "
    "says "
    "how fresh it is.";

Json server_info() {
  return {{"name", "quire"}, {"title", "quire: code search"}, {"version", QUIRE_VERSION}};
}

/// Of modern requests; older ones are agreed on by initialize.
Json supported_versions() {
  return Json::array({kModernVersion});
}

Json capabilities() {
  return {{"tools", Json::object()}};
}

bool has_member(const JsonValue& object, std::string_view name) {
  for (const auto& [key, value] : object.members()) {
    if (key == name) {
      return true;
    }
  }
  return false;
}

/// What a modern request must say of itself.
std::optional<RpcError> fault_of_modern(const JsonValue& meta) {
  const auto version = meta.member(kVersionKey).string();
  if (!version) {
    return RpcError{RpcCode::invalid_params, std::string(kVersionKey) + " is not a string"};
  }
  if (*version != kModernVersion) {
    return RpcError{RpcCode::unsupported_version,
                    "unsupported protocol version: " + std::string(*version),
                    {{"supported", supported_versions()}, {"requested", *version}}};
  }
  if (!meta.member(kCapabilitiesKey).is_object()) {
    return RpcError{RpcCode::invalid_params,
                    std::string("_meta has no object ") + kCapabilitiesKey};
  }
  return std::nullopt;
}

Json progress_token_of(const JsonValue& meta) {
  const JsonValue token = meta.member("progressToken");
  const auto number = token.number();
  return number && id_of(token).is_null() ? Json(*number) : id_of(token);
}

}  // namespace

Json id_of(const JsonValue& value) {
  if (const auto text = value.string()) {
    return Json(*text);
  }
  if (const auto count = value.count()) {
    return Json(*count);
  }
  const auto number = value.number();
  const bool whole = number && std::trunc(*number) == *number && std::abs(*number) <= kLargestWhole;
  return whole ? Json(static_cast<std::int64_t>(*number)) : Json(nullptr);
}

std::expected<std::optional<Message>, Refusal> read_message(const JsonDocument& document) {
  const JsonValue root = document.root();
  const auto refuse = [](Json id, RpcCode code, std::string message) {
    return std::unexpected(Refusal{std::move(id), {code, std::move(message)}});
  };
  if (!root.is_object()) {
    return refuse(nullptr, RpcCode::invalid_request, "a message is one JSON object");
  }
  Message message;
  message.id = id_of(root.member("id"));
  const bool has_id = has_member(root, "id");
  if (has_id && message.id.is_null()) {
    return refuse(nullptr, RpcCode::invalid_request, "id is neither a string nor a whole number");
  }
  if (root.member("jsonrpc").string() != "2.0") {
    return refuse(message.id, RpcCode::invalid_request, "jsonrpc is not \"2.0\"");
  }
  const auto method = root.member("method").string();
  if (!method && (has_member(root, "result") || has_member(root, "error"))) {
    return std::nullopt;
  }
  if (!method) {
    return refuse(message.id, RpcCode::invalid_request, "method is not a string");
  }
  message.method = *method;
  message.params = root.member("params");
  if (has_id && !message.params.is_null() && !message.params.is_object()) {
    return refuse(message.id, RpcCode::invalid_params, "params is not an object");
  }
  const JsonValue meta = message.params.member("_meta");
  message.progress_token = progress_token_of(meta);
  if (has_id && has_member(meta, kVersionKey)) {
    message.era = Era::modern;
    if (auto fault = fault_of_modern(meta)) {
      return std::unexpected(Refusal{message.id, *std::move(fault)});
    }
  }
  return message;
}

std::string result_line(const Message& request, Json result) {
  if (request.era == Era::modern) {
    result["resultType"] = "complete";
    result["_meta"][kServerInfoKey] = server_info();
  }
  return base::dump_json({{"jsonrpc", "2.0"}, {"id", request.id}, {"result", std::move(result)}});
}

std::string error_line(const Json& id, const RpcError& error) {
  Json object = {{"code", static_cast<int>(error.code)},
                 {"message", base::printable_lines(error.message)}};
  if (!error.data.is_null()) {
    object["data"] = error.data;
  }
  return base::dump_json({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(object)}});
}

std::string notification_line(std::string_view method, Json params) {
  return base::dump_json({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

Json initialize_result(const JsonValue& params) {
  const auto wanted = params.member("protocolVersion").string();
  const bool known = wanted && std::ranges::find(kLegacyVersions, *wanted) != kLegacyVersions.end();
  return {{"protocolVersion", known ? *wanted : kNewestLegacyVersion},
          {"capabilities", capabilities()},
          {"serverInfo", server_info()},
          {"instructions", kInstructions}};
}

Json discover_result() {
  Json result = {{"supportedVersions", supported_versions()},
                 {"capabilities", capabilities()},
                 {"instructions", kInstructions}};
  mark_as_lasting(result);
  return result;
}

void mark_as_lasting(Json& result) {
  result["ttlMs"] = kLastingMs;
  result["cacheScope"] = "private";
}

}  // namespace quire::mcp
