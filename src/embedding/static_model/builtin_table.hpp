#pragma once

#include "embedding/static_model/word_table.hpp"

namespace quire::embedding {

/// The model inside: model/builtin.model, part of the program's read-only data. Costs nothing until
/// it is used; then the system brings in the pages that are read.
WordTable builtin_table();

}  // namespace quire::embedding
