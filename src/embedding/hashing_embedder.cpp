#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/embedder.hpp>

#include "base/checksum.hpp"
#include "base/try.hpp"
#include "embedding/rows/rows.hpp"
#include "words/count_factors.hpp"
#include "words/words.hpp"

// Feature hashing with signs (Weinberger et al., "Feature hashing for large scale multitask
// learning", 2009). A text's features are its words: the parts of its identifiers and the
// identifiers that have several. Each unique word counts (1 + ln tf) x a weight that rises with its
// length, since the shortest words say least. It is spread over three kinds of features, the word,
// its stem and its character n-grams, and each feature adds to one of the dimensions, or takes from
// it. The weights were chosen by how often a docstring finds its Python function among others.
//
// Sums are of integers, hence exact in any order and equal on every machine; only the last step, to
// unit length, is in floating point, by operations that IEEE 754 rounds in one way.

namespace quire {
namespace {

using words::IdentifierReader;
using words::PartReader;
using words::stem_length;

constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kWordSeed = 0x71756972'65776f72;
constexpr std::uint64_t kStemSeed = 0x71756972'6573746d;
constexpr std::size_t kLongestWord = 40;
constexpr std::size_t kShortestGram = 3;
constexpr std::size_t kLongestGram = 5;

// Weights are in 256ths.
constexpr std::int32_t kOne = 256;
constexpr std::int32_t kWholeShare = 128;
constexpr std::int32_t kStemShare = 192;
constexpr std::int32_t kGramShare = 512;  ///< Of all of a word's n-grams together.
constexpr std::array<std::int32_t, 8> kLengthWeights = {0, 24, 80, 152, 208, 256, 272, 288};

/// Sums are kept below this for the norm, so that up to 2^15 squares fit 64 bits.
constexpr std::int64_t kLargestSum = std::int64_t{1} << 24;

constexpr double square_root(double x) {
  double root = x;
  for (int i = 0; i < 60; ++i) {
    root = (root + x / root) / 2;
  }
  return root;
}

constexpr std::int32_t rounded(double x) {
  const auto below = static_cast<std::int32_t>(x);
  return x - below < 0.5 ? below : below + 1;
}

/// 256 x (1 + ln n).
constexpr auto kFrequencyWeights = [] {
  std::array<std::int32_t, words::kCountFactors.size()> weights{};
  for (std::size_t n = 1; n < weights.size(); ++n) {
    weights[n] = rounded(256 * words::kCountFactors[n]);
  }
  return weights;
}();

/// 256 / sqrt(n): what one of n grams weighs, so that together they have the length of one feature.
constexpr auto kGramWeights = [] {
  std::array<std::int32_t, 3 * (kLongestWord + 2) + 1> weights{};
  for (std::size_t n = 1; n < weights.size(); ++n) {
    weights[n] = rounded(256 / square_root(static_cast<double>(n)));
  }
  return weights;
}();

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A lower-case word of at most kLongestWord bytes; what is beyond does not count.
class Word {
 public:
  void append(std::string_view part) {
    for (const char c : part.substr(0, kLongestWord - size_)) {
      bytes_[size_++] = lower(c);
    }
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kLongestWord> bytes_{};
  std::size_t size_ = 0;
};

/// The unique words of one text and how often each is there. Kept from text to text for its memory.
class WordCounts {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t offset = 0;
    std::uint8_t length = 0;
    bool whole = false;  ///< An identifier of several parts.
    std::uint32_t count = 0;
  };

  void clear() {
    entries_.clear();
    bytes_.clear();
    std::ranges::fill(slots_, 0);
  }

  void add(std::string_view word, bool whole) {
    const std::uint64_t hash = base::checksum(word, kWordSeed);
    std::size_t at = (hash ^ (whole ? 1 : 0)) & (slots_.size() - 1);
    while (slots_[at] != 0) {
      Entry& entry = entries_[slots_[at] - 1];
      if (entry.hash == hash && entry.whole == whole) {
        ++entry.count;
        return;
      }
      at = (at + 1) & (slots_.size() - 1);
    }
    entries_.push_back({hash, static_cast<std::uint32_t>(bytes_.size()),
                        static_cast<std::uint8_t>(word.size()), whole, 1});
    bytes_ += word;
    slots_[at] = static_cast<std::uint32_t>(entries_.size());
    if (entries_.size() * 2 > slots_.size()) {
      grow();
    }
  }

  const std::vector<Entry>& entries() const { return entries_; }
  std::string_view word(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.offset, entry.length);
  }

 private:
  void grow() {
    slots_.assign(slots_.size() * 2, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      std::size_t at = (entries_[i].hash ^ (entries_[i].whole ? 1 : 0)) & (slots_.size() - 1);
      while (slots_[at] != 0) {
        at = (at + 1) & (slots_.size() - 1);
      }
      slots_[at] = static_cast<std::uint32_t>(i + 1);
    }
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(1024);  ///< Entry + 1; 0: free.
  std::string bytes_;
};

/// Mixes the bits of a short gram; the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// One text's vector in the making.
class Sketch {
 public:
  explicit Sketch(std::size_t dimensions) : sums_(dimensions) {}

