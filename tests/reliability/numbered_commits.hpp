#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <quire/vector_store.hpp>

/// Commits that are numbered from 1 and name their number in every row, so that a store that mixes
/// two of them, or has lost one, shows it.
namespace quire::reliability {

/// Options under which checkpoints come often.
StoreOptions small_checkpoints();

/// The change that takes a store from commit `number - 1` to `number`, at `lsn`: replaces one of
/// its files; every 50th replaces all of them.
WriteBatch numbered_commit(std::uint64_t number, std::uint64_t lsn);

/// A change of an attribute, which the next numbered commit erases: for the writer lock, without
/// which nobody can know the next number.
WriteBatch claim();

/// The number of the last commit that `store` holds; 0: none.
std::uint64_t last_commit(const VectorStore& store);

/// In what `store` is not exactly as its last commit and its lsn say: rows, lsn, the answer of a
/// search; "" if in nothing.
Result<std::string> difference(const VectorStore& store);

/// The last commit that was acknowledged, in a file that several processes map.
class Acknowledged {
 public:
  explicit Acknowledged(const std::filesystem::path& file);
  ~Acknowledged();
  Acknowledged(const Acknowledged&) = delete;
  Acknowledged& operator=(const Acknowledged&) = delete;

  std::uint64_t last() const;
  void set(std::uint64_t number);

 private:
  std::uint64_t* number_ = nullptr;
};

}  // namespace quire::reliability
