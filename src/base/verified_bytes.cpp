#include "base/verified_bytes.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/checksum.hpp"

namespace quire::base {
namespace {

/// As many blocks are read at once where many are verified.
constexpr std::size_t kBlocksAtOnce = 64;

std::size_t block_count(std::size_t bytes) {
  return (bytes + kBlockSize - 1) / kBlockSize;
}

}  // namespace

std::vector<std::uint64_t> hash_blocks(std::string_view bytes) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(block_count(bytes.size()));
  for (std::size_t at = 0; at < bytes.size(); at += kBlockSize) {
    hashes.push_back(checksum(bytes.substr(at, kBlockSize)));
  }
  return hashes;
}

VerifiedBytes::VerifiedBytes(std::string name, std::string_view bytes)
    : name_(std::move(name)), bytes_(bytes) {}

VerifiedBytes::VerifiedBytes(std::string name,
                             const FileBytes& file,
                             std::vector<std::uint64_t> hashes)
    : name_(std::move(name)),
      bytes_(file.view()),
      file_(&file),
      hashes_(std::move(hashes)),
      states_(std::make_unique<std::atomic<State>[]>(hashes_.size())) {
  QUIRE_ASSERT(hashes_.size() == block_count(bytes_.size()));
}

/// Reads `blocks` into `copy` and judges each; `then` is the state of those that are sound.
bool VerifiedBytes::verify_blocks(Blocks blocks, State then, std::string& copy) const {
  const std::size_t begin = blocks.first * kBlockSize;
  copy.resize(std::min(blocks.end * kBlockSize, bytes_.size()) - begin);
  file_->copy(begin, copy.size(), copy.data());
  bool all_sound = true;
  for (std::size_t block = blocks.first; block < blocks.end; ++block) {
    const std::string_view content =
        std::string_view(copy).substr(block * kBlockSize - begin, kBlockSize);
    const bool sound = checksum(content) == hashes_[block];
    const State now = sound ? then : State::damaged;
    if (raise(block, now) == State::unknown) {
      verified_.fetch_add(1, std::memory_order_relaxed);
    }
    if (!sound) {
      distrust_at(block * kBlockSize);
    }
    all_sound = all_sound && sound;
  }
  return all_sound;
}

const char* VerifiedBytes::copy_verified(std::string_view part) const {
  thread_local std::string copy;
  const Blocks blocks = blocks_of(part);
  const auto at = static_cast<std::size_t>(part.data() - bytes_.data());
  if (count_use(blocks)) {
    copy.resize(part.size());
    file_->copy(at, part.size(), copy.data());
    return copy.data();
  }
  return verify_blocks(blocks, State::used_once, copy)
             ? copy.data() + (at - blocks.first * kBlockSize)
             : nullptr;
}

/// False, and nothing counted, if one of the blocks was not verified yet, or is damaged.
bool VerifiedBytes::count_use(Blocks blocks) const {
  for (std::size_t block = blocks.first; block < blocks.end; ++block) {
    const State state = states_[block].load(std::memory_order_relaxed);
    if (state == State::unknown || state == State::damaged) {
      return false;
    }
  }
  for (std::size_t block = blocks.first; block < blocks.end; ++block) {
    const State state = states_[block].load(std::memory_order_relaxed);
    raise(block, state == State::used_once ? State::used_twice : State::sound);
  }
  return true;
}

/// The state before. What another thread knows already stays.
VerifiedBytes::State VerifiedBytes::raise(std::size_t block, State to) const {
  State state = states_[block].load(std::memory_order_relaxed);
  while (state < to &&
         !states_[block].compare_exchange_weak(state, to, std::memory_order_relaxed)) {
  }
  return state;
}

bool VerifiedBytes::verify(std::string_view part) const {
  if (states_ == nullptr || part.empty()) {
    return true;
  }
  bool all_sound = true;
  std::string copy;
  const Blocks blocks = blocks_of(part);
  for (std::size_t first = blocks.first; first < blocks.end; first += kBlocksAtOnce) {
    const Blocks some{first, std::min(first + kBlocksAtOnce, blocks.end)};
    all_sound = (are_sound(some) || verify_blocks(some, State::sound, copy)) && all_sound;
  }
  return all_sound;
}

Status VerifiedBytes::verify_all() const {
  verify(bytes_);
  return status();
}

void VerifiedBytes::distrust(std::string_view part) const {
  distrust_at(static_cast<std::uint64_t>(part.data() - bytes_.data()));
}

void VerifiedBytes::distrust_at(std::uint64_t offset) const {
  std::uint64_t none = kNone;
  damaged_at_.compare_exchange_strong(none, offset, std::memory_order_relaxed);
}

Status VerifiedBytes::status() const {
  const std::uint64_t at = damaged_at_.load(std::memory_order_relaxed);
  if (at == kNone) {
    return {};
  }
  return fail(ErrorCode::corrupt, name_ + " at byte " + std::to_string(at) +
                                      ": these are not the bytes that were written");
}

}  // namespace quire::base
