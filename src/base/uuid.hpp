#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace quire::base {

/// 16 random bytes that name one store.
struct Uuid {
  std::array<char, 16> bytes{};

  bool operator==(const Uuid&) const = default;
  bool is_nil() const { return *this == Uuid{}; }
  std::string_view view() const { return {bytes.data(), bytes.size()}; }
};

/// 32 lower-case hex digits; "" for the nil uuid.
std::string to_string(const Uuid& uuid);
/// The reverse; nil if `hex` is anything but 32 hex digits.
Uuid parse_uuid(std::string_view hex);
/// From 16 bytes; nil if there are not 16.
Uuid uuid_from_bytes(std::string_view bytes);

}  // namespace quire::base
