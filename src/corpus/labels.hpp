#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <quire/chunk.hpp>

/// What chunks are found by besides their words (lexical::Document::labels): the kinds and the
/// names of all that begins in them. A name is its last part, in any case of its letters.
namespace quire::corpus {

std::string kind_label(std::string_view kind);
std::string name_label(std::string_view name);

std::vector<std::string> labels_of(const ChunkMeta& meta);

}  // namespace quire::corpus
