#include "source/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/utf8.hpp"

namespace quire::source {
namespace {

constexpr std::uint32_t kHighSurrogate = 0xD800;
constexpr std::uint32_t kLowSurrogate = 0xDC00;
constexpr std::uint32_t kAfterSurrogates = 0xE000;
constexpr std::uint32_t kAboveUnits = 0x10000;

/// Reads the characters of UTF-16 behind its byte order mark.
class Utf16Reader {
 public:
  /// Nothing if the bytes begin otherwise. UTF-32's mark begins with UTF-16's.
  static std::optional<Utf16Reader> of(std::string_view bytes) {
    const bool is_little = bytes.starts_with("\xFF\xFE");
    if (!is_little && !bytes.starts_with("\xFE\xFF")) {
      return std::nullopt;
    }
    return Utf16Reader(bytes.substr(2), is_little);
  }

  bool at_end() const { return at_ + 1 >= bytes_.size(); }

  /// The next character; nothing for half of a pair.
  std::optional<char32_t> next() {
    const std::uint32_t first = unit(at_);
    at_ += 2;
    if (first < kHighSurrogate || first >= kAfterSurrogates) {
      return first;
    }
    const std::uint32_t second = at_end() ? 0 : unit(at_);
    if (first >= kLowSurrogate || second < kLowSurrogate || second >= kAfterSurrogates) {
      return std::nullopt;
    }
    at_ += 2;
    return kAboveUnits + ((first - kHighSurrogate) << 10U) + (second - kLowSurrogate);
  }

 private:
  Utf16Reader(std::string_view bytes, bool is_little) : bytes_(bytes), is_little_(is_little) {}

  std::uint32_t unit(std::size_t at) const {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[i]));
    };
    return is_little_ ? byte(at) | byte(at + 1) << 8U : byte(at) << 8U | byte(at + 1);
  }

  std::string_view bytes_;
  bool is_little_;
  std::size_t at_ = 0;
};

/// A pair may be cut in two by the end of `head`.
bool is_utf16_text(Utf16Reader reader) {
  while (!reader.at_end()) {
    const std::optional<char32_t> character = reader.next();
    if (character == U'\0' || (!character && !reader.at_end())) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool looks_binary(std::string_view head) {
  const std::optional<Utf16Reader> reader = Utf16Reader::of(head);
  return head.contains('\0') && (!reader || !is_utf16_text(*reader));
}

std::string decoded_text(std::string_view bytes) {
  std::optional<Utf16Reader> reader = Utf16Reader::of(bytes);
  if (!reader || !bytes.contains('\0')) {
    return base::repair_utf8(bytes);
  }
  std::string out;
  while (!reader->at_end()) {
    out += base::utf8_of(reader->next().value_or(U'\uFFFD'));
  }
  return out;
}

}  // namespace quire::source
