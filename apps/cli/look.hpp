#pragma once

#include <cstdint>
#include <string>

#include <quire/corpus.hpp>

#include "cli/invocation.hpp"
#include "project/model.hpp"
#include "project/place.hpp"

/// What an answer does about a tree that may have changed since the index saw it.
namespace quire::cli {

/// How much of the tree an answer knows.
struct Look {
  std::int64_t whole_at = 0;  ///< Unix seconds: the index has the tree as it was then; or 0.
  std::string lacks;          ///< Else what it lacks, in words; "" where nothing is known to be.
};

/// The index of a place, and how much of the tree it has. It lives as long as the process, which
/// ends with its answer: to give back piece by piece what it took would take a fifth of the time.
struct SeenIndex {
  Corpus corpus;
  Look look;
  bool changed = false;  ///< By the look.
};

/// Opens the place's index to answer from. As `refresh` says, what changed in the tree is taken in
/// before: all of it, by `model`, showing progress; or as far as $QUIRE_REFRESH_MS (150) allow, so
/// that what was written a second ago is found. The latter is never a reason not to answer, and
/// leaves an index as it is that was imported, that never saw its tree whole, whose root only the
/// index names, or whose model would send text to another machine. Null after Ctrl-C.
Result<SeenIndex*> open_seen(const project::Place& place,
                             Refresh refresh,
                             const std::string& model,
                             const GlobalOptions& options);

/// The same of a store that is brought up to date with all of the place's tree, showing progress.
Result<SeenIndex*> indexed(VectorStore store,
                           const project::Place& place,
                           const project::Model& model,
                           const GlobalOptions& options);

/// Merges what a look has taken in, once that is due and quickly done. After the answer: nobody
/// waits for it but the next prompt.
void merge_if_due(SeenIndex& index);

}  // namespace quire::cli
