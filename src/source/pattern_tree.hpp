#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "source/glob.hpp"

namespace quire::source {

/// Numbered globs, of which the last one that matches is asked for.
///
/// Patterns that begin alike share a path from the root of a tree, a token an edge, up to where one
/// of them is left alone, which is then matched by itself. A text is read once, and with it all
/// paths are followed that it takes: mostly one or two, however many patterns there are.
class PatternTree {
 public:
  /// What a text is; a pattern is for both, or for folders alone.
  enum class What : std::uint8_t { file, folder };

  /// `number` rises from call to call.
  void add(std::vector<GlobToken> pattern, std::uint32_t number, bool for_files);
  /// Once, after all are added. Takes the time of sorting them.
  void build();

  /// The largest number of a pattern that matches, if that is more than `beyond`; else `beyond`.
  /// For any number of threads.
  std::int64_t last_match(std::string_view text,
                          What what,
                          const GlobSets& sets,
                          std::int64_t beyond) const;

  bool empty() const { return patterns_.empty(); }

 private:
  class Match;

  /// Each the largest of some patterns; -1: there are none.
  using Numbers = std::array<std::int64_t, 2>;  ///< By What.

  struct Pattern {
    std::vector<GlobToken> tokens;
    Numbers numbers{};
  };
  struct Edge {
    GlobToken token;
    bool is_leaf;          ///< One pattern is left.
    std::uint32_t target;  ///< That pattern, or the next node.
  };
  struct Node {
    std::uint32_t depth = 0;  ///< Tokens from the root.
    GlobToken token = 0;      ///< Of the edge to it; 0 for the root.
    /// Its edges, in order of their tokens: characters, `?`, those that need none, sets.
    std::uint32_t first_edge = 0;
    std::uint32_t first_any = 0;
    std::uint32_t first_star = 0;
    std::uint32_t first_set = 0;
    std::uint32_t end_edge = 0;
    std::uint64_t characters = 0;  ///< That its edges take, each as the bit of its last six bits.
    Numbers ended{-1, -1};         ///< Of what ends here.
    Numbers below{-1, -1};         ///< Of what ends here or further on.
  };
  /// Patterns from `first` to before `end`, in order, that are alike up to a node.
  struct Range {
    std::size_t first;
    std::size_t end;
  };

  void merge_equal();
  void add_edges(std::uint32_t node);
  void add_node(Range patterns, std::uint32_t depth, GlobToken token);
  Range alike(Range patterns, std::size_t depth) const;

  std::vector<Pattern> patterns_;
  std::vector<Node> nodes_;
  std::vector<Range> ranges_;  ///< Of the nodes, while the tree is built.
  std::vector<Edge> edges_;
};

}  // namespace quire::source
