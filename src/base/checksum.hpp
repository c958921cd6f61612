#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace quire::base {

/// XXH3-64 of `bytes`. https://github.com/Cyan4973/xxHash, specification 0.2.0.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

/// The same hash of bytes that come in pieces (seed 0).
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;

  void update(std::string_view bytes);
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 16 lower-case hex digits.
std::string to_hex(std::uint64_t value);
/// Lower-case hex digits of any bytes.
std::string to_hex(std::string_view bytes);

}  // namespace quire::base
