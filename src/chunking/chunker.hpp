#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// "Where does a thought begin and end."
namespace quire::chunking {

/// Raised when the same file would be cut otherwise: stored chunks are then made anew.
inline constexpr std::uint32_t kChunkerVersion = 1;

/// A piece of a file.
struct SourceChunk {
  std::string text;                        ///< Whole lines of the file, without the last line feed.
  std::int64_t start_line = 0;             ///< 1-based.
  std::int64_t end_line = 0;               ///< 1-based, inclusive.
  std::optional<std::string> symbol_name;  ///< Qualified: "Server.Start", "net::Server::start".
  std::optional<std::string>
      symbol_kind;  ///< function, method, class, struct, enum, interface, ...
  std::optional<std::string>
      package_name;       ///< Go package, Java package, C++ namespace, Python module, ...
  std::string signature;  ///< The named symbol's declaration without its body, on one line.
  std::vector<std::string> symbols;  ///< Every symbol that begins in the chunk, the named one too.
};

/// Cuts `text` (valid UTF-8) of `language` at its symbols by tree-sitter; by lines where there is
/// no grammar or it finds nothing. Every line that is not blank is in exactly one chunk; chunks are
/// in line order and between 1 and some 60 lines long (a longer symbol becomes several, each with
/// its name). `path` names the package where the language does so (Python, JavaScript, TypeScript,
/// Rust).
std::vector<SourceChunk> chunk(std::string_view text,
                               std::string_view language,
                               std::string_view path);

/// Languages that are cut by a grammar.
std::vector<std::string> grammar_languages();

}  // namespace quire::chunking
