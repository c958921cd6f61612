#include "embedding/static_model/static_embedder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/try.hpp"
#include "embedding/rows/rows.hpp"
#include "embedding/static_model/row_sum.hpp"
#include "embedding/static_model/word_scanner.hpp"
#include "words/count_factors.hpp"

namespace quire::embedding {
namespace {

constexpr auto kCountFactors = [] {
  std::array<float, words::kCountFactors.size()> factors{};
  std::ranges::transform(words::kCountFactors, factors.begin(),
                         [](double factor) { return static_cast<float>(factor); });
  return factors;
}();

/// A word counts as often as it is there, up to one more than this.
constexpr std::uint16_t kMostCounted = kCountFactors.size() - 2;

/// Words of up to eight bytes that were looked for lately, and what was found: most words of a text
/// are few and short.
class RecentWords {
 public:
  explicit RecentWords(const WordTable& table) : table_(table), entries_(kEntries) {}

  /// `head` as of WordScanner.
  std::optional<std::uint32_t> find(std::string_view word, std::uint64_t head) {
    if (word.size() > sizeof(head)) {
      return table_.find(word);
    }
    Entry& entry = entries_[(head * kGolden) >> (64 - kEntryBits)];
    if (entry.head != head) {
      entry = {head, table_.find(word).value_or(kNone)};
    }
    return entry.number == kNone ? std::nullopt : std::optional(entry.number);
  }

 private:
  struct Entry {
    std::uint64_t head = 0;
    std::uint32_t number = kNone;
  };
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr int kEntryBits = 11;
  static constexpr std::size_t kEntries = std::size_t{1} << kEntryBits;
  /// Spreads the bytes over the upper bits (Knuth, vol. 3, 6.4).
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

  const WordTable& table_;
  std::vector<Entry> entries_;
};

/// Makes one text's vector after the other, in memory that it keeps.
class Pooler {
 public:
  explicit Pooler(const WordTable& table)
      : table_(table),
        recent_(table),
        counts_(table.size()),
        sums_(table.dimensions()),
        totals_(table.dimensions()) {}

  void write(std::string_view text, TextKind kind, std::span<float> out) {
    count(text);
    weigh(kind);
    sum();
    write_unit(out);
  }

 private:
  void count(std::string_view text) {
    seen_.clear();
    WordScanner words(text);
    for (auto word = words.next(); !word.empty(); word = words.next()) {
      if (const auto number = recent_.find(word, words.head())) {
        note(*number);
      } else {
        note_pieces(word);
      }
    }
  }

  void note(std::uint32_t number) {
    std::uint16_t& count = counts_[number];
    if (count == 0) {
      seen_.push_back(number);
      table_.prefetch(number);
    }
    count = static_cast<std::uint16_t>(std::min(count, kMostCounted) + 1);
  }

  void note_pieces(std::string_view word) {
    while (!word.empty()) {
      std::size_t length = word.size();
      for (; length > 0; --length) {
        if (const auto number = table_.find(word.substr(0, length))) {
          note(*number);
          break;
        }
      }
      word.remove_prefix(std::max<std::size_t>(length, 1));
    }
  }

  /// Each word's share, as a part of the largest.
  void weigh(TextKind kind) {
    const std::span<const float> weights = table_.weights(kind);
    shares_.clear();
    float largest = 0;
    for (const std::uint32_t number : seen_) {
      shares_.push_back(weights[number] * kCountFactors[counts_[number]]);
      largest = std::max(largest, std::abs(shares_.back()));
      counts_[number] = 0;
    }
    rows_.clear();
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const float factor = largest > 0 ? shares_[i] / largest * kLargestFactor : 0;
      rows_.push_back(
          {table_.row(seen_[i]), static_cast<std::int16_t>(factor + (factor < 0 ? -0.5F : 0.5F))});
    }
  }

  void sum() {
    std::ranges::fill(totals_, 0);
    for (std::span<const WeightedRow> rest = rows_; !rest.empty();) {
      const std::size_t count = std::min(rest.size(), kMostRows);
      std::ranges::fill(sums_, 0);
      add_rows(rest.first(count), sums_);
      std::ranges::transform(totals_, sums_, totals_.begin(), std::plus<>());
      rest = rest.subspan(count);
    }
  }

  void write_unit(std::span<float> out) const {
    double square = 0;
    for (const std::int64_t total : totals_) {
      square += static_cast<double>(total) * static_cast<double>(total);
    }
    if (square == 0) {
      write_first_axis(out);
      return;
    }
    const double norm = std::sqrt(square);
    std::ranges::transform(totals_, out.begin(), [&](std::int64_t total) {
      return static_cast<float>(static_cast<double>(total) / norm);
    });
  }

  const WordTable& table_;
  RecentWords recent_;
  std::vector<std::uint16_t> counts_;  ///< Of each word of the table; all zero between texts.
  std::vector<std::uint32_t> seen_;
  std::vector<float> shares_;
  std::vector<WeightedRow> rows_;
  std::vector<std::int32_t> sums_;
  std::vector<std::int64_t> totals_;
};

class StaticEmbedder : public Embedder {
 public:
  StaticEmbedder(std::string name, const WordTable& table)
      : name_(std::move(name)), table_(table) {}

  EmbedderIdentity identity() const override {
    return {name_, table_.version(), table_.hash(),
            static_cast<std::uint32_t>(table_.dimensions())};
  }

  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    return embed(texts, TextKind::document, out);
  }

  Status embed_query(std::string_view text, std::span<float> out) const override {
    return embed(std::span(&text, 1), TextKind::query, out);
  }

 private:
  Status embed(std::span<const std::string_view> texts, TextKind kind, std::span<float> out) const {
    const std::size_t dimensions = table_.dimensions();
    QUIRE_TRY(check_room(texts.size(), dimensions, out.size()));
    Pooler pooler(table_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      pooler.write(texts[i], kind, out.subspan(i * dimensions, dimensions));
    }
    return {};
  }

  std::string name_;
  WordTable table_;
};

}  // namespace

std::unique_ptr<Embedder> make_static_embedder(std::string name, const WordTable& table) {
  return std::make_unique<StaticEmbedder>(std::move(name), table);
}

}  // namespace quire::embedding
