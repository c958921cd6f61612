#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <quire/result.hpp>

#include "base/files.hpp"

/// Bytes that are verified block by block, so that a part can be used without reading the rest.
namespace quire::base {

/// A page: of a vector or a line of text that is wanted, little else is read and hashed.
inline constexpr std::size_t kBlockSize = std::size_t{4} << 10;

/// XXH3-64 of each block of `bytes`; the last one may be shorter.
std::vector<std::uint64_t> hash_blocks(std::string_view bytes);

/// The bytes of a file, each block of which is verified when it is first asked for.
///
/// Threads: any. Two that ask for a block at once may both hash it.
class VerifiedBytes {
 public:
  /// `bytes`, all of them verified by other means.
  VerifiedBytes(std::string name, std::string_view bytes);
  /// `hashes` are hash_blocks() of the bytes as they should be: one for each block of `file`.
  VerifiedBytes(std::string name, const FileBytes& file, std::vector<std::uint64_t> hashes);

  std::string_view view() const { return bytes_; }

  /// `part` of view(), verified, or a copy of it that is good until this thread's next call; null
  /// if it is damaged, which status() then says for good. A block's first uses read the file rather
  /// than the mapping: most are used once or twice, and a fault may map a megabyte around them.
  const char* fetch(std::string_view part) const {
    if (states_ == nullptr || part.empty()) {
      return part.data();
    }
    return are_sound(blocks_of(part)) ? part.data() : copy_verified(part);
  }

  /// True if `part` of view() is sound.
  bool verify(std::string_view part) const;

  /// Verifies what was not yet. Error: as status().
  Status verify_all() const;

  /// For a reader that finds what can't be at `part` of view(), though it verified.
  void distrust(std::string_view part) const;

  /// `corrupt`, with the file and the byte, if something damaged was met.
  Status status() const;

  /// How many blocks were verified here.
  std::uint64_t verified_blocks() const { return verified_.load(std::memory_order_relaxed); }

 private:
  /// What is known of a block: this only ever rises. A sound one is used where it is mapped.
  enum class State : std::uint8_t { unknown, used_once, used_twice, sound, damaged };
  static constexpr std::uint64_t kNone = UINT64_MAX;

  struct Blocks {
    std::size_t first = 0;
    std::size_t end = 0;
  };
  Blocks blocks_of(std::string_view part) const {
    const auto at = static_cast<std::size_t>(part.data() - bytes_.data());
    return {at / kBlockSize, (at + part.size() - 1) / kBlockSize + 1};
  }
  bool are_sound(Blocks blocks) const {
    for (std::size_t block = blocks.first; block < blocks.end; ++block) {
      if (states_[block].load(std::memory_order_relaxed) != State::sound) {
        return false;
      }
    }
    return true;
  }
  const char* copy_verified(std::string_view part) const;
  bool verify_blocks(Blocks blocks, State then, std::string& copy) const;
  bool count_use(Blocks blocks) const;
  State raise(std::size_t block, State to) const;
  void distrust_at(std::uint64_t offset) const;

  std::string name_;
  std::string_view bytes_;
  const FileBytes* file_ = nullptr;
  std::vector<std::uint64_t> hashes_;
  std::unique_ptr<std::atomic<State>[]> states_;  ///< Null: nothing is left to verify.
  mutable std::atomic<std::uint64_t> verified_ = 0;
  mutable std::atomic<std::uint64_t> damaged_at_ = kNone;
};

}  // namespace quire::base
