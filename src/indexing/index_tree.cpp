#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <quire/indexer.hpp>

#include "base/try.hpp"
#include "indexing/attributes.hpp"
#include "indexing/changes.hpp"
#include "indexing/file_pipeline.hpp"
#include "indexing/text_count.hpp"
#include "source/known_file.hpp"
#include "source/walk.hpp"

namespace quire {
namespace {

using indexing::Candidate;
using indexing::ExaminedFile;

// A commit costs a sync, so small files share one.
constexpr std::size_t kCommitChunks = 256;
constexpr std::size_t kCommitBytes = std::size_t{1} << 20;
constexpr std::size_t kCommitFiles = 4096;

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Error another_embedder(const std::string& found, const EmbedderIdentity& expected) {
  return {ErrorCode::incompatible,
          "bring the index up to date: " + found + ", and this run has " + expected.to_string() +
              "; use the one that made it, or `quire index --model` to embed its chunks again"};
}

/// Vectors of two embedders can't be compared, so a store holds one's only.
Status check_embedder(VectorStore& store, const EmbedderIdentity& expected, bool rebuild) {
  const std::uint32_t dimensions = store.info().format.dimensions;
  const std::optional<EmbedderIdentity> found = embedder_of(store);
  if (dimensions != 0 && dimensions != expected.dimensions) {
    return std::unexpected(
        another_embedder(found ? "it was made by the embedder " + found->to_string()
                               : "its vectors have " + std::to_string(dimensions) + " dimensions",
                         expected));
  }
  if (found ? *found == expected : store.chunk_count() == 0) {
    return {};
  }
  if (rebuild) {
    return store.clear();
  }
  return std::unexpected(another_embedder(
      found ? "it was made by the embedder " + found->to_string() : "no embedder is recorded in it",
      expected));
}

/// Gathers changes and commits them in groups, a file's never apart.
class Committer {
 public:
  Committer(VectorStore& store, IndexReport& report) : store_(store), report_(report) {}

  /// Only if it is not so already.
  void set_attribute(std::string_view name, std::string value) {
    if (store_.attribute(name) != value) {
      batch_.set_attribute(std::string(name), std::move(value));
    }
  }

  Status remember(const source::KnownFile& file) {
    batch_.set_attribute(source::attribute_name(file.path), encode(file));
    ++files_;
    return commit_if_large();
  }

  Status replace(const source::KnownFile& file, std::vector<ChunkRow> rows) {
    batch_.delete_file(source::displayable_path(file.path));
    chunks_ += rows.size();
    for (ChunkRow& row : rows) {
      bytes_ += row.meta.content.size();
      batch_.insert(std::move(row));
    }
    return remember(file);
  }

  Status forget(const std::string& path) {
    batch_.delete_file(source::displayable_path(path));
    batch_.erase_attribute(source::attribute_name(path));
    ++files_;
    return commit_if_large();
  }

  Status commit() {
    if (batch_.empty()) {
      return {};
    }
    QUIRE_TRY_ASSIGN(const Commit done, store_.apply(batch_));
    report_.chunks_inserted += done.inserted.size();
    report_.chunks_removed += done.removed.size();
    batch_ = {};
    chunks_ = bytes_ = files_ = 0;
    return {};
  }

 private:
  Status commit_if_large() {
    const bool large = chunks_ >= kCommitChunks || bytes_ >= kCommitBytes || files_ >= kCommitFiles;
    return large ? commit() : Status();
  }

  VectorStore& store_;
  IndexReport& report_;
  WriteBatch batch_;
  std::size_t chunks_ = 0;
  std::size_t bytes_ = 0;
  std::size_t files_ = 0;
};

class Run {
 public:
  Run(VectorStore& store, const Embedder& embedder, const IndexOptions& options)
      : store_(store), embedder_(embedder), options_(options), committer_(store, report_) {}

