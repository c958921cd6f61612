#include "cli/indexing_run.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "cli/interrupt.hpp"
#include "cli/terminal.hpp"

namespace quire::cli {
namespace {

using answering::about;
using answering::count_of;
using answering::duration;
using answering::with_thousands;
using project::Model;
using project::Place;

/// From so many on, and to another machine, a person at a terminal is asked first: docs/models.md.
constexpr std::uint64_t kTokensToAskAbout = 1'000'000;

std::string changes_of(const IndexReport& report) {
  std::string out;
  const auto add = [&out](std::uint64_t count, const char* what) {
    if (count > 0) {
      out += (out.empty() ? "" : ", ") + with_thousands(count) + " " + what;
    }
  };
  add(report.added, "new");
  add(report.changed, "changed");
  add(report.removed, "removed");
  add(report.unchanged, "unchanged");
  return out;
}

std::string summary(const IndexReport& report, std::uint64_t chunks, double seconds) {
  const std::string took = duration(seconds);
  if (report.interrupted) {
    return "interrupted after " + took + ": " + count_of(report.files, "file", "files") +
           " are safe; `quire index` goes on from there";
  }
  if (report.added + report.changed + report.removed == 0 && report.files > 0) {
    return "up to date: " + count_of(report.files, "file", "files") + ", " +
           count_of(chunks, "chunk", "chunks") + ", in " + took;
  }
  const std::string changes = changes_of(report);
  return "indexed " + count_of(report.files, "file", "files") +
         (changes.empty() ? "" : " (" + changes + ")") + ", " +
         count_of(chunks, "chunk", "chunks") + ", in " + took;
}

void say_skipped(const IndexReport& report, bool verbose, const GlobalOptions& options) {
  if (report.skipped.empty()) {
    return;
  }
  const std::string count = count_of(report.skipped.size(), "file", "files") + " skipped";
  say(options, verbose ? count + ":" : count + " (-v lists them)");
  for (const SkippedFile& file : report.skipped) {
    if (verbose) {
      say(options, "  " + file.path + ": " + file.reason);
    }
  }
}

void say_remarks(const IndexReport& report, bool verbose, const GlobalOptions& options) {
  if (report.remarks.empty()) {
    return;
  }
  const std::string count = count_of(report.remarks.size(), "remark", "remarks");
  say(options, verbose ? count + ":" : count + " (-v lists them)");
  for (const FileRemark& remark : report.remarks) {
    if (verbose) {
      say(options, "  " + remark.path + ": " + remark.text);
    }
  }
}

std::string announcement(const EmbeddingWork& work, const TextDestination& to) {
  return count_of(work.chunks, "chunk", "chunks") + ", " + about(work.tokens()) +
         " tokens, will be sent to " + to.host + " (model " + to.model + ")";
}

/// Says what is about to leave this process; where that costs somebody something, asks.
bool may_send(const EmbeddingWork& work, const TextDestination& to, const GlobalOptions& options) {
  const std::string line = announcement(work, to);
  if (!to.on_this_machine && work.tokens() >= kTokensToAskAbout && can_ask()) {
    return confirms(line + "; go on?");
  }
  say(options, line);
  return true;
}

std::string summary(const ReplacementReport& report, const Model& model, double seconds) {
  const std::string chunks = count_of(report.kept + report.made, "chunk", "chunks");
  if (!report.finished) {
    return "interrupted: " + chunks + " are embedded with " + model.name +
           "; `quire index --model " + model.name +
           "` goes on from there, until then the old vectors answer";
  }
  return "embedded " + chunks + " again with " + model.name + ", in " + duration(seconds) +
         (report.kept == 0 ? "" : " (" + with_thousands(report.kept) + " before)");
}

/// `place.root` may be what the index says.
Status check_tree_is_named(const Place& place,
                           const VectorStore& store,
                           const GlobalOptions& options) {
  if (place.root_known) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const Place found, project::place_to_index(options, ""));
  return project::check_tree_is_named(found, store);
}

}  // namespace

Result<IndexReport> run_indexing(Corpus& corpus,
                                 const Place& place,
                                 const Model& model,
                                 const IndexCommand& command,
                                 const GlobalOptions& options) {
  QUIRE_TRY(check_tree_is_named(place, corpus.store(), options));
  const auto started = std::chrono::steady_clock::now();
  ProgressLine line(options);
  IndexOptions indexing;
  indexing.root = place.root;
  indexing.model = model.name;
  indexing.rebuild = command.rebuild;
  indexing.progress = [&line](const IndexProgress& progress) { line.show(progress); };
  indexing.should_stop = interrupted;
  const TextDestination destination = model.embedder->destination();
  if (!destination.host.empty()) {
    indexing.before_embedding = [&](const EmbeddingWork& work) {
      line.clear();
      return may_send(work, destination, options);
    };
  }
  catch_interrupts();
  QUIRE_TRY_ASSIGN(IndexReport report, index_tree(corpus.store(), *model.embedder, indexing));
  // Whoever wants to end does not wait for what the next run makes anyway.
  const Status saved = report.interrupted ? Status() : corpus.save_words();
  line.clear();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  say(options, summary(report, corpus.store().chunk_count(), seconds.count()));
  say_skipped(report, command.verbose, options);
  say_remarks(report, command.verbose, options);
  if (!saved) {
    say(options,
        "the words are not saved, and every search makes them anew: " + saved.error().message);
  }
  return report;
}

Result<bool> change_model(VectorStore& store, const Model& model, const GlobalOptions& options) {
  if (!model.said || !is_of_another_embedder(store, model.embedder->identity())) {
    return true;
  }
  const auto started = std::chrono::steady_clock::now();
  ProgressLine line(options);
  EmbedderChange change;
  change.model = model.name;
  change.progress = [&](std::uint64_t done, std::uint64_t total) {
    line.show_embedding(model.name, done, total);
  };
  change.should_stop = interrupted;
  const TextDestination destination = model.embedder->destination();
  if (!destination.host.empty()) {
    change.before_embedding = [&](const EmbeddingWork& work) {
      return may_send(work, destination, options);
    };
  }
  catch_interrupts();
  QUIRE_TRY_ASSIGN(const ReplacementReport report, change_embedder(store, *model.embedder, change));
  line.clear();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  say(options, summary(report, model, seconds.count()));
  return report.finished;
}

}  // namespace quire::cli
