#include "words/definitions.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace quire::words {
namespace {

constexpr char kMinor = '.';

/// What of `text` is before `mark`, which goes too; all of it where there is none.
std::string_view take_until(char mark, std::string_view& text) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::int64_t> number(std::string_view digits) {
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

std::optional<Definition> definition_of(std::string_view text) {
  const std::string_view kind = take_until(' ', text);
  const auto line = number(take_until(' ', text));
  const auto start = number(take_until('-', text));
  const auto end = number(take_until(' ', text));
  if (text.empty() || !line || !start || !end) {
    return std::nullopt;
  }
  const bool is_minor = kind.starts_with(kMinor);
  return Definition{
      std::string(text), std::string(kind.substr(is_minor ? 1 : 0)), *line, *start, *end, is_minor};
}

}  // namespace

std::string definitions_text(std::span<const Definition> definitions) {
  std::string out;
  for (const Definition& each : definitions) {
    out.append(out.empty() ? "" : "\n").append(each.is_minor ? 1 : 0, kMinor);
    out.append(each.kind).append(" ");
    out.append(std::to_string(each.line)).append(" ").append(std::to_string(each.start_line));
    out.append("-").append(std::to_string(each.end_line)).append(" ").append(each.name);
  }
  return out;
}

std::vector<Definition> definitions_of(const ChunkMeta& meta) {
  const auto field = std::ranges::find(meta.extra, kDefinitions, &ExtraField::name);
  std::string_view rest = field == meta.extra.end() ? std::string_view() : field->value;
  std::vector<Definition> out;
  while (!rest.empty()) {
    if (auto definition = definition_of(take_until('\n', rest))) {
      out.push_back(*std::move(definition));
    }
  }
  return out;
}

}  // namespace quire::words
