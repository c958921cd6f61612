#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers of 7 bits a byte, the lowest first, the last byte below 0x80 (LEB128).
namespace quire::lexical {

inline void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) {
    out += static_cast<char>(value | 0x80U);
  }
  out += static_cast<char>(value);
}

/// Takes a number of at most 32 bits off `in`. False, and `in` is empty, where there is none.
inline bool take_varint(std::string_view& in, std::uint32_t& value) {
  std::uint64_t read = 0;
  for (unsigned shift = 0; shift < 35 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    read |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) {
      value = static_cast<std::uint32_t>(read);
      return read <= UINT32_MAX;
    }
  }
  in = {};
  return false;
}

}  // namespace quire::lexical