  Result<IndexReport> run() {
    const std::int64_t began = seconds_now();
    show({});
    QUIRE_TRY_ASSIGN(source::WalkResult walked,
                     source::walk(options_.root, {options_.max_file_bytes, options_.should_stop}));
    remark_on(walked.remarks);
    QUIRE_TRY(check_embedder(store_, embedder_.identity(), options_.rebuild));
    QUIRE_TRY(indexing::drop_needless_change(store_, embedder_.identity()));
    const bool first = last_sweep(store_) == 0;
    std::vector<source::KnownFile> known = indexing::known_files(store_);
    report_.files = count_text(known);
    if (walked.stopped) {
      report_.interrupted = true;
      return std::move(report_);
    }
    std::vector<std::string> strays;
    if (options_.thorough) {
      QUIRE_TRY_ASSIGN(strays, indexing::stray_files(store_, known));
    }
    leave_out_others(walked.files, known, strays);
    indexing::Changes changes = indexing::find_changes(std::move(walked), std::move(known),
                                                       std::move(strays), options_.rebuild);
    report_.unchanged = changes.unchanged;
    report_.skipped = std::move(changes.skipped);
    committer_.set_attribute(indexing::kEmbedderAttribute, indexing::encode(embedder_.identity()));
    if (!options_.model.empty()) {
      committer_.set_attribute(indexing::kModelAttribute, options_.model);
    }
    committer_.set_attribute(indexing::kRootAttribute, canonical_root());
    QUIRE_TRY(take_in(changes.candidates));
    if (!report_.interrupted) {
      QUIRE_TRY(drop(changes.gone));
      QUIRE_TRY(drop(changes.strays));
      record_sweep(began);
    }
    QUIRE_TRY(committer_.commit());
    QUIRE_TRY(store_.flush());
    const bool first_whole = first && last_sweep(store_) != 0;
    if (options_.thorough && !report_.interrupted && (first_whole || store_.checkpoint_due())) {
      QUIRE_TRY(store_.checkpoint());
    }
    std::ranges::sort(report_.skipped, {}, &SkippedFile::path);
    std::ranges::sort(report_.remarks, {}, &FileRemark::path);
    return std::move(report_);
  }

 private:
  static std::uint64_t count_text(const std::vector<source::KnownFile>& files) {
    return static_cast<std::uint64_t>(std::ranges::count(files, false, &source::KnownFile::binary));
  }

  /// True for a path that options_.paths name, or that lies in a folder of theirs.
  bool is_wanted(std::string_view path) const {
    return std::ranges::any_of(options_.paths, [&](std::string_view wanted) {
      return wanted.empty() || path == wanted ||
             (path.starts_with(wanted) && path[wanted.size()] == '/');
    });
  }

  void leave_out_others(std::vector<source::SourceFile>& files,
                        std::vector<source::KnownFile>& known,
                        std::vector<std::string>& strays) const {
    if (options_.paths.empty()) {
      return;
    }
    std::erase_if(files, [&](const source::SourceFile& file) { return !is_wanted(file.path); });
    std::erase_if(known, [&](const source::KnownFile& file) { return !is_wanted(file.path); });
    std::erase_if(strays, [&](const std::string& path) { return !is_wanted(path); });
  }

  void record_sweep(std::int64_t began) {
    const bool recent = began - last_sweep(store_) < options_.sweep_interval.count();
    const bool unchanged = report_.added + report_.changed + report_.removed == 0;
    if (options_.paths.empty() && !(recent && unchanged)) {
      committer_.set_attribute(indexing::kSweptAttribute, std::to_string(began));
    }
  }

  void show(const IndexProgress& progress) const {
    if (options_.progress) {
      options_.progress(progress);
    }
  }

  std::string canonical_root() const {
    std::error_code error;
    const std::filesystem::path root = std::filesystem::canonical(options_.root, error);
    return error ? options_.root.native() : root.native();
  }

  bool is_stopped() const { return options_.should_stop && options_.should_stop(); }

  Status ask_before_embedding(const std::vector<Candidate>& candidates) const {
    if (!options_.before_embedding) {
      return {};
    }
    QUIRE_TRY_ASSIGN(
        const EmbeddingWork work,
        indexing::count_texts(candidates, options_.root, options_.rebuild, options_.should_stop));
    if (work.chunks == 0 || is_stopped() || options_.before_embedding(work)) {
      return {};
    }
    return fail(ErrorCode::unavailable, "nothing was embedded, since the answer was no");
  }

