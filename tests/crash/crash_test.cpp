#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crash/environment.hpp"
#include "crash/workload.hpp"
#include "store/waiting_index.hpp"
#include "support/portion.hpp"
#include "support/simulated_file_system.hpp"

/// The machine stops before every change to the disk of many workloads, in four ways; what it
/// leaves must open, hold one of the states that it may, and go on.
///
/// R1 and R2 of the scoreboard. QUIRE_CRASH_SEED=S and QUIRE_CRASH_OP=N run one workload, and the
/// crashes before its change N alone.
namespace quire::crash {
namespace {

using support::CrashModel;
using support::SimulatedFileSystem;
using Kind = Step::Kind;

constexpr std::size_t kMessages = 10;
constexpr std::uint64_t kVariants = 6;
constexpr std::uint64_t kWorkloads = 200;
constexpr std::uint64_t kEveryday = 8;  ///< Portions, of which one is run every day.

const char* name_of(CrashModel model) {
  switch (model) {
    case CrashModel::kill:
      return "kill";
    case CrashModel::power_loss:
      return "power loss";
    case CrashModel::scattered:
      return "scattered sectors and names";
    case CrashModel::scattered_names_kept:
      return "scattered sectors";
  }
  return "?";
}

struct Tally {
  std::uint64_t states = 0;
  std::uint64_t twice = 0;       ///< States after a second crash, during recovery.
  std::uint64_t resumed = 0;     ///< States in which the vectors were replaced afterwards.
  std::uint64_t waiting = 0;     ///< States with an index.usearch that waits for its name.
  std::uint64_t unreadable = 0;  ///< Do not open.
  std::uint64_t lost = 0;        ///< Hold an older state than the last acknowledged one.
  std::uint64_t torn = 0;        ///< Hold no state at all.
  std::uint64_t stuck = 0;       ///< Can't be written any more, or forget what is written then.

  std::uint64_t bad() const { return unreadable + lost + torn + stuck; }
};

/// One crash to judge: where it was, and which states the store may hold after it.
struct Crash {
  std::uint64_t op = 0;
  CrashModel model = CrashModel::kill;
  std::uint64_t variant = 0;
  std::size_t oldest = 0;  ///< Indices into the workload's states.
  std::size_t synced = 0;  ///< The oldest that a loss of power may leave.
  std::size_t newest = 0;
};

/// Judges the crashes of one workload.
class Judge {
 public:
  Judge(const Workload& workload, Tally& tally) : workload_(workload), tally_(tally) {}

