#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <quire/schema.hpp>
#include <quire/vector_format.hpp>

/// How metadata.json spells what is not text.
namespace quire::records {

std::string_view spelling_of(Metric metric);
std::string_view spelling_of(Scalar scalar);
std::optional<Metric> metric_of(std::string_view text);
std::optional<Scalar> scalar_of(std::string_view text);
std::optional<FieldType> field_type_of(std::string_view text);

/// `"checksum":"xxh3:<16 hex>"}` and a line feed: the end of every file that is not bare.
std::string closing_line(std::uint64_t checksum);
inline constexpr std::size_t kClosingLineBytes = 36;

/// The 16 digits of the checksum that the closing line of `bytes` claims; nothing without such a
/// line.
std::optional<std::string_view> claimed_checksum(std::string_view bytes);

}  // namespace quire::records
