#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What of an answer is shown when it may take only so many tokens.
namespace quire::answering {

/// How much of a hit is shown.
enum class Detail : std::uint8_t { location, signature, whole };

/// The bytes that a hit takes in each detail.
using DetailSizes = std::array<std::size_t, 3>;

/// A token of `--max-tokens` is four bytes, begun ones included.
inline constexpr std::size_t kBytesPerToken = 4;

/// The details in which the first hits fit into `bytes` together; hits that are not in it are left
/// out, and then `notice` bytes are kept free to say so. As many hits as can have their location,
/// then the first of them their signature, then their whole text.
std::vector<Detail> fit(std::span<const DetailSizes> hits, std::size_t bytes, std::size_t notice);

}  // namespace quire::answering
