#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace quire::base {

static_assert(std::endian::native == std::endian::little, "files are little-endian; add byteswaps");

/// Appends little-endian numbers and bytes to a string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { raw(&v, sizeof v); }
  void u32(std::uint32_t v) { raw(&v, sizeof v); }
  void u64(std::uint64_t v) { raw(&v, sizeof v); }
  void i64(std::int64_t v) { raw(&v, sizeof v); }
  void bytes(std::string_view v) { out_.append(v); }
  /// A u32 length, then the bytes.
  void string(std::string_view v) {
    u32(static_cast<std::uint32_t>(v.size()));
    bytes(v);
  }
  /// Zeros until the size is a multiple of `alignment`.
  void pad_to(std::size_t alignment) {
    out_.append((alignment - out_.size() % alignment) % alignment, '\0');
  }

 private:
  void raw(const void* p, std::size_t n) { out_.append(static_cast<const char*>(p), n); }

  std::string& out_;
};

/// Takes little-endian numbers off a string of foreign bytes. Reading past the end gives zeros and
/// empty strings and makes ok() false for good: check it once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  std::int64_t i64() { return number<std::int64_t>(); }
  std::string_view string() { return bytes(u32()); }
  std::string_view bytes(std::uint64_t n) {
    if (n > remaining()) {
      ok_ = false;
      at_ = in_.size();
      return {};
    }
    const std::string_view out = in_.substr(at_, n);
    at_ += n;
    return out;
  }

  bool ok() const { return ok_; }
  std::size_t offset() const { return at_; }
  std::size_t remaining() const { return in_.size() - at_; }

 private:
  template <class T>
  T number() {
    T value{};
    const std::string_view raw = bytes(sizeof(T));
    if (raw.size() == sizeof(T)) {
      raw.copy(reinterpret_cast<char*>(&value), sizeof(T));
    }
    return value;
  }

  std::string_view in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace quire::base