  void write(std::string_view text, std::span<float> out) {
    count(text);
    std::ranges::fill(sums_, 0);
    for (const WordCounts::Entry& entry : counts_.entries()) {
      add_word(entry);
    }
    write_unit(out);
  }

 private:
  void count(std::string_view text) {
    counts_.clear();
    IdentifierReader identifiers(text);
    for (std::string_view name = identifiers.next(); !name.empty(); name = identifiers.next()) {
      count_identifier(name);
    }
  }

  void count_identifier(std::string_view name) {
    Word whole;
    int parts = 0;
    PartReader reader(name);
    for (std::string_view part = reader.next(); !part.empty(); part = reader.next()) {
      Word word;
      word.append(part);
      counts_.add(word.view(), false);
      whole.append(part);
      ++parts;
    }
    if (parts > 1) {
      counts_.add(whole.view(), true);
    }
  }

  void add_word(const WordCounts::Entry& entry) {
    const std::string_view word = counts_.word(entry);
    const std::int32_t frequency =
        kFrequencyWeights[std::min<std::size_t>(entry.count, kFrequencyWeights.size() - 1)];
    const std::int32_t length = kLengthWeights[std::min(word.size(), kLengthWeights.size() - 1)];
    const std::int32_t weight = frequency * length / kOne;
    if (entry.whole) {
      add_feature(entry.hash, weight * kWholeShare / kOne);
      return;
    }
    add_feature(entry.hash, weight);
    const std::string_view stem = word.substr(0, stem_length(word));
    add_feature(base::checksum(stem, kStemSeed), weight * kStemShare / kOne);
    add_grams(word, weight * kGramShare / kOne);
  }

  /// Of the word with marks at both ends, as `<word>`.
  void add_grams(std::string_view word, std::int32_t weight) {
    std::array<char, kLongestWord + 2> marked{};
    marked[0] = '<';
    std::ranges::copy(word, marked.begin() + 1);
    marked[word.size() + 1] = '>';
    const std::size_t size = word.size() + 2;
    if (size < kShortestGram) {
      return;
    }
    std::size_t grams = 0;
    for (std::size_t n = kShortestGram; n <= std::min(kLongestGram, size); ++n) {
      grams += size - n + 1;
    }
    const std::int32_t each = weight * kGramWeights[grams] / kOne;
    for (std::size_t begin = 0; begin + kShortestGram <= size; ++begin) {
      std::uint64_t gram = 0;
      for (std::size_t n = 0; n < std::min(kLongestGram, size - begin); ++n) {
        gram = gram << 8 | static_cast<unsigned char>(marked[begin + n]);
        if (n + 1 >= kShortestGram) {
          add_feature(mixed(gram), each);
        }
      }
    }
  }

  /// The upper half of the hash picks the dimension, the lowest bit the sign.
  void add_feature(std::uint64_t hash, std::int32_t weight) {
    const auto at = static_cast<std::size_t>(((hash >> 32) * sums_.size()) >> 32);
    sums_[at] += (hash & 1) != 0 ? weight : -weight;
  }

  void write_unit(std::span<float> out) {
    while (
        std::ranges::any_of(sums_, [](std::int64_t sum) { return std::abs(sum) >= kLargestSum; })) {
      std::ranges::for_each(sums_, [](std::int64_t& sum) { sum /= 2; });
    }
    std::int64_t square = 0;
    for (const std::int64_t sum : sums_) {
      square += sum * sum;
    }
    if (square == 0) {
      embedding::write_first_axis(out);
      return;
    }
    const double norm = std::sqrt(static_cast<double>(square));
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      out[i] = static_cast<float>(static_cast<double>(sums_[i]) / norm);
    }
  }

  std::vector<std::int64_t> sums_;
  WordCounts counts_;
};

class HashingEmbedder : public Embedder {
 public:
  explicit HashingEmbedder(std::uint32_t dimensions) : dimensions_(dimensions) {}

  EmbedderIdentity identity() const override { return {"hash", kVersion, "", dimensions_}; }

  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    QUIRE_TRY(embedding::check_room(texts.size(), dimensions_, out.size()));
    Sketch sketch(dimensions_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      sketch.write(texts[i], out.subspan(i * dimensions_, dimensions_));
    }
    return {};
  }

  Status embed_query(std::string_view text, std::span<float> out) const override {
    return embed_documents(std::span(&text, 1), out);
  }

 private:
  std::uint32_t dimensions_;
};

}  // namespace

std::string EmbedderIdentity::to_string() const {
  const std::string model = hash.empty() ? "" : "/" + hash;
  return name + "/" + std::to_string(version) + model + " (" + std::to_string(dimensions) +
         " dimensions)";
}

std::unique_ptr<Embedder> make_hashing_embedder(std::uint32_t dimensions) {
  return std::make_unique<HashingEmbedder>(std::max(dimensions, 1U));
}

}  // namespace quire
