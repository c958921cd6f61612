#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <quire/chunk.hpp>
#include <quire/embedder.hpp>
#include <quire/result.hpp>

#include "indexing/changes.hpp"
#include "source/known_file.hpp"

namespace quire::indexing {

/// What reading a candidate came to.
struct ExaminedFile {
  enum class Outcome : std::uint8_t {
    same,        ///< The content that the index has; perhaps not its time.
    text,        ///< New content, cut and embedded.
    binary,      ///< New content, without text.
    gone,        ///< No longer there.
    unreadable,  ///< There, but it can't be read: what the index has of it stays.
    stopped,     ///< should_stop said so.
  };

  Outcome outcome = Outcome::same;
  source::KnownFile now;
  std::vector<ChunkRow> rows;
  std::string problem;      ///< Of an unreadable file.
  bool too_costly = false;  ///< As FileRows has it.
};

/// Reads a candidate and, if its content is new, cuts and embeds it. `rebuild`: as if nothing were
/// known of it. `should_stop` is asked often meanwhile, and may be empty. Errors: the embedder's.
Result<ExaminedFile> examine(const Candidate& candidate,
                             const std::filesystem::path& root,
                             const Embedder& embedder,
                             bool rebuild,
                             const std::function<bool()>& should_stop);

/// Examines candidates on all processors and hands them out in their order, so that what comes of
/// them does not depend on timing. At most a few dozen are held at once. Once should_stop was true,
/// all that are being examined end as `stopped` within milliseconds.
class FilePipeline {
 public:
  /// The arguments must outlive this. `should_stop` is asked by next() alone, from its thread.
  FilePipeline(const std::vector<Candidate>& candidates,
               const std::filesystem::path& root,
               const Embedder& embedder,
               bool rebuild,
               const std::function<bool()>& should_stop);
  ~FilePipeline();  ///< Drops what was not asked for.
  FilePipeline(const FilePipeline&) = delete;
  FilePipeline& operator=(const FilePipeline&) = delete;

  /// The next candidate's result; to be called once for each.
  Result<ExaminedFile> next();

 private:
  struct Slot {
    bool ready = false;
    Result<ExaminedFile> result;
  };

  void work();
  void ask(std::unique_lock<std::mutex>& lock);
  Result<ExaminedFile> examined(std::size_t index, const std::function<bool()>& should_stop) const;

  const std::vector<Candidate>& candidates_;
  const std::filesystem::path& root_;
  const Embedder& embedder_;
  bool rebuild_;
  const std::function<bool()>& should_stop_;
  std::atomic<bool> stopped_ = false;  ///< What the workers ask.

  std::mutex mutex_;
  std::condition_variable room_;   ///< Somebody took a result.
  std::condition_variable ready_;  ///< A result came.
  std::size_t started_ = 0;
  std::size_t taken_ = 0;
  bool stopping_ = false;
  std::vector<Slot> slots_;  ///< A ring, by index.
  std::vector<std::thread> workers_;
};

}  // namespace quire::indexing
