#include "mcp/follower.hpp"

#include <utility>

#include <quire/indexer.hpp>

#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "project/place.hpp"

namespace quire::mcp {

Follower::Follower(const Tree& tree) : tree_(tree), thread_([this] { run(); }) {}

Follower::~Follower() {
  {
    const base::MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

bool Follower::follow(Clock::time_point deadline) {
  const base::MutexLock lock(mutex_);
  const std::uint64_t mine = ++asked_;
  changed_.notify_all();
  while (followed_ < mine && !ending_ && changed_.wait_until(mutex_, deadline)) {
  }
  return followed_ >= mine;
}

void Follower::open_by(Clock::time_point deadline) {
  const base::MutexLock lock(mutex_);
  const std::uint64_t mine = index_ == nullptr ? ++asked_ : followed_;
  changed_.notify_all();
  while (index_ == nullptr && followed_ < mine && !ending_ &&
         changed_.wait_until(mutex_, deadline)) {
  }
}

void Follower::nudge() {
  const base::MutexLock lock(mutex_);
  ++asked_;
  changed_.notify_all();
}

Result<std::shared_ptr<const OpenIndex>> Follower::index() {
  const base::MutexLock lock(mutex_);
  if (index_ == nullptr && problem_) {
    return std::unexpected(*problem_);
  }
  return index_;
}

void Follower::rest() {
  std::shared_ptr<OpenIndex> closed;
  const base::MutexLock lock(mutex_);
  closed.swap(index_);
}

void Follower::run() {
  for (;;) {
    std::uint64_t mine = 0;
    {
      const base::MutexLock lock(mutex_);
      while (followed_ == asked_ && !ending_) {
        changed_.wait(mutex_);
      }
      if (ending_) {
        return;
      }
      mine = asked_;
    }
    follow_once();
    const base::MutexLock lock(mutex_);
    followed_ = mine;
    changed_.notify_all();
  }
}

void Follower::follow_once() {
  std::shared_ptr<OpenIndex> index;
  {
    const base::MutexLock lock(mutex_);
    index = index_;
  }
  if (index != nullptr && tree_.place() && go_on(*index)) {
    return;
  }
  auto opened = base::or_out_of_memory([&] { return open(); });
  const base::MutexLock lock(mutex_);
  problem_ = opened ? std::nullopt : std::optional(opened.error());
  index_ = opened ? *std::move(opened) : nullptr;
  changed_.notify_all();
}

Result<std::shared_ptr<OpenIndex>> Follower::open() const {
  QUIRE_TRY_ASSIGN(const project::Place place, tree_.place());
  if (tree_.may_build(place)) {
    return nullptr;
  }
  QUIRE_TRY_ASSIGN(VectorStore store, project::open_index(place));
  QUIRE_TRY_ASSIGN(project::AskingModel model, project::model_to_ask(tree_.model, store));
  const std::uint64_t checkpoint = store.info().checkpoint_lsn;
  std::filesystem::path root = project::root_of(place, store);
  auto index = std::make_shared<OpenIndex>(Corpus(std::move(store), place.db), std::move(model),
                                           std::move(root), place.db, checkpoint);
  QUIRE_TRY(take_view(*index));
  return index;
}

bool Follower::go_on(OpenIndex& index) {
  const Result<Changes> changes = index.corpus.store().refresh();
  if (!changes || changes->replaced ||
      index.corpus.store().info().checkpoint_lsn != index.checkpoint_lsn ||
      !project::index_exists(index.db)) {
    return false;
  }
  const auto made_by = embedder_of(index.corpus.store());
  const bool same_model =
      index.model.embedder == nullptr || !made_by || *made_by == index.model.embedder->identity();
  return same_model && take_view(index).has_value();
}

Status Follower::take_view(OpenIndex& index) {
  const std::int64_t swept_at = last_sweep(index.corpus.store());
  QUIRE_TRY(index.corpus.view());
  index.swept_at = swept_at;
  return {};
}

}  // namespace quire::mcp
