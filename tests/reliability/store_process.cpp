// One process of several that use a store at once.
//
//   store_process writer FOLDER ACKNOWLEDGED LAST TURN LIMIT_MS
//       Commits until commit LAST is there, giving the lock back after TURN of them; waits up to
//       LIMIT_MS for it.
//   store_process checkpointer FOLDER ACKNOWLEDGED LAST
//       Merges the journal, again and again, until then.
//   store_process reader FOLDER ACKNOWLEDGED LAST COUNT
//       Looks at COUNT views of different commits, or until then.
//   store_process racer FOLDER ACKNOWLEDGED LIMIT_MS
//       Does what stdin says: go, again, close.
//   store_process judge FOLDER ACKNOWLEDGED
//       Says whether the store is sound and complete.
//
// ACKNOWLEDGED is a file that says which commit was acknowledged last. What goes wrong is told on
// stderr, a line each.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <unistd.h>

#include <poll.h>

#include <quire/inspect.hpp>
#include <quire/vector_store.hpp>

#include "reliability/numbered_commits.hpp"

namespace quire::reliability {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Place {
  std::filesystem::path folder;
  Acknowledged& acknowledged;
};

std::int64_t microseconds(Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void say(const std::string& line) {
  std::cout << line << "\n" << std::flush;
}

void complain(const std::string& problem) {
  std::cerr << "pid " + std::to_string(getpid()) + ": " + problem + "\n";
}

/// The value, or the end of this process.
template <class T>
T must(Result<T> result) {
  if (!result) {
    complain(result.error().message);
    std::exit(EXIT_FAILURE);
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

/// Counts `locked` as no error, but it must name somebody.
class Refusals {
 public:
  /// True if `error` is one.
  bool count(const Error& error) {
    if (error.code != ErrorCode::locked) {
      complain(error.message);
      ++errors_;
      return false;
    }
    ++refused_;
    if (error.message.find("pid ") == std::string::npos) {
      complain(error.message);
      ++unnamed_;
    }
    return true;
  }

  std::uint64_t errors() const { return errors_; }
  std::string to_string() const {
    return "errors=" + std::to_string(errors_) + " refused=" + std::to_string(refused_) +
           " unnamed=" + std::to_string(unnamed_);
  }

 private:
  std::uint64_t errors_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t unnamed_ = 0;
};

/// Waits for the writer lock up to `limit`.
Result<VectorStore> open_to_write(const Place& place, milliseconds limit) {
  StoreOptions options = small_checkpoints();
  options.lock_timeout = limit;
  return VectorStore::open(place.folder, options);
}

Status commit_next(VectorStore& store, Acknowledged& acknowledged) {
  const std::uint64_t number = last_commit(store) + 1;
  const auto commit = store.apply(numbered_commit(number, store.lsn() + 1));
  if (!commit) {
    return std::unexpected(commit.error());
  }
  acknowledged.set(number);
  return {};
}

// ---- writer, checkpointer

Status take_turn(const Place& place, std::uint64_t last, std::uint64_t turn, milliseconds limit) {
  auto store = open_to_write(place, limit);
  if (!store) {
    return std::unexpected(store.error());
  }
  if (const auto claimed = store->apply(claim()); !claimed) {
    return std::unexpected(claimed.error());
  }
  Status done;
  for (; turn > 0 && done && last_commit(*store) < last; --turn) {
    done = commit_next(*store, place.acknowledged);
  }
  return done ? store->close() : done;
}

Status merge_journal(const Place& place) {
  auto store = VectorStore::open(place.folder, small_checkpoints());
  if (!store) {
    return std::unexpected(store.error());
  }
  const Status merged = store->checkpoint();
  return merged ? store->close() : merged;
}

int until_last(const Place& place, std::uint64_t last, const auto& work) {
  Refusals refusals;
  while (place.acknowledged.last() < last && refusals.errors() == 0) {
    if (const Status done = work(); !done) {
      refusals.count(done.error());
    }
  }
  say(refusals.to_string());
  return EXIT_SUCCESS;
}

int write(const Place& place, std::uint64_t last, std::uint64_t turn, milliseconds limit) {
  return until_last(place, last, [&] { return take_turn(place, last, turn, limit); });
}

int checkpoint(const Place& place, std::uint64_t last) {
  return until_last(place, last, [&]() -> Status {
    std::this_thread::sleep_for(milliseconds(5));
    return merge_journal(place);
  });
}

// ---- reader

/// Looks at one view after the other, through one handle and through new ones.
class Reader {
 public:
  explicit Reader(const Place& place) : place_(place) {}

  int look(std::uint64_t last, std::uint64_t count) {
    while (snapshots_ < count && seen_commit_ < last && errors_ == 0) {
      const std::uint64_t acknowledged = place_.acknowledged.last();
      if (const Status moved = move_on(); !moved) {
        note(errors_, moved.error().message);
      } else {
        examine(acknowledged);
      }
    }
    say("snapshots=" + std::to_string(snapshots_) + " torn=" + std::to_string(torn_) +
        " back=" + std::to_string(back_) + " errors=" + std::to_string(errors_) +
        " stale=" + std::to_string(stale_) + " checkpoints=" + std::to_string(checkpoints_));
    return EXIT_SUCCESS;
  }

 private:
  /// Mostly through the handle that is there; one in eight times through a new one, with locks and
  /// without them in turn.
  Status move_on() {
    if (store_ && snapshots_ % 8 != 0) {
      const auto changes = store_->refresh();
      return changes ? Status() : std::unexpected(changes.error());
    }
    StoreOptions options = small_checkpoints();
    options.read_only = snapshots_ % 16 == 0;
    auto opened = VectorStore::open(place_.folder, options);
    if (!opened) {
      return std::unexpected(opened.error());
    }
    store_.emplace(*std::move(opened));
    return {};
  }

  void examine(std::uint64_t acknowledged) {
    const std::uint64_t lsn = store_->lsn();
    const std::uint64_t commit = last_commit(*store_);
    if (commit < acknowledged) {
      note(stale_, "commit " + std::to_string(acknowledged) + " is acknowledged, " +
                       std::to_string(commit) + " is shown");
    }
    if (lsn < seen_lsn_) {
      note(back_, "lsn " + std::to_string(lsn) + " after " + std::to_string(seen_lsn_));
    }
    if (lsn == seen_lsn_) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      return;
    }
    compare(lsn, commit);
    count_checkpoints();
  }

  void compare(std::uint64_t lsn, std::uint64_t commit) {
    const Result<std::string> problem = difference(*store_);
    if (!problem) {
      note(errors_, problem.error().message);
    } else if (!problem->empty()) {
      note(torn_, "at lsn " + std::to_string(lsn) + ", commit " + std::to_string(commit) + ": " +
                      *problem);
    }
    ++snapshots_;
    seen_lsn_ = lsn;
    seen_commit_ = commit;
  }

  void count_checkpoints() {
    const std::uint64_t lsn = store_->info().checkpoint_lsn;
    checkpoints_ += lsn != seen_checkpoint_ ? 1 : 0;
    seen_checkpoint_ = lsn;
  }

  void note(std::uint64_t& count, const std::string& problem) {
    ++count;
    complain(problem);
  }

  const Place& place_;
  std::optional<VectorStore> store_;
  std::uint64_t snapshots_ = 0;
  std::uint64_t torn_ = 0;
  std::uint64_t back_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t stale_ = 0;
  std::uint64_t checkpoints_ = 0;
  std::uint64_t seen_lsn_ = 0;
  std::uint64_t seen_commit_ = 0;
  std::uint64_t seen_checkpoint_ = 0;
};

// ---- racer

bool is_told_something() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) != 0;
}

void wait_for(std::string_view word) {
  std::string line;
  if (!std::getline(std::cin, line) || line != word) {
    std::exit(EXIT_FAILURE);
  }
}

/// When LOCK comes to say that this process has it.
Clock::time_point when_named(const std::filesystem::path& folder) {
  const std::string name = "pid " + std::to_string(getpid()) + " ";
  std::string text;
  while (!text.starts_with(name)) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    std::ifstream file(folder / "LOCK");
    std::getline(file, text);
  }
  return Clock::now();
}