  void judge(const SimulatedFileSystem& disk, const Crash& crash) {
    crash_ = crash;
    random_.seed(
        ((workload_.seed * 100'003 + crash.op) * 4 + static_cast<std::uint64_t>(crash.model)) * 16 +
        crash.variant);
    ++tally_.states;
    auto files = disk.after_crash(crash.model, random_());
    history_ = {files->files()};
    tally_.waiting += std::ranges::any_of(history_.front(), [](const auto& file) {
      return store::is_waiting_index(file.first.substr(file.first.rfind('/') + 1));
    });
    std::vector<State> candidates(
        workload_.states.begin() + static_cast<std::ptrdiff_t>(crash.oldest),
        workload_.states.begin() + static_cast<std::ptrdiff_t>(crash.newest) + 1);
    if (random_() % 2 == 0 && !crash_again(files, candidates)) {
      return;
    }
    std::optional<State> state = find_state(files, candidates);
    if (state && workload_.replaces && random_() % 2 == 0) {
      state = replace_vectors(files, *state);
    }
    if (state) {
      write_on(files, *state);
    }
  }

 private:
  /// Recovers and writes, with a crash in the middle of that; narrows or widens the states that
  /// may be found then. False: already bad.
  bool crash_again(std::shared_ptr<SimulatedFileSystem>& files, std::vector<State>& candidates) {
    ++tally_.twice;
    ChunkRow row;
    std::optional<State> found;
    bool acknowledged = false;
    {
      Result<VectorStore> store = open(files, workload_);
      found = store ? state_of(*store, candidates) : std::nullopt;
      if (!found) {
        return report_bad(store, candidates);
      }
      row = extra_row(workload_, *found, 1);
      files->crash_at_change(files->changes() + random_() % 10);
      acknowledged = store->insert({row}).has_value() && store->flush().has_value();
    }
    const auto model = static_cast<CrashModel>(random_() % 4);
    // What a kill left in memory alone may go now, unless something was acknowledged on top of it.
    if (model == CrashModel::kill || crash_.model != CrashModel::kill) {
      candidates = {*found};
    } else {
      candidates.assign(workload_.states.begin() + static_cast<std::ptrdiff_t>(crash_.synced),
                        workload_.states.begin() + static_cast<std::ptrdiff_t>(crash_.newest) + 1);
    }
    if (acknowledged) {
      candidates.clear();
    }
    candidates.push_back(with_row(*found, row));
    files = files->after_crash(model, random_());
    history_.push_back(files->files());
    return true;
  }

  std::optional<State> state_of(const VectorStore& store, const std::vector<State>& candidates) {
    const Depth depth = random_() % 8 == 0 ? Depth::thorough : Depth::quick;
    for (const State& state : candidates) {
      if (state.lsn == store.lsn() && difference(store, state, workload_, depth).empty()) {
        return state;
      }
    }
    return std::nullopt;
  }

  /// Opens the store twice: both times it holds the same one of `candidates`.
  std::optional<State> find_state(const std::shared_ptr<SimulatedFileSystem>& files,
                                  const std::vector<State>& candidates) {
    Result<VectorStore> store = open(files, workload_);
    std::optional<State> state = store ? state_of(*store, candidates) : std::nullopt;
    if (!state) {
      report_bad(store, candidates);
      return std::nullopt;
    }
    store = open(files, workload_);
    if (!store || !state_of(*store, {*state})) {
      report_bad(store, {*state});
      return std::nullopt;
    }
    return state;
  }

  /// Replaces the vectors, going on with what may lie in next/.
  std::optional<State> replace_vectors(const std::shared_ptr<SimulatedFileSystem>& files,
                                       const State& before) {
    const auto begun = std::ranges::find_if(workload_.steps, [](const Step& step) {
      return step.kind == Kind::begin_replacement || step.kind == Kind::replace_vectors;
    });
    if (begun == workload_.steps.end()) {
      return before;
    }
    ++tally_.resumed;
    Step step = *begun;
    step.kind = Kind::replace_vectors;
    Result<VectorStore> store = open(files, workload_);
    const Status done = store ? carry_out(*store, step) : std::unexpected(store.error());
    if (!done) {
      report(tally_.stuck, "replacing the vectors: " + done.error().message);
      return std::nullopt;
    }
    State state = after(before, step, workload_.options.metric.value());
    state.lsn = before.lsn + 1;
    const std::string problem = difference(*store, state, workload_, Depth::quick);
    if (!problem.empty()) {
      report(tally_.stuck, "after replacing the vectors: " + problem);
      return std::nullopt;
    }
    return state;
  }

  /// One more commit, under the key that is due; then a loss of power, and it must be there.
  void write_on(const std::shared_ptr<SimulatedFileSystem>& files, const State& before) {
    const ChunkRow row = extra_row(workload_, before, 2);
    const State expected = with_row(before, row);
    {
      Result<VectorStore> store = open(files, workload_);
      Result<Commit> commit = store ? store->insert({row}) : std::unexpected(store.error());
      if (!commit || commit->inserted != std::vector<ChunkKey>{{before.next_key}}) {
        return report(tally_.stuck,
                      "writing on: " + (commit ? "another key" : commit.error().message));
      }
      const Status status = random_() % 2 == 0 ? store->flush() : store->close();
      if (!status) {
        return report(tally_.stuck, "writing on: " + status.error().message);
      }
      const auto later = files->after_crash(CrashModel::power_loss);
      store = open(later, workload_);
      if (!store) {
        return report(tally_.stuck, "opening after writing on: " + store.error().message);
      }
      const std::string problem = difference(*store, expected, workload_, Depth::quick);
      if (!problem.empty()) {
        report(tally_.stuck, "after writing on: " + problem);
      }
    }
  }

  bool report_bad(const Result<VectorStore>& store, const std::vector<State>& candidates) {
    if (!store) {
      report(tally_.unreadable, store.error().message);
      return false;
    }
    const auto older = std::ranges::find_if(workload_.states, [&](const State& state) {
      return difference(*store, state, workload_, Depth::quick).empty();
    });
    if (older != workload_.states.end()) {
      report(tally_.lost, "found the state of lsn " + std::to_string(older->lsn) + ", expected " +
                              std::to_string(candidates.front().lsn) + " to " +
                              std::to_string(candidates.back().lsn));
    } else {
      const auto likely = std::ranges::find(candidates, store->lsn(), &State::lsn);
      report(tally_.torn, likely == candidates.end()
                              ? "lsn " + std::to_string(store->lsn())
                              : difference(*store, *likely, workload_, Depth::thorough));
    }
    return false;
  }

  void report(std::uint64_t& counter, const std::string& problem) {
    ++counter;
    if (tally_.bad() <= kMessages) {
      ADD_FAILURE() << "QUIRE_CRASH_SEED=" << workload_.seed << " QUIRE_CRASH_OP=" << crash_.op
                    << ", " << name_of(crash_.model) << ", variant " << crash_.variant
                    << ", between steps " << crash_.oldest << " and " << crash_.newest << ": "
                    << problem << "\n"
                    << listing(history_);
    }
  }

  static std::string listing(const std::vector<std::map<std::string, std::string>>& history) {
    std::string out;
    for (const auto& files : history) {
      out += "  on the disk:";
      for (const auto& [path, bytes] : files) {
        out += " " + path + " (" + std::to_string(bytes.size()) + ")";
      }
      out += "\n";
    }
    return out;
  }

  const Workload& workload_;
  Tally& tally_;
  Crash crash_;
  std::vector<std::map<std::string, std::string>> history_;  ///< The disk after each crash.
  std::mt19937_64 random_;
};

/// Carries a workload out once, and judges every crash on the way. Commits that follow a checkpoint
/// are carried out in the middle of it, as another thread's may be: one at each file that it opens.
class CrashRun {
 public:
  CrashRun(const Workload& workload, std::optional<std::uint64_t> only_op, Tally& tally)
      : workload_(workload),
        judge_(workload, tally),
        only_op_(only_op),
        files_(workload.fresh_disk()) {}

  void run() {
    first_change_ = files_->changes();
    files_->before_change([this] { judge_all(); });
    files_->before_open = [this](const std::string& path) {
      if (merging_ && is_of_a_merge(path) && commits_next()) {
        carry_out_next();
      }
      return Status();
    };
    reopen();
    while (done_ < workload_.steps.size() && !testing::Test::HasFatalFailure()) {
      carry_out_next();
    }
    ASSERT_TRUE(store_->close().has_value());
    synced_ = done_;
    judge_all();
  }

  std::uint64_t commits_beside() const { return commits_beside_; }

 private:
  void reopen() { store_ = std::make_unique<VectorStore>(open(files_, workload_).value()); }

  void carry_out_next() {
    const Step& step = workload_.steps[done_];
    if (step.kind == Kind::checkpoint) {
      return checkpoint();
    }
    if (step.kind == Kind::reopen) {
      ASSERT_TRUE(store_->close().has_value());
      synced_ = done_;
      reopen();
    } else {
      ASSERT_TRUE(carry_out(*store_, step).has_value());
    }
    ++done_;
    const bool syncs = step.kind == Kind::flush || step.kind == Kind::reopen;
    if (workload_.options.durability == Durability::each_commit || syncs) {
      synced_ = done_;
    }
  }

  /// Changes no state: it is done as soon as it begins.
  void checkpoint() {
    const Step& step = workload_.steps[done_];
    const std::size_t before = ++done_;
    merging_ = !store_->info().imported;  // A conversion lets nobody in.
    ASSERT_TRUE(carry_out(*store_, step).has_value());
    merging_ = false;
    commits_beside_ += done_ - before;
    synced_ = std::max(synced_, before);
  }

  static bool is_of_a_merge(const std::string& path) {
    return path.ends_with("index.usearch.tmp") || path.ends_with("metadata.json.tmp") ||
           path.find("/cache/") != std::string::npos;
  }

  bool commits_next() const {
    if (done_ == workload_.steps.size()) {
      return false;
    }
    const Kind kind = workload_.steps[done_].kind;
    return kind != Kind::checkpoint && kind != Kind::flush && kind != Kind::reopen &&
           kind != Kind::replace_vectors;  // It waits for the merge.
  }

  void judge_all() {
    const std::uint64_t op = files_->changes() - first_change_;
    if (only_op_ && *only_op_ != op) {
      return;
    }
    const std::size_t newest = std::min(done_ + 1, workload_.states.size() - 1);
    judge_.judge(*files_, {op, CrashModel::kill, 0, done_, synced_, newest});
    judge_.judge(*files_, {op, CrashModel::power_loss, 0, synced_, synced_, newest});
    for (std::uint64_t variant = 0; variant < kVariants; ++variant) {
      judge_.judge(*files_, {op, CrashModel::scattered, variant, synced_, synced_, newest});
      judge_.judge(*files_,
                   {op, CrashModel::scattered_names_kept, variant, synced_, synced_, newest});
    }
  }

  const Workload& workload_;
  Judge judge_;
  std::optional<std::uint64_t> only_op_;
  std::shared_ptr<support::HookedFileSystem> files_;
  std::unique_ptr<VectorStore> store_;
  std::uint64_t first_change_ = 0;
  bool merging_ = false;
  std::uint64_t commits_beside_ = 0;
  std::size_t done_ = 0;
  std::size_t synced_ = 0;
};

TEST(Crash, AtEveryChangeLeavesAnAcknowledgedState) {
  const auto only_seed = number_in_environment("QUIRE_CRASH_SEED");
  const support::Portion part = support::portion(kEveryday);
  Tally tally;
  std::uint64_t workloads = 0;
  std::uint64_t commits_beside = 0;
  for (std::uint64_t seed = 0; seed < kWorkloads && !HasFatalFailure(); ++seed) {
    if (only_seed ? seed != *only_seed : !part.has(seed)) {
      continue;
    }
    const Workload workload = make_workload(seed);
    CrashRun run(workload, number_in_environment("QUIRE_CRASH_OP"), tally);
    run.run();
    commits_beside += run.commits_beside();
    ++workloads;
  }
  support::report("R1", {{"workloads", workloads},
                         {"states", tally.states},
                         {"lost", tally.lost},
                         {"unreadable", tally.unreadable},
                         {"torn", tally.torn},
                         {"stuck", tally.stuck},
                         {"commits_beside_merges", commits_beside}});
  support::report("R2", {{"twice", tally.twice}, {"bad", tally.bad()}});
  support::report("R1", {{"replacements_after", tally.resumed}, {"index_waits", tally.waiting}});
  EXPECT_EQ(tally.bad(), 0U);
  if (!only_seed) {
    EXPECT_GE(tally.states, 1000 * workloads);
    EXPECT_GE(commits_beside, workloads / 2);
  }
}

}  // namespace
}  // namespace quire::crash