  Status take_in(const std::vector<Candidate>& candidates) {
    QUIRE_TRY(ask_before_embedding(candidates));
    indexing::FilePipeline files(candidates, options_.root, embedder_, options_.rebuild,
                                 options_.should_stop);
    report_.unread = candidates.size();
    IndexProgress progress{0, candidates.size(), 0};
    for (const Candidate& candidate : candidates) {
      if (is_stopped()) {
        report_.interrupted = true;
        break;
      }
      Result<ExaminedFile> file = files.next();
      if (!file) {
        // What is complete stays done, whatever became of this file.
        QUIRE_TRY(committer_.commit());
        return std::unexpected(
            file.error().while_doing("index " + source::displayable_path(candidate.file.path)));
      }
      if (file->outcome == ExaminedFile::Outcome::stopped) {
        report_.interrupted = true;
        break;
      }
      ++progress.files_done;
      --*report_.unread;
      progress.chunks += file->rows.size();
      QUIRE_TRY(take_in(candidate, *std::move(file)));
      show(progress);
    }
    return {};
  }

  Status take_in(const Candidate& candidate, ExaminedFile file) {
    const bool was_text = candidate.known && !candidate.known->binary;
    switch (file.outcome) {
      case ExaminedFile::Outcome::same:
        if (file.now.binary) {
          skip(candidate, "binary");
        } else {
          ++report_.unchanged;
        }
        return candidate.known == file.now ? Status() : committer_.remember(file.now);
      case ExaminedFile::Outcome::text:
        if (file.too_costly) {
          remark(candidate, "too costly to parse, so it is cut by lines");
        }
        ++(was_text ? report_.changed : report_.added);
        report_.files += was_text ? 0 : 1;
        return committer_.replace(file.now, std::move(file.rows));
      case ExaminedFile::Outcome::binary:
        skip(candidate, "binary");
        count_removed(was_text);
        return committer_.replace(file.now, {});
      case ExaminedFile::Outcome::unreadable:
        skip(candidate, std::move(file.problem));
        return {};
      case ExaminedFile::Outcome::gone:
        count_removed(was_text);
        return candidate.known ? committer_.forget(candidate.file.path) : Status();
      case ExaminedFile::Outcome::stopped:
        return {};
    }
    return fail(ErrorCode::internal, "unknown outcome of reading a file");
  }

  Status drop(const std::vector<source::KnownFile>& gone) {
    for (const source::KnownFile& file : gone) {
      count_removed(!file.binary);
      QUIRE_TRY(committer_.forget(file.path));
    }
    return {};
  }

  Status drop(const std::vector<std::string>& strays) {
    for (const std::string& path : strays) {
      ++report_.removed;
      QUIRE_TRY(committer_.forget(path));
    }
    return {};
  }

  void skip(const Candidate& candidate, std::string reason) {
    report_.skipped.push_back({source::displayable_path(candidate.file.path), std::move(reason)});
  }

  void remark_on(const std::vector<source::WalkRemark>& remarks) {
    for (const source::WalkRemark& remark : remarks) {
      report_.remarks.push_back({source::displayable_path(remark.path), remark.text});
    }
  }

  void remark(const Candidate& candidate, std::string text) {
    report_.remarks.push_back({source::displayable_path(candidate.file.path), std::move(text)});
  }

  void count_removed(bool was_text) {
    report_.removed += was_text ? 1 : 0;
    report_.files -= was_text ? 1 : 0;
  }

  VectorStore& store_;
  const Embedder& embedder_;
  const IndexOptions& options_;
  IndexReport report_;
  Committer committer_;
};

}  // namespace

Result<IndexReport> index_tree(VectorStore& store,
                               const Embedder& embedder,
                               const IndexOptions& options) {
  return Run(store, embedder, options).run();
}

}  // namespace quire
