#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>

#include "chunking/lines.hpp"
#include "chunking/stop_check.hpp"
#include "chunking/symbol.hpp"

/// The only door to tree-sitter. Nothing of it exists in a build without QUIRE_GRAMMARS.
namespace quire::chunking {

/// A language's grammar, compiled in.
class Grammar {
 public:
  /// "c", "cpp", "go", "java", "javascript", "python", "rust", "tsx" or "typescript"; else nothing.
  static std::optional<Grammar> named(std::string_view name);

  /// The number of a named node's type, in [0, type_count()); nothing if there is no such type.
  std::optional<std::uint16_t> type_id(std::string_view node_type) const;
  std::size_t type_count() const;

 private:
  friend class SyntaxTree;
  explicit Grammar(const void* language) : language_(language) {}

  const void* language_;
};

/// A node of a tree, or none: then its type is "", its ranges are empty and so are its children.
/// Valid as long as the tree is.
class Node {
 public:
  Node() = default;

  bool exists() const;
  std::string_view type() const;
  std::uint16_t type_id() const;
  std::uint32_t first_byte() const;
  std::uint32_t end_byte() const;
  /// A line feed at the node's end does not count: its rows end where its text does.
  Rows rows() const;
  /// The child in a field of the grammar, such as "name" or "body".
  Node field(std::string_view name) const;
  /// The first named child of `type`.
  Node child(std::string_view type) const;
  /// Named children only.
  std::uint32_t child_count() const;
  Node child_at(std::uint32_t index) const;
  /// The node's part of the text that was parsed.
  std::string_view text(std::string_view source) const;

 private:
  friend class TreeCursor;
  struct Foreign;
  explicit Node(const Foreign& foreign);
  Foreign foreign() const;

  alignas(void*) std::array<std::byte, 16 + 2 * sizeof(void*)> bytes_{};
};

/// Walks a tree without recursion, however deep it is.
class TreeCursor {
 public:
  ~TreeCursor();
  TreeCursor(TreeCursor&&) noexcept;
  TreeCursor& operator=(TreeCursor&&) noexcept;
  TreeCursor(const TreeCursor&) = delete;
  TreeCursor& operator=(const TreeCursor&) = delete;

  Node node() const;
  /// Each goes there and says true, or stays and says false. Unnamed nodes are visited too.
  bool to_first_child();
  bool to_next_sibling();
  bool to_parent();

 private:
  friend class SyntaxTree;
  struct State;
  explicit TreeCursor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// A parsed text.
class SyntaxTree {
 public:
  /// Parses `text` (UTF-8), which may hold errors: their nodes have the type "ERROR". `too_costly`
  /// if `text` is larger than kMaxParsedBytes, or the parser needs far more work or memory than for
  /// code of that length. Both are counted, so that every run gives the same, and both are linear:
  /// at most about 4 microseconds and 256 bytes for each byte of `text`, beyond 0.2 seconds and
  /// 32 MiB. `stopped` as soon as `stop` says so: mostly within a millisecond; a half second was
  /// seen in 2 MB that were made to be slow.
  static std::expected<SyntaxTree, NoSymbols> parse(std::string_view text,
                                                    Grammar grammar,
                                                    StopCheck stop = {});

  ~SyntaxTree();
  SyntaxTree(SyntaxTree&&) noexcept;
  SyntaxTree& operator=(SyntaxTree&&) noexcept;
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;

  /// A cursor at the root.
  TreeCursor walk() const;

 private:
  struct State;
  explicit SyntaxTree(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kMaxParsedBytes = std::size_t{8} << 20;

}  // namespace quire::chunking
