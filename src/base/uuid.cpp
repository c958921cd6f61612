#include "base/uuid.hpp"

#include <algorithm>

#include "base/checksum.hpp"

namespace quire::base {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string to_string(const Uuid& uuid) {
  return uuid.is_nil() ? "" : to_hex(uuid.view());
}

Uuid parse_uuid(std::string_view hex) {
  Uuid uuid;
  if (hex.size() != 2 * uuid.bytes.size() ||
      std::ranges::any_of(hex, [](char c) { return digit(c) < 0; })) {
    return {};
  }
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    uuid.bytes[i] = static_cast<char>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  }
  return uuid;
}

Uuid uuid_from_bytes(std::string_view bytes) {
  Uuid uuid;
  if (bytes.size() == uuid.bytes.size()) {
    std::ranges::copy(bytes, uuid.bytes.begin());
  }
  return uuid;
}

}  // namespace quire::base
