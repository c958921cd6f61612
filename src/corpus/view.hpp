#pragma once

#include <memory>

#include <quire/store_snapshot.hpp>

#include "lexical/word_index.hpp"

namespace quire::corpus {

/// Chunks and their words, of one commit.
struct View {
  StoreSnapshot chunks;
  lexical::WordIndex words;
};

}  // namespace quire::corpus
