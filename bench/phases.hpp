#pragma once

#include "run.hpp"

/// The phases that have files of their own; kUsage says what each takes.
namespace quire::bench {

/// Searches before and after many updates without a pause, and in a fresh build of the same rows.
void churn(Run& run);

/// Searches in several threads, alone and beside a writer that commits at a steady rate.
void mixed(Run& run);

/// What opening, searching, updating and a checkpoint keep in memory.
void memory(Run& run);

}  // namespace quire::bench
