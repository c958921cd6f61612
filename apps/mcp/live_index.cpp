#include "mcp/live_index.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "base/free_memory.hpp"
#include "base/try.hpp"
#include "project/place.hpp"

namespace quire::mcp {
namespace {

namespace fs = std::filesystem;

using std::chrono::milliseconds;

/// What an answer waits for the tree to be swept, and for the index to be followed. Together with
/// the search itself it is to be there within 100 ms.
constexpr milliseconds kSweepPatience{50};
constexpr milliseconds kFollowPatience{20};
/// How often it is looked whether an index that is just being built has something to say.
constexpr milliseconds kFirstRowsInterval{5};
/// An index that is there but not open yet is worth waiting for longer: an answer without it would
/// say that there is nothing.
constexpr std::chrono::seconds kOpeningPatience{30};

bool is_empty(const std::shared_ptr<const OpenIndex>& index) {
  return index == nullptr || index->corpus.store().chunk_count() == 0;
}

bool is_below(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::string_view to_string(Coverage coverage) {
  switch (coverage) {
    case Coverage::none:
      return "none";
    case Coverage::opening:
      return "opening";
    case Coverage::part:
      return "part";
    case Coverage::whole:
      return "whole";
  }
  return "unknown";
}

LiveIndex::LiveIndex(Tree tree)
    : tree_(std::move(tree)), follower_(tree_), keeper_(tree_, follower_) {
  follower_.nudge();
  keeper_.sweep(Clock::now());
}

Result<Opened> LiveIndex::now() {
  const auto asked = Clock::now();
  keeper_.sweep(asked + kSweepPatience);
  QUIRE_TRY_ASSIGN(Opened opened, this->opened(asked));
  while (is_empty(opened.index) && keeper_.is_busy() &&
         Clock::now() < asked + kSweepPatience + kFollowPatience) {
    std::this_thread::sleep_for(kFirstRowsInterval);
    QUIRE_TRY_ASSIGN(opened, this->opened(asked));
  }
  return opened;
}

Result<Opened> LiveIndex::opened(Clock::time_point asked) {
  QUIRE_TRY_ASSIGN(std::shared_ptr<const OpenIndex> index, open());
  base::Json fresh = freshness(index.get(), asked);
  return Opened{std::move(index), std::move(fresh)};
}

Result<std::shared_ptr<const OpenIndex>> LiveIndex::open() {
  follower_.follow(Clock::now() + kFollowPatience);
  follower_.open_by(Clock::now() + kOpeningPatience);
  return follower_.index();
}

Result<IndexReport> LiveIndex::update(const KeepingOrder& order) {
  return keeper_.carry_out(order);
}

Coverage LiveIndex::coverage_of(const OpenIndex* index) const {
  if (index == nullptr) {
    return tree_.has_index() ? Coverage::opening : Coverage::none;
  }
  const VectorStore& store = index->corpus.store();
  const bool empty = store.chunk_count() == 0;
  const bool imported = !empty && !knows_files(store);
  return index->swept_at > 0 || imported ? Coverage::whole
         : empty                         ? Coverage::none
                                         : Coverage::part;
}

base::Json LiveIndex::freshness(const OpenIndex* index, Clock::time_point asked) {
  const KeepingState state = keeper_.state();
  const std::int64_t recorded = index == nullptr ? 0 : index->swept_at.load();
  base::Json object = {{"state", to_string(state.phase)},
                       {"coverage", to_string(coverage_of(index))},
                       {"swept_at", std::max(recorded, state.swept_at)},
                       {"newer_unseen", state.seen < asked},
                       {"files_done", state.progress.files_done},
                       {"files_total", state.progress.files_total}};
  const std::string by_words = index == nullptr ? "" : index->model.why_not;
  if (!state.message.empty() || !by_words.empty()) {
    object["message"] =
        !state.message.empty() ? state.message : "found by words alone: " + by_words;
  }
  return object;
}

Result<std::string> LiveIndex::path_in_tree(const std::string& path) const {
  QUIRE_TRY_ASSIGN(const project::Place place, tree_.place());
  if (path.contains('\0')) {
    return fail(ErrorCode::invalid_argument, "a path has no NUL byte in it");
  }
  std::error_code failed;
  const fs::path root = fs::weakly_canonical(place.root, failed);
  const fs::path plain = (root / path).lexically_normal();
  const fs::path real = fs::weakly_canonical(plain, failed);
  if (failed || !is_below(plain, root) || !is_below(real, root)) {
    return fail(ErrorCode::invalid_argument,
                "'" + path + "' is outside of the tree; paths are relative to " + root.string());
  }
  const std::string relative = plain.lexically_relative(root).string();
  return relative == "."           ? ""
         : relative.ends_with('/') ? relative.substr(0, relative.size() - 1)
                                   : relative;
}

bool LiveIndex::rest() {
  if (keeper_.is_busy()) {
    return false;
  }
  follower_.rest();
  base::give_back_free_memory();
  return true;
}

}  // namespace quire::mcp
