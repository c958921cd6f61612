#include <string>
#include <utility>

#include <quire/indexer.hpp>
#include <quire/inspect.hpp>

#include "answering/wording.hpp"
#include "base/json.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "project/owned_index.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using answering::count_of;
using answering::with_thousands;
using base::printable;
using project::Place;

void print(const CheckReport& report, Output& out) {
  for (const Finding& finding : report.findings) {
    out.write(printable(finding.file) + ":" + std::to_string(finding.offset) + ": " +
              printable(finding.problem) + "\n");
  }
}

/// Of a sound index that holds only a part, `gap` says how.
std::string json_of(const Place& place, const CheckReport& report, const std::string& gap) {
  base::Json findings = base::Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back(base::Json{
        {"file", finding.file}, {"offset", finding.offset}, {"problem", finding.problem}});
  }
  return base::dump_json({{"schema", 1},
                          {"db", place.db.string()},
                          {"sound", report.findings.empty()},
                          {"findings", std::move(findings)},
                          {"unfinished", gap.empty() ? base::Json(nullptr) : base::Json(gap)},
                          {"notes", report.notes},
                          {"chunks", report.chunks},
                          {"lsn", report.lsn}});
}

Status repair(const Place& place, const GlobalOptions& options) {
  QUIRE_TRY_ASSIGN(const RepairReport report, repair_store(place.db, distrust_files));
  for (const std::string& action : report.actions) {
    say(options, action);
  }
  say(options, "kept " + count_of(report.chunks_kept, "chunk", "chunks") + ", lost " +
                   with_thousands(report.chunks_lost));
  return {};
}

/// Sound files may still hold a tree that was never indexed to its end, or what a repair left of
/// it: how, and what to do. Empty if they hold all.
Result<std::string> unfinished(const Place& place, const CheckReport& report) {
  if (!report.findings.empty()) {
    return "";
  }
  QUIRE_TRY_ASSIGN(const VectorStore store, open_index(place));
  const bool is_anonymous = store.chunk_count() > 0 && !embedder_of(store);
  if (is_anonymous && knows_files(store)) {
    return "do not say any more which embedder made them; `quire index --rebuild` starts over from "
           "the sources";
  }
  return !is_anonymous && last_sweep(store) == 0
             ? "hold only a part of the tree; `quire index` goes on"
             : "";
}

void say_verdict(const Place& place,
                 const CheckReport& report,
                 const std::string& gap,
                 const GlobalOptions& options) {
  if (!report.findings.empty()) {
    say(options, "damaged: " + count_of(report.findings.size(), "finding", "findings") + " in " +
                     place.db.string() +
                     "; `quire check --repair` keeps what verifies, `quire index --rebuild` starts "
                     "over from the sources");
  } else if (!gap.empty()) {
    say(options, "unfinished: the files are sound, but " + gap);
  } else {
    say(options, "sound: " + count_of(report.chunks, "chunk", "chunks") + " at lsn " +
                     with_thousands(report.lsn) + " in " + place.db.string());
  }
}

/// What was found, for people; repairs it first if that is asked for.
Status tell(const Place& place,
            const CheckCommand& command,
            const GlobalOptions& options,
            CheckReport& report,
            Output& out) {
  print(report, out);
  out.flush();
  for (const std::string& note : report.notes) {
    say(options, "note: " + note);
  }
  if (command.repair && !report.findings.empty()) {
    QUIRE_TRY(repair(place, options));
    QUIRE_TRY_ASSIGN(report, check_store(place.db));
    print(report, out);
    out.flush();
  }
  return {};
}

}  // namespace

Result<int> run(const CheckCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, find_place(options));
  QUIRE_TRY(project::check_owned(place));
  QUIRE_TRY_ASSIGN(CheckReport report, check_store(place.db));
  if (!report.exists) {
    return fail(ErrorCode::not_found,
                "no index in " + place.db.string() + "; `quire index` builds one");
  }
  if (!command.json) {
    QUIRE_TRY(tell(place, command, options, report, out));
  }
  QUIRE_TRY_ASSIGN(const std::string gap, unfinished(place, report));
  if (command.json) {
    out.write(json_of(place, report, gap) + "\n");
  } else {
    say_verdict(place, report, gap, options);
  }
  return report.findings.empty() && gap.empty() ? 0 : 1;
}

}  // namespace quire::cli
