#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crash/environment.hpp"
#include "crash/workload.hpp"
#include "support/portion.hpp"
#include "support/simulated_file_system.hpp"

/// Every call to the disk of many workloads fails, in four ways. The error surfaces, or nothing was
/// lost by it; what was acknowledged is there when the disk works again.
///
/// R3 and R4 of the scoreboard. QUIRE_CRASH_SEED and QUIRE_CRASH_OP (the call that fails) as in
/// crash_test.cpp.
namespace quire::crash {
namespace {

using support::CrashModel;
using support::Fault;
using support::SimulatedFileSystem;
using Kind = Step::Kind;

constexpr std::uint64_t kWorkloads = 200;
constexpr std::uint64_t kEveryday = 25;  ///< Portions, of which one is run every day.
constexpr std::uint64_t kKinds = 4;
constexpr std::uint64_t kMessages = 10;

struct Tally {
  std::uint64_t points = 0;
  std::uint64_t surfaced = 0;  ///< The rest was survived in silence, with nothing lost.
  std::uint64_t bad = 0;
};

/// One workload with one failure.
class FaultyRun {
 public:
  FaultyRun(const Workload& workload, std::function<void(SimulatedFileSystem&)> break_disk)
      : workload_(workload), files_(workload.fresh_disk()) {
    break_disk(*files_);
  }

  /// What went wrong, or "".
  std::string run() {
    std::string problem = carry_out_until_error();
    if (problem.empty() && error_) {
      problem = check_surfaced();
    }
    store_.reset();
    files_->heal();
    for (const CrashModel model : {CrashModel::power_loss, CrashModel::kill}) {
      if (problem.empty()) {
        problem = check_reopened(model);
      }
    }
    return problem;
  }

  bool surfaced() const { return error_.has_value(); }
  std::uint64_t calls() const { return files_->calls(); }
  std::uint64_t syncs() const { return files_->syncs(); }
  std::uint64_t faults() const { return files_->faults(); }

 private:
  std::string carry_out_until_error() {
    if (!reopen()) {
      return "";
    }
    for (const Step& step : workload_.steps) {
      const Status status = step.kind == Kind::reopen ? store_->close() : carry_out(*store_, step);
      const bool acknowledged = status.has_value();
      if (!acknowledged) {
        error_ = status.error();
        failed_kind_ = step.kind;
        return "";
      }
      ++done_;
      const bool syncs =
          step.kind == Kind::checkpoint || step.kind == Kind::flush || step.kind == Kind::reopen;
      if (syncs || workload_.options.durability == Durability::each_commit) {
        synced_ = done_;
      }
      if (step.kind == Kind::reopen && !reopen()) {
        return "";
      }
    }
    const Status closed = store_->close();
    if (!closed) {
      error_ = closed.error();
      failed_kind_ = Kind::reopen;
    } else {
      synced_ = done_;
    }
    return "";
  }

  bool reopen() {
    store_.reset();
    Result<VectorStore> opened = open(files_, workload_);
    if (!opened) {
      error_ = opened.error();
      return false;
    }
    store_ = std::make_unique<VectorStore>(std::move(*opened));
    return true;
  }

  static bool is_honest(const Error& error) {
    return error.code == ErrorCode::store_io || error.code == ErrorCode::unavailable;
  }

  /// After an error: old rows are still answered, and a write is refused or good.
  std::string check_surfaced() {
    if (!is_honest(*error_)) {
      return "the error is " + std::string(to_string(error_->code)) + ": " + error_->message;
    }
    if (!store_ || failed_kind_ == Kind::reopen) {
      return "";
    }
    const std::string changed =
        difference(*store_, workload_.states[done_], workload_, Depth::quick);
    if (!changed.empty()) {
      return "after \"" + error_->message + "\" the handle answers otherwise: " + changed;
    }
    const ChunkRow row = extra_row(workload_, workload_.states[done_], 1);
    const Result<Commit> commit = store_->insert({row});
    if (!commit && !is_honest(commit.error())) {
      return "the next write gives " + std::string(to_string(commit.error().code)) + ": " +
             commit.error().message;
    }
    after_error_ = with_row(workload_.states[done_], row);
    extra_acknowledged_ = commit.has_value() && store_->flush().has_value();
    return "";
  }

  std::vector<State> candidates(CrashModel model) const {
    if (extra_acknowledged_) {
      return {*after_error_};
    }
    const std::size_t oldest = model == CrashModel::kill ? done_ : synced_;
    const std::size_t newest = std::min(done_ + 1, workload_.states.size() - 1);
    std::vector<State> out(workload_.states.begin() + static_cast<std::ptrdiff_t>(oldest),
                           workload_.states.begin() + static_cast<std::ptrdiff_t>(newest) + 1);
    if (after_error_) {
      out.push_back(*after_error_);
    }
    return out;
  }

  std::string check_reopened(CrashModel model) const {
    const auto files = files_->after_crash(model, 1);
    Result<VectorStore> store = open(files, workload_);
    if (!store) {
      return "reopening: " + store.error().message;
    }
    std::string problem = "lsn " + std::to_string(store->lsn());
    std::optional<State> found;
    for (const State& state : candidates(model)) {
      if (state.lsn == store->lsn() && !found) {
        problem = difference(*store, state, workload_, Depth::quick);
        found = problem.empty() ? std::optional(state) : std::nullopt;
      }
    }
    if (!found) {
      return "reopened: " + problem + (error_ ? " after: " + error_->message : "");
    }
    const ChunkRow row = extra_row(workload_, *found, 2);
    const auto commit = store->insert({row});
    if (!commit || commit->inserted != std::vector<ChunkKey>{{found->next_key}}) {
      return "writing on: " + (commit ? "another key" : commit.error().message);
    }
    const Status closed = store->close();
    Result<VectorStore> again = open(files, workload_);
    if (!closed || !again) {
      return "after writing on: " + (closed ? again.error().message : closed.error().message);
    }
    return difference(*again, with_row(*found, row), workload_, Depth::quick);
  }

