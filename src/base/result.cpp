#include <quire/result.hpp>

namespace quire {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::store_io:
      return "store_io";
    case ErrorCode::store_index:
      return "store_index";
    case ErrorCode::store_serde:
      return "store_serde";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::incompatible:
      return "incompatible";
    case ErrorCode::locked:
      return "locked";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

Error Error::while_doing(std::string_view action) const {
  return {code, std::string(action) + ": " + message};
}

}  // namespace quire
