#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chunking/chunker.hpp"
#include "chunking/symbol_walk.hpp"

namespace quire::chunking {

/// Each chunk as "first-last kind name", or "first-last" where it has no name.
inline std::vector<std::string> outline(std::string_view text,
                                        std::string_view language,
                                        std::string_view path = "") {
  std::vector<std::string> lines;
  for (const SourceChunk& piece : chunk(text, language, path)) {
    std::string line = std::to_string(piece.start_line) + "-" + std::to_string(piece.end_line);
    if (piece.symbol_name) {
      line += " " + piece.symbol_kind.value() + " " + *piece.symbol_name;
    }
    lines.push_back(line);
  }
  return lines;
}

/// Each symbol as "kind name".
inline std::vector<std::string> symbols(std::string_view text, std::string_view language) {
  std::vector<std::string> lines;
  if (const auto table = find_symbols(text, language)) {
    for (const Symbol& symbol : table->symbols) {
      lines.push_back(std::string(to_string(symbol.kind)) + " " + symbol.name);
    }
  }
  return lines;
}

/// The names that begin in a chunk.
inline std::vector<std::string> names(const SourceChunk& piece) {
  std::vector<std::string> out;
  for (const Definition& definition : piece.symbols) {
    out.push_back(definition.name);
  }
  return out;
}

/// The first chunk named `name`; one without text if there is none.
inline SourceChunk named(std::string_view name, const std::vector<SourceChunk>& chunks) {
  for (const SourceChunk& piece : chunks) {
    if (piece.symbol_name == name) {
      return piece;
    }
  }
  return {};
}

}  // namespace quire::chunking
