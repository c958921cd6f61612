#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

/// The Model Context Protocol's messages, as JSON-RPC 2.0 has them
/// (https://modelcontextprotocol.io/specification).
namespace quire::mcp {

/// Which rules a message goes by. A request with a protocol version in its `_meta` is modern.
enum class Era : std::uint8_t {
  legacy,  ///< 2025-11-25 and earlier: a connection begins with `initialize`.
  modern,  ///< 2026-07-28: every request speaks for itself.
};

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kNewestLegacyVersion = "2025-11-25";

/// Error codes of JSON-RPC and of the protocol.
enum class RpcCode : std::int16_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  unsupported_version = -32022,
};

struct RpcError {
  RpcCode code = RpcCode::internal_error;
  std::string message;
  base::Json data = nullptr;
};

/// What a client sent: a request, or a notification, which has no id and gets no answer.
struct Message {
  base::Json id = nullptr;  ///< A string or a whole number; null of a notification.
  std::string method;
  base::JsonValue params;  ///< Of the document; null if there are none.
  Era era = Era::legacy;
  base::Json progress_token = nullptr;  ///< A string or a number; null: no progress is wanted.

  bool is_notification() const { return id.is_null(); }
};

/// An error, and the id that it answers: null if none could be read.
struct Refusal {
  base::Json id = nullptr;
  RpcError error;
};

/// The message of `document`, which must stay. Nothing for what is to be passed over in silence:
/// answers to requests that this server never makes.
std::expected<std::optional<Message>, Refusal> read_message(const base::JsonDocument& document);

/// The string or the whole number that `value` is; null for anything else.
base::Json id_of(const base::JsonValue& value);

/// The lines that answer, without line feed.
std::string result_line(const Message& request, base::Json result);
std::string error_line(const base::Json& id, const RpcError& error);
std::string notification_line(std::string_view method, base::Json params);

/// The result of `initialize` with these params.
base::Json initialize_result(const base::JsonValue& params);
/// The result of `server/discover`.
base::Json discover_result();
/// What says for how long a client may keep a result: of those that never change.
void mark_as_lasting(base::Json& result);

}  // namespace quire::mcp
