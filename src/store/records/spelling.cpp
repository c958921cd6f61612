#include "store/records/spelling.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/checksum.hpp"
#include "store/records/record_table.hpp"

namespace quire::records {
namespace {

template <class T>
struct Spelling {
  T value;
  std::string_view text;
};

constexpr std::array<Spelling<Metric>, 3> kMetrics{{
    {Metric::cosine, "cosine"},
    {Metric::inner_product, "inner_product"},
    {Metric::squared_l2, "squared_l2"},
}};

constexpr std::array<Spelling<Scalar>, 3> kScalars{{
    {Scalar::bf16, "bf16"},
    {Scalar::f32, "f32"},
    {Scalar::i8, "i8"},
}};

template <class T, std::size_t N>
std::string_view text_of(const std::array<Spelling<T>, N>& spellings, T value) {
  const auto found = std::ranges::find(spellings, value, &Spelling<T>::value);
  QUIRE_ASSERT(found != spellings.end());
  return found->text;
}

template <class T, std::size_t N>
std::optional<T> value_of(const std::array<Spelling<T>, N>& spellings, std::string_view text) {
  const auto found = std::ranges::find(spellings, text, &Spelling<T>::text);
  return found == spellings.end() ? std::nullopt : std::optional(found->value);
}

}  // namespace

std::string_view spelling_of(Metric metric) {
  return text_of(kMetrics, metric);
}

std::string_view spelling_of(Scalar scalar) {
  return text_of(kScalars, scalar);
}

std::optional<Metric> metric_of(std::string_view text) {
  return value_of(kMetrics, text);
}

std::optional<Scalar> scalar_of(std::string_view text) {
  return value_of(kScalars, text);
}

std::optional<FieldType> field_type_of(std::string_view text) {
  for (const FieldType type :
       {FieldType::string, FieldType::i64, FieldType::f64, FieldType::boolean, FieldType::table}) {
    if (to_string(type) == text) {
      return type;
    }
  }
  return std::nullopt;
}

std::string closing_line(std::uint64_t checksum) {
  return "\"checksum\":\"xxh3:" + base::to_hex(checksum) + "\"}\n";
}

std::optional<std::string_view> claimed_checksum(std::string_view bytes) {
  if (bytes.size() < kClosingLineBytes) {
    return std::nullopt;
  }
  const std::string_view line = bytes.substr(bytes.size() - kClosingLineBytes);
  const std::string pattern = closing_line(0);
  const std::size_t digits = pattern.find("0000");
  const bool shaped = line.substr(0, digits) == pattern.substr(0, digits) &&
                      line.substr(digits + 16) == pattern.substr(digits + 16);
  return shaped ? std::optional(line.substr(digits, 16)) : std::nullopt;
}

}  // namespace quire::records
