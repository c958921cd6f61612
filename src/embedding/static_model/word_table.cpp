#include "embedding/static_model/word_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/checksum.hpp"

namespace quire::embedding {
namespace {

static_assert(std::endian::native == std::endian::little, "the table is used in place");

constexpr std::string_view kMagic = "QUIREMDL";

struct Header {
  char magic[8];
  std::uint32_t format;
  std::uint32_t version;
  std::uint32_t dimensions;
  std::uint32_t words;
  std::uint32_t slots;
  std::uint32_t word_bytes;
  std::uint64_t checksum;
};
static_assert(sizeof(Header) == WordTable::kHeaderBytes);

/// Hands out the sections of a file.
class Sections {
 public:
  explicit Sections(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  std::span<const T> take(std::size_t count) {
    const std::span<const T> section{reinterpret_cast<const T*>(rest_.data()), count};
    rest_.remove_prefix(section.size_bytes());
    return section;
  }

 private:
  std::string_view rest_;
};

std::uint64_t size_of(const Header& header) {
  const std::uint64_t words = header.words;
  return WordTable::kHeaderBytes + words * (2 * sizeof(float)) +
         (words + 1) * sizeof(std::uint32_t) + std::uint64_t{header.slots} * sizeof(std::uint16_t) +
         header.word_bytes + words * header.dimensions;
}

bool has_sane_sizes(const Header& header) {
  return header.words > 0 && header.words <= WordTable::kMostWords && header.dimensions > 0 &&
         header.dimensions <= WordTable::kMostDimensions && std::has_single_bit(header.slots) &&
         header.slots > header.words && header.slots <= 4 * (WordTable::kMostWords + 2);
}

std::uint32_t slots_for(std::size_t words) {
  return static_cast<std::uint32_t>(std::bit_ceil(words * 2));
}

template <typename T>
void append(std::string& out, std::span<const T> values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

}  // namespace

Result<WordTable> WordTable::open(std::string_view bytes) {
  Header header{};
  if (bytes.size() < sizeof(header) || !bytes.starts_with(kMagic)) {
    return fail(ErrorCode::store_serde, "word table: it does not begin as one");
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.format != kFormat) {
    return fail(ErrorCode::incompatible, "word table: format " + std::to_string(header.format) +
                                             ", this program reads " + std::to_string(kFormat));
  }
  if (!has_sane_sizes(header) || size_of(header) != bytes.size()) {
    return fail(ErrorCode::store_serde, "word table: " + std::to_string(bytes.size()) +
                                            " bytes, which is not what its header says");
  }
  WordTable table;
  table.bytes_ = bytes;
  table.version_ = header.version;
  table.dimensions_ = header.dimensions;
  table.checksum_ = header.checksum;
  Sections sections(bytes.substr(kHeaderBytes));
  table.query_weights_ = sections.take<float>(header.words);
  table.document_weights_ = sections.take<float>(header.words);
  table.offsets_ = sections.take<std::uint32_t>(header.words + 1);
  table.slots_ = sections.take<std::uint16_t>(header.slots);
  const auto words = sections.take<char>(header.word_bytes);
  table.words_ = {words.data(), words.size()};
  table.rows_ = sections.take<std::int8_t>(std::size_t{header.words} * header.dimensions).data();
  return table;
}

std::string WordTable::hash() const {
  return base::to_hex(checksum_);
}

Status WordTable::verify() const {
  if (base::checksum(bytes_.substr(kHeaderBytes)) != checksum_) {
    return fail(ErrorCode::corrupt, "word table: its bytes do not have the checksum that it names");
  }
  if (!std::ranges::is_sorted(offsets_) || offsets_.back() != words_.size()) {
    return fail(ErrorCode::corrupt, "word table: its words overlap");
  }
  for (std::uint32_t number = 0; number < size(); ++number) {
    if (find(word(number)) != number) {
      return fail(ErrorCode::corrupt,
                  "word table: word " + std::to_string(number) + " is not found");
    }
  }
  return {};
}

std::optional<std::uint32_t> WordTable::find(std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = base::checksum(word) & mask;
  for (std::size_t tries = 0; tries <= mask && slots_[at] != 0; ++tries, at = (at + 1) & mask) {
    const std::uint32_t number = slots_[at] - 1U;
    if (number < size() && this->word(number) == word) {
      return number;
    }
  }
  return std::nullopt;
}

std::string_view WordTable::word(std::uint32_t number) const {
  const std::uint32_t begin = offsets_[number];
  const std::uint32_t end = offsets_[number + 1];
  return begin <= end && end <= words_.size() ? words_.substr(begin, end - begin)
                                              : std::string_view();
}

std::string make_word_table(std::span<const WordRow> rows, std::uint32_t version) {
  const std::size_t dimensions = rows.front().vector.size();
  std::vector<float> query_weights;
  std::vector<float> document_weights;
  std::vector<std::uint32_t> offsets = {0};
  std::vector<std::uint16_t> slots(slots_for(rows.size()));
  std::string words;
  std::vector<std::int8_t> numbers;
  for (const WordRow& row : rows) {
    const float largest =
        std::abs(*std::ranges::max_element(row.vector, {}, [](float x) { return std::abs(x); }));
    const float scale = largest > 0 ? largest / 127 : 1;
    query_weights.push_back(row.query_weight * scale);
    document_weights.push_back(row.document_weight * scale);
    for (const float x : row.vector) {
      numbers.push_back(static_cast<std::int8_t>(std::lround(x / scale)));
    }
    words += row.word;
    offsets.push_back(static_cast<std::uint32_t>(words.size()));
    std::size_t at = base::checksum(row.word) & (slots.size() - 1);
    while (slots[at] != 0) {
      at = (at + 1) & (slots.size() - 1);
    }
    slots[at] = static_cast<std::uint16_t>(offsets.size() - 1);
  }
  std::string body;
  append<float>(body, query_weights);
  append<float>(body, document_weights);
  append<std::uint32_t>(body, offsets);
  append<std::uint16_t>(body, slots);
  body += words;
  append<std::int8_t>(body, numbers);
  Header header{{},
                WordTable::kFormat,
                version,
                static_cast<std::uint32_t>(dimensions),
                static_cast<std::uint32_t>(rows.size()),
                static_cast<std::uint32_t>(slots.size()),
                static_cast<std::uint32_t>(words.size()),
                base::checksum(body)};
  kMagic.copy(header.magic, kMagic.size());
  std::string out(reinterpret_cast<const char*>(&header), sizeof(header));
  return out += body;
}

}  // namespace quire::embedding
