#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/definition.hpp>

/// "Where does a thought begin and end."
namespace quire::chunking {

/// Raised when the same file would be cut otherwise: stored chunks are then made anew.
inline constexpr std::uint32_t kChunkerVersion = 5;

/// A piece of a file.
struct SourceChunk {
  std::string text;             ///< Whole lines of the file, without the last line feed.
  std::int64_t start_line = 0;  ///< 1-based.
  std::int64_t end_line = 0;    ///< 1-based, inclusive.
  /// Qualified: "Server.Start", "net::Server::start".
  std::optional<std::string> symbol_name;
  /// With a name always: function, method, constructor, class, struct, union, enum, interface,
  /// trait, impl, type, namespace, module, macro, constant, variable or field.
  std::optional<std::string> symbol_kind;
  /// Go package, Java package, C++ namespace, Python module, Rust module path, and what other
  /// languages call package, namespace or module; none where they have no such thing.
  std::optional<std::string> package_name;
  std::string signature;  ///< The named symbol's declaration without its body, on one line.
  /// What begins in the chunk, in that order, the named symbol too if it is not continued from an
  /// earlier chunk. Of the same name and kind the first alone.
  std::vector<quire::Definition> symbols;
};

/// What came of cutting a text.
struct Cut {
  std::vector<SourceChunk> chunks;
  bool too_costly = false;  ///< To parse: it was cut by lines, though there is a grammar.
  bool stopped = false;     ///< should_stop said so; there are no chunks.
};

/// Cuts `text` (valid UTF-8, less than 4 GiB) of `language` at its symbols: by tree-sitter where
/// there is a grammar, by how definitions look where there is none; by lines where neither is there
/// or finds anything, and where parsing would take far longer than it does for code of that length
/// (SyntaxTree::parse() says how much), or would not be worth it, since no one wrote such lines.
/// Time and memory are linear in the text's length, whatever is in it.
///
/// Every line that is not blank is in exactly one chunk; chunks are in line order, neither begin
/// nor end with a blank line, and have at most 60 lines and 8 KiB (a single line may be longer). A
/// function or a type that holds no multi-line function is one chunk with its comments and
/// attributes; a longer one becomes several with its name; a type that does hold some becomes its
/// head and its functions. Neighbouring one-line declarations share a chunk, named by the type they
/// are in or the first of them. `path` names the package where the language does so (Python, Rust).
///
/// `should_stop` is asked every few milliseconds, from this thread, and may be empty; true ends the
/// cutting.
Cut cut(std::string_view text,
        std::string_view language,
        std::string_view path,
        const std::function<bool()>& should_stop);

/// The chunks of cut(), which nothing stops.
std::vector<SourceChunk> chunk(std::string_view text,
                               std::string_view language,
                               std::string_view path);

/// Languages that are cut by a grammar.
std::vector<std::string> grammar_languages();

/// Languages that are cut by how their definitions look, sorted.
std::vector<std::string> outline_languages();

}  // namespace quire::chunking