  const Workload& workload_;
  std::shared_ptr<SimulatedFileSystem> files_;
  std::unique_ptr<VectorStore> store_;
  std::optional<Error> error_;
  Kind failed_kind_ = Kind::reopen;
  std::size_t done_ = 0;
  std::size_t synced_ = 0;
  std::optional<State> after_error_;
  bool extra_acknowledged_ = false;
};

void judge(FaultyRun& run, const std::string& name, Tally& tally) {
  const std::string problem = run.run();
  ++tally.points;
  tally.surfaced += run.surfaced() ? 1 : 0;
  if (!problem.empty() && ++tally.bad <= kMessages) {
    ADD_FAILURE() << name << ": " << problem;
  }
}

const char* name_of(std::uint64_t kind) {
  constexpr const char* kNames[] = {"I/O error", "short write", "full disk for good",
                                    "I/O errors for good"};
  return kNames[kind];
}

void fail_call(SimulatedFileSystem& files, std::uint64_t call, std::uint64_t kind) {
  constexpr Fault kFaults[] = {Fault::io_error, Fault::short_write, Fault::disk_full,
                               Fault::io_error};
  files.fail_at_call(files.calls() + call, kFaults[kind], kind >= 2);
}

/// Calls judge(workload, healthy) for each workload of this run; `healthy` ran it without failure.
template <class Judge>
void for_each_workload(const Judge& judge_workload) {
  const auto only_seed = number_in_environment("QUIRE_CRASH_SEED");
  const support::Portion part = support::portion(kEveryday);
  for (std::uint64_t seed = 0; seed < kWorkloads; ++seed) {
    if (only_seed ? seed == *only_seed : part.has(seed)) {
      const Workload workload = make_workload(seed);
      FaultyRun healthy(workload, [](SimulatedFileSystem&) {});
      ASSERT_EQ(healthy.run(), "");
      judge_workload(workload, healthy);
    }
  }
}

TEST(IoError, AtEveryCallSurfacesAndLosesNothing) {
  const auto only_call = number_in_environment("QUIRE_CRASH_OP");
  Tally tally;
  std::uint64_t workloads = 0;
  for_each_workload([&](const Workload& workload, const FaultyRun& healthy) {
    ++workloads;
    for (std::uint64_t call = 0; call < healthy.calls(); ++call) {
      for (std::uint64_t kind = 0; kind < kKinds && (!only_call || call == *only_call); ++kind) {
        FaultyRun run(workload, [&](SimulatedFileSystem& files) { fail_call(files, call, kind); });
        judge(run,
              "QUIRE_CRASH_SEED=" + std::to_string(workload.seed) +
                  " QUIRE_CRASH_OP=" + std::to_string(call) + ", " + name_of(kind),
              tally);
      }
    }
  });
  support::report("R3", {{"workloads", workloads},
                         {"points", tally.points},
                         {"surfaced", tally.surfaced},
                         {"bad", tally.bad}});
  EXPECT_EQ(tally.bad, 0U);
}

TEST(IoError, FailedSyncIsNeverTriedAgain) {
  Tally tally;
  for_each_workload([&](const Workload& workload, const FaultyRun& healthy) {
    for (std::uint64_t sync = 0; sync < healthy.syncs(); ++sync) {
      FaultyRun run(workload,
                    [&](SimulatedFileSystem& files) { files.fail_at_sync(files.syncs() + sync); });
      judge(run,
            "QUIRE_CRASH_SEED=" + std::to_string(workload.seed) + ", sync " + std::to_string(sync),
            tally);
      EXPECT_EQ(run.faults(), 1U);
    }
  });
  support::report("R4",
                  {{"points", tally.points}, {"surfaced", tally.surfaced}, {"bad", tally.bad}});
  EXPECT_EQ(tally.bad, 0U);
}

/// The commit whose sync failed is refused, and so is every later one; questions are answered.
TEST(IoError, FailedSyncOfACommitPoisonsTheHandle) {
  Workload workload = make_workload(0, 0);
  workload.options.automatic_checkpoint = false;
  const auto files = workload.fresh_disk();
  VectorStore store = open(files, workload).value();
  const ChunkRow first = extra_row(workload, workload.states.front(), 1);
  ASSERT_TRUE(store.insert({first}).has_value());
  files->fail_at_sync(files->syncs());
  EXPECT_EQ(store.insert({extra_row(workload, workload.states.front(), 2)}).error().code,
            ErrorCode::store_io);
  EXPECT_EQ(files->faults(), 1U);
  const std::uint64_t changes = files->changes();
  EXPECT_EQ(store.insert({extra_row(workload, workload.states.front(), 3)}).error().code,
            ErrorCode::unavailable);
  EXPECT_EQ(store.delete_file(first.meta.file_path).error().code, ErrorCode::unavailable);
  EXPECT_EQ(store.clear().error().code, ErrorCode::unavailable);
  EXPECT_EQ(store.checkpoint().error().code, ErrorCode::unavailable);
  EXPECT_EQ(files->changes(), changes);
  const State state = with_row(workload.states.front(), first);
  EXPECT_EQ(difference(store, state, workload, Depth::thorough), "");
  (void)store.close();
  const auto later = files->after_crash(CrashModel::power_loss);
  EXPECT_EQ(difference(open(later, workload).value(), state, workload, Depth::thorough), "");
}

}  // namespace
}  // namespace quire::crash
