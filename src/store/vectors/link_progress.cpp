#include "store/vectors/link_progress.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/try.hpp"

namespace quire::vectors {
namespace {

constexpr std::string_view kMagic = "QUIRELP1";
constexpr std::size_t kHeadSize = 32;
constexpr std::size_t kHashSize = 8;
constexpr std::size_t kRowSize = 8 + 4 + 4 + 1;

std::unexpected<Error> damaged() {
  return fail(ErrorCode::corrupt, "what is kept of an unfinished graph does not verify");
}

template <class T>
std::vector<T> array(base::ByteReader& in, std::size_t count) {
  std::vector<T> out(count);
  const std::string_view raw = in.bytes(count * sizeof(T));
  std::memcpy(out.data(), raw.data(), raw.size());
  return out;
}

}  // namespace

Result<LinkProgress> LinkProgress::read(std::string_view bytes, std::size_t connectivity) {
  if (bytes.size() < kHeadSize + kHashSize || !bytes.starts_with(kMagic)) {
    return damaged();
  }
  const std::string_view hashed = bytes.substr(0, bytes.size() - kHashSize);
  if (base::ByteReader(bytes.substr(hashed.size())).u64() != base::checksum(hashed)) {
    return damaged();
  }
  base::ByteReader in(hashed.substr(kMagic.size()));
  if (in.u64() != connectivity) {
    return fail(ErrorCode::incompatible, "an unfinished graph of another connectivity");
  }
  const std::uint64_t rows = in.u64();
  const std::uint64_t words = in.u64();
  const std::size_t room = in.remaining();
  if (rows > room / kRowSize || words != (room - rows * kRowSize) / sizeof(std::uint32_t)) {
    return damaged();
  }
  LinkProgress out;
  out.keys_ = array<std::uint64_t>(in, rows);
  out.checksums_ = array<std::uint32_t>(in, rows);
  out.notes_ = array<float>(in, rows);
  out.levels_ = array<std::uint8_t>(in, rows);
  out.words_ = array<std::uint32_t>(in, words);
  out.vectors_.resize(rows);
  QUIRE_TRY(out.index_lists(connectivity));
  return out;
}

/// Nothing is trusted that is followed later: counts stay within the words and within what a
/// builder has room for, and neighbours within the rows that have lists at the level.
Status LinkProgress::index_lists(std::size_t connectivity) {
  std::uint64_t at = 0;
  for (std::size_t slot = 0; slot < keys_.size(); ++slot) {
    if (slot != 0 && keys_[slot] <= keys_[slot - 1]) {
      return damaged();
    }
    lists_at_.push_back(at);
    for (int level = 0; level <= levels_[slot]; ++level) {
      const std::size_t room = (level == 0 ? 3 : 2) * connectivity;
      if (at >= words_.size() || words_[at] >= words_.size() - at || words_[at] > room) {
        return damaged();
      }
      const std::span<const std::uint32_t> ids(words_.data() + at + 1, words_[at]);
      const bool sound = std::ranges::all_of(
          ids, [&](std::uint32_t id) { return id < keys_.size() && levels_[id] >= level; });
      if (!sound) {
        return damaged();
      }
      most_ = std::max(most_, ids.size());
      at += 1 + ids.size();
    }
  }
  return at == words_.size() ? Status{} : damaged();
}

std::size_t LinkProgress::neighbours(std::uint32_t slot, int level, std::uint32_t* out) const {
  if (level > levels_[slot]) {
    return 0;
  }
  std::uint64_t at = lists_at_[slot];
  for (; level > 0; --level) {
    at += 1 + words_[at];
  }
  std::ranges::copy(std::span(words_).subspan(at + 1, words_[at]), out);
  return words_[at];
}

void LinkProgressWriter::add(std::uint64_t key, std::uint32_t checksum, int level, float note) {
  base::ByteWriter(keys_).u64(key);
  base::ByteWriter(checksums_).u32(checksum);
  base::ByteWriter(notes_).u32(std::bit_cast<std::uint32_t>(note));
  base::ByteWriter(levels_).u8(static_cast<std::uint8_t>(level));
}

void LinkProgressWriter::add_list(const std::uint32_t* ids, std::size_t count) {
  base::ByteWriter words(words_);
  words.u32(static_cast<std::uint32_t>(count));
  words.bytes({reinterpret_cast<const char*>(ids), count * sizeof(std::uint32_t)});
}

std::string LinkProgressWriter::finish(std::size_t connectivity) && {
  std::string out(kMagic);
  base::ByteWriter to(out);
  to.u64(connectivity);
  to.u64(levels_.size());
  to.u64(words_.size() / sizeof(std::uint32_t));
  for (const std::string* const part : {&keys_, &checksums_, &notes_, &levels_, &words_}) {
    to.bytes(*part);
  }
  to.u64(base::checksum(out));
  return out;
}

std::uint32_t vector_checksum(std::string_view stored) {
  return static_cast<std::uint32_t>(base::checksum(stored));
}

}  // namespace quire::vectors
