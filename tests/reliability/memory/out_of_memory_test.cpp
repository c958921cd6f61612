#include "base/out_of_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <quire/vector_store.hpp>

#include "crash/workload.hpp"
#include "reliability/memory/failing_malloc.hpp"
#include "support/portion.hpp"
#include "support/temp_dir.hpp"

/// R13: every allocation of every step of a few workloads fails, alone or with all that follow. The
/// call answers or says that there is no memory; the store holds what it held or what the step
/// makes of it, in this handle and in the next; and no memory is lost.
///
/// QUIRE_OOM_CASE="SEED ATTEMPT MODE NUMBER" runs one failure alone.
namespace quire::reliability {
namespace {

namespace fs = std::filesystem;

using crash::Depth;
using crash::State;
using crash::Step;
using crash::Workload;
using Mode = FailingMalloc::Mode;

constexpr std::uint64_t kSeeds = 6;
constexpr std::uint64_t kEveryday = 10;  ///< Portions, of which one is run every day.
constexpr std::uint64_t kMessages = 10;

/// Which allocation of what.
struct Case {
  std::uint64_t seed = 0;
  std::uint64_t attempt = 0;
  std::uint64_t mode = 0;
  std::uint64_t number = 0;

  bool operator==(const Case&) const = default;
};

std::string to_string(const Case& one) {
  std::ostringstream out;
  out << one.seed << ' ' << one.attempt << ' ' << one.mode << ' ' << one.number;
  return out.str();
}

std::optional<Case> only_case() {
  const char* const text = std::getenv("QUIRE_OOM_CASE");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) {
    return std::nullopt;
  }
  Case one;
  std::istringstream(text) >> one.seed >> one.attempt >> one.mode >> one.number;
  return one;
}

struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t refused = 0;  ///< Calls that said that there was no memory.
  std::uint64_t bad = 0;
  std::uint64_t leaks = 0;
};

/// What is done while memory fails, and the states that it may leave.
struct Attempt {
  std::function<Status(std::optional<VectorStore>&)> act;
  std::vector<const State*> allowed;
};

Status change(std::optional<VectorStore>& store, const Step& step) {
  return step.kind == Step::Kind::reopen ? store->close() : crash::carry_out(*store, step);
}

/// Every kind of question; the first error of all.
Status ask(const VectorStore& store, const State& state) {
  Status first;
  const auto keep = [&first](const auto& answer) {
    if (first && !answer) {
      first = std::unexpected(answer.error());
    }
  };
  for (const auto& [key, row] : state.rows) {
    keep(store.search(row.vector, 3));
    keep(store.similar({key}, 3));
    keep(store.get({key}));
    keep(store.vector({key}));
    keep(store.query({}));
    keep(store.list_files());
    keep(store.find_by_symbol("a"));
    keep(store.verify());
    break;
  }
  return first;
}

/// In memory where there is such a place: the disk is none of this test's business.
fs::path fast_folder() {
  return fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
}

class OutOfMemory {
 public:
  OutOfMemory(std::uint64_t seed, std::function<bool(const Case&)> chosen, Tally& tally)
      : workload_(crash::make_workload(seed)), chosen_(std::move(chosen)), tally_(tally) {
    workload_.options.checkpoint_in_background = false;
    workload_.options.build_threads = 1;
    case_.seed = seed;
    fs::create_directories(folder_.path() / "before");
    for (const auto& [path, bytes] : workload_.imported_files) {
      folder_.write("before/" + fs::path(path).filename().string(), bytes);
    }
  }

  void run() {
    for (std::size_t i = 0; i < workload_.steps.size(); ++i) {
      const Step& step = workload_.steps[i];
      const State& before = workload_.states[i];
      fail_every_allocation(
          {[&](auto& store) { return change(store, step); }, {&before, &workload_.states[i + 1]}});
      fail_every_allocation({[&](auto& store) { return reopen(store); }, {&before}});
      fail_every_allocation({[&](auto& store) { return ask(*store, before); }, {&before}});
      std::optional<VectorStore> store;
      ASSERT_TRUE(open("before", store));
      ASSERT_TRUE(change(store, step));
      ASSERT_TRUE(store->close());
    }
  }

 private:
  Status open(const std::string& name, std::optional<VectorStore>& store) const {
    Result<VectorStore> opened = VectorStore::open(folder_.path() / name, workload_.options);
    if (!opened) {
      return std::unexpected(opened.error());
    }
    store.emplace(std::move(*opened));
    return {};
  }

  Status reopen(std::optional<VectorStore>& store) const {
    store.reset();
    return open("tried", store);
  }

  void fail_every_allocation(const Attempt& attempt) {
    ++case_.attempt;
    const std::uint64_t allocations = count_allocations(attempt);
    for (const Mode mode : {Mode::once, Mode::for_good}) {
      case_.mode = static_cast<std::uint64_t>(mode);
      for (case_.number = 0; case_.number < allocations; ++case_.number) {
        if (chosen_(case_)) {
          judge(mode, attempt);
        }
      }
    }
  }

  void copy_store() const {
    fs::remove_all(folder_.path() / "tried");
    fs::copy(folder_.path() / "before", folder_.path() / "tried", fs::copy_options::recursive);
  }

  /// Arguments are made by the caller, who may run out of memory too.
  static Status act(const Attempt& attempt, std::optional<VectorStore>& store) {
    return base::or_out_of_memory([&] { return attempt.act(store); });
  }