/// One of two that want to write at once.
class Racer {
 public:
  Racer(const Place& place, milliseconds limit) : place_(place) { open(limit); }

  int race() {
    say("ready");
    wait_for("go");
    if (!try_to_win()) {
      wait_for("again");
      wait_to_win();
    }
    commit_until_told();
    wait_for("close");
    must(store_->close());
    return EXIT_SUCCESS;
  }

 private:
  static constexpr milliseconds kLongEnough{30'000};

  void open(milliseconds limit) { store_.emplace(must(open_to_write(place_, limit))); }

  bool try_to_win() {
    const Clock::time_point began = Clock::now();
    const auto claimed = store_->apply(claim());
    const std::int64_t waited = microseconds(Clock::now() - began);
    say(claimed ? "won"
                : std::string(to_string(claimed.error().code)) + " " + std::to_string(waited) +
                      " " + claimed.error().message);
    return claimed.has_value();
  }

  void wait_to_win() {
    open(kLongEnough);
    auto named = std::async(std::launch::async, when_named, place_.folder);
    say("waiting");
    must(store_->apply(claim()));
    say("won " + std::to_string(microseconds(named.get().time_since_epoch())));
  }

  /// At least one.
  void commit_until_told() {
    do {
      must(commit_next(*store_, place_.acknowledged));
    } while (!is_told_something());
  }

  const Place& place_;
  std::optional<VectorStore> store_;
};

// ---- judge

std::string verdict(const Place& place) {
  const CheckReport report = must(check_store(place.folder));
  if (!report.findings.empty()) {
    return "corrupt: " + report.findings.front().problem;
  }
  const VectorStore store = must(VectorStore::open(place.folder));
  const std::uint64_t acknowledged = place.acknowledged.last();
  if (last_commit(store) < acknowledged) {
    return "lost: commit " + std::to_string(acknowledged) + " was acknowledged, " +
           std::to_string(last_commit(store)) + " is the last";
  }
  const std::string problem = must(difference(store));
  return problem.empty() ? "sound" : "corrupt: " + problem;
}

int judge(const Place& place) {
  say(verdict(place));
  return EXIT_SUCCESS;
}

int run(const std::vector<std::string>& words) {
  Acknowledged acknowledged(words.at(2));
  const Place place{words.at(1), acknowledged};
  const auto number = [&](std::size_t word) { return std::stoull(words.at(word)); };
  if (words[0] == "writer") {
    return write(place, number(3), number(4), milliseconds(number(5)));
  }
  if (words[0] == "checkpointer") {
    return checkpoint(place, number(3));
  }
  if (words[0] == "reader") {
    return Reader(place).look(number(3), number(4));
  }
  if (words[0] == "racer") {
    return Racer(place, milliseconds(number(3))).race();
  }
  return judge(place);
}

}  // namespace
}  // namespace quire::reliability

int main(int count, char** words) {
  return quire::reliability::run({words + 1, words + count});
}
