#pragma once

#include <quire/corpus.hpp>
#include <quire/indexer.hpp>

#include "cli/invocation.hpp"
#include "project/model.hpp"
#include "project/place.hpp"

namespace quire::cli {

/// Brings `corpus` up to date with the place's tree by `model`, showing progress, and says in a
/// line what was done. Ctrl-C ends it early with what is complete: report.interrupted.
Result<IndexReport> run_indexing(Corpus& corpus,
                                 const project::Place& place,
                                 const project::Model& model,
                                 const IndexCommand& command,
                                 const GlobalOptions& options);

/// Where `model` was asked for and another one made the vectors, embeds the chunks again, showing
/// progress. False after Ctrl-C: the old vectors stay, the next call goes on.
Result<bool> change_model(VectorStore& store,
                          const project::Model& model,
                          const GlobalOptions& options);

}  // namespace quire::cli