  /// Also lets threads and libraries allocate what they keep for good.
  std::uint64_t count_allocations(const Attempt& attempt) {
    copy_store();
    std::optional<VectorStore> store;
    EXPECT_TRUE(open("tried", store));
    const FailingMalloc counting(FailingMalloc::kCountOnly, Mode::once);
    const Status done = act(attempt, store);
    const std::uint64_t calls = counting.calls();
    EXPECT_TRUE(done) << done.error().message;
    return calls;
  }

  void judge(Mode mode, const Attempt& attempt) {
    ++tally_.cases;
    auto [problem, lost] = try_case(mode, attempt);
    if (lost > 0) {  // Threads keep some memory from their first use on: a leak loses it each time.
      lost = try_case(mode, attempt).second;
    }
    note(problem.empty() ? problem_reopened() : problem, lost);
  }

  /// What was wrong, and how many blocks of memory went.
  std::pair<std::string, std::int64_t> try_case(Mode mode, const Attempt& attempt) {
    copy_store();
    allowed_.clear();
    for (const State* state : attempt.allowed) {
      allowed_.push_back(*state);
    }
    std::string problem;
    const std::int64_t before = blocks_in_use();
    {
      std::optional<VectorStore> store;
      Status done = open("tried", store);
      {
        const FailingMalloc failing(case_.number, mode);
        done = act(attempt, store);
      }
      tally_.refused += done ? 0 : 1;
      problem = problem_with(done, store);
    }
    const std::int64_t lost = blocks_in_use() - before;
    const bool kept_allowed = allowed_.front().lsn == attempt.allowed.front()->lsn;
    return {problem, problem.empty() && kept_allowed ? lost : 0};
  }

  /// Of the handle that was there when memory failed.
  std::string problem_with(const Status& done, std::optional<VectorStore>& store) {
    const bool is_honest = done || done.error().code == ErrorCode::unavailable ||
                           done.error().code == ErrorCode::store_io;
    if (!is_honest) {
      return "the error is " + std::string(to_string(done.error().code)) + ": " +
             done.error().message;
    }
    const bool answers = store && store->query({});
    const std::string problem = answers ? difference(*store) : "";
    return answers && problem.empty() ? problem_writing_on(*store) : problem;
  }

  /// The handle refuses to write, or does it well.
  std::string problem_writing_on(VectorStore& store) {
    const auto now = std::ranges::find(allowed_, store.lsn(), &State::lsn);
    if (now->rows.empty()) {
      return "";
    }
    const std::string path = now->rows.begin()->second.meta.file_path;
    State after = *now;
    const std::size_t rows = std::erase_if(
        after.rows, [&](const auto& row) { return row.second.meta.file_path == path; });
    ++after.lsn;
    const auto removed = store.delete_file(path);
    if (removed && *removed != rows) {
      return "of " + std::to_string(rows) + " rows of a file " + std::to_string(*removed) +
             " were removed";
    }
    if (removed) {
      allowed_ = {after};
    }
    return removed || removed.error().code == ErrorCode::unavailable ? "" : removed.error().message;
  }

  std::string problem_reopened() const {
    std::optional<VectorStore> store;
    const Status opened = open("tried", store);
    return opened ? difference(*store) : "opening again: " + opened.error().message;
  }

  std::string difference(const VectorStore& store) const {
    std::string problem = "lsn " + std::to_string(store.lsn());
    for (const State& state : allowed_) {
      if (state.lsn == store.lsn()) {
        problem = crash::difference(store, state, workload_, Depth::quick);
        if (problem.empty()) {
          break;
        }
      }
    }
    return problem;
  }

  void note(const std::string& problem, std::int64_t lost) {
    tally_.bad += problem.empty() ? 0 : 1;
    tally_.leaks += lost > 0 ? 1 : 0;
    if ((!problem.empty() || lost > 0) && tally_.bad + tally_.leaks <= kMessages) {
      ADD_FAILURE() << "QUIRE_OOM_CASE=\"" << to_string(case_) << "\": " << problem << "; " << lost
                    << " blocks lost";
    }
  }

  Workload workload_;
  std::function<bool(const Case&)> chosen_;
  Tally& tally_;
  Case case_;
  std::vector<State> allowed_;  ///< Of which one is found when the store is opened next.
  support::TempDir folder_{fast_folder()};
};

TEST(OutOfMemory, LeavesTheStoreAsItWasOrAsItWasToBe) {
  const support::Portion part = support::portion(kEveryday);
  const std::optional<Case> only = only_case();
  Tally tally;
  std::uint64_t cases = 0;
  const auto chosen = [&](const Case& one) { return only ? one == *only : part.has(cases++); };
  for (std::uint64_t seed = 0; seed < kSeeds && !HasFatalFailure(); ++seed) {
    OutOfMemory(seed, chosen, tally).run();
  }
  support::report("R13", {{"cases", tally.cases},
                          {"refused", tally.refused},
                          {"bad", tally.bad},
                          {"leaks", tally.leaks}});
  EXPECT_EQ(tally.bad, 0U);
  EXPECT_EQ(tally.leaks, 0U);
  EXPECT_GE(tally.refused, tally.cases / 2);
}

}  // namespace
}  // namespace quire::reliability
