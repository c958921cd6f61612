#include "source/pattern_tree.hpp"

#include <algorithm>
#include <utility>

namespace quire::source {
namespace {

using glob_token::kAny;
using glob_token::kAnything;
using glob_token::kFirstSet;
using glob_token::kFolders;
using glob_token::kStar;

/// Stands for a character among those of a node.
std::uint64_t bit_of(GlobToken character) {
  return std::uint64_t{1} << (character % 64);
}

/// What is behind such a token may begin where it stands.
bool takes_nothing(GlobToken token) {
  return token >= kStar && token <= kAnything;
}

/// True if what is behind such a token may begin behind `c` too.
bool takes(GlobToken token, char c) {
  return token == kFolders || token == kAnything || (token == kStar && c != '/');
}

void keep_largest(std::array<std::int64_t, 2>& numbers, const std::array<std::int64_t, 2>& others) {
  numbers = {std::max(numbers[0], others[0]), std::max(numbers[1], others[1])};
}

}  // namespace

void PatternTree::add(std::vector<GlobToken> pattern, std::uint32_t number, bool for_files) {
  patterns_.push_back({std::move(pattern), {for_files ? std::int64_t{number} : -1, number}});
}

void PatternTree::build() {
  std::ranges::sort(patterns_, {}, &Pattern::tokens);
  merge_equal();
  if (patterns_.empty()) {
    return;
  }
  add_node({0, patterns_.size()}, 0, 0);
  // A node's edges lead to nodes behind it, so that each is there when its turn comes.
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    add_edges(node);
  }
  ranges_ = {};
}

void PatternTree::merge_equal() {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < patterns_.size(); ++i) {
    if (patterns_[i].tokens == patterns_[kept].tokens) {
      keep_largest(patterns_[kept].numbers, patterns_[i].numbers);
    } else if (++kept != i) {
      patterns_[kept] = std::move(patterns_[i]);
    }
  }
  patterns_.resize(std::min(patterns_.size(), kept + 1));
}

void PatternTree::add_node(Range patterns, std::uint32_t depth, GlobToken token) {
  Node node{.depth = depth, .token = token};
  for (std::size_t i = patterns.first; i < patterns.end; ++i) {
    keep_largest(node.below, patterns_[i].numbers);
  }
  nodes_.push_back(node);
  ranges_.push_back(patterns);
}

/// Those at the front that have the same token at `depth`.
PatternTree::Range PatternTree::alike(Range patterns, std::size_t depth) const {
  Range out{patterns.first, patterns.first + 1};
  while (out.end < patterns.end &&
         patterns_[out.end].tokens[depth] == patterns_[out.first].tokens[depth]) {
    ++out.end;
  }
  return out;
}

void PatternTree::add_edges(std::uint32_t index) {
  const std::uint32_t depth = nodes_[index].depth;
  const auto first = static_cast<std::uint32_t>(edges_.size());
  Range rest = ranges_[index];
  // The shortest comes first.
  if (patterns_[rest.first].tokens.size() == depth) {
    nodes_[index].ended = patterns_[rest.first++].numbers;
  }
  while (rest.first < rest.end) {
    const Range group = alike(rest, depth);
    const GlobToken token = patterns_[group.first].tokens[depth];
    const bool is_leaf = group.end - group.first == 1;
    const std::size_t target = is_leaf ? group.first : nodes_.size();
    edges_.push_back({token, is_leaf, static_cast<std::uint32_t>(target)});
    if (!is_leaf) {
      add_node(group, depth + 1, token);
    }
    rest.first = group.end;
  }
  const auto place_of = [&](GlobToken token) {
    const auto found =
        std::lower_bound(edges_.begin() + first, edges_.end(), token,
                         [](const Edge& edge, GlobToken t) { return edge.token < t; });
    return static_cast<std::uint32_t>(found - edges_.begin());
  };
  Node& node = nodes_[index];
  for (const Edge& edge : std::span(edges_).subspan(first)) {
    node.characters |= edge.token < kAny           ? bit_of(edge.token)
                       : takes_nothing(edge.token) ? 0
                                                   : ~std::uint64_t{0};
  }
  node.first_edge = first;
  node.first_any = place_of(kAny);
  node.first_star = place_of(kStar);
  node.first_set = place_of(kFirstSet);
  node.end_edge = static_cast<std::uint32_t>(edges_.size());
}

// One match: the nodes that the text may have led to so far, place by place. A node behind a star
// is led to again by each character that the star takes; one behind `**/` leads on only where it
// was entered and behind slashes.
class PatternTree::Match {
 public:
  Match(const PatternTree& tree,
        std::string_view text,
        What what,
        const GlobSets& sets,
        std::int64_t beyond)
      : tree_(tree),
        text_(text),
        what_(static_cast<std::size_t>(what)),
        sets_(sets),
        best_(beyond) {
    scratch_.here.clear();
    scratch_.stamps.resize(std::max(scratch_.stamps.size(), tree.nodes_.size()));
  }

  std::int64_t run() && {
    reach(scratch_.here, 0, true);
    for (; !scratch_.here.empty(); ++at_) {
      enter_what_needs_no_character();
      if (at_ == text_.size()) {
        break;
      }
      ++scratch_.place;
      scratch_.next.clear();
      std::ranges::for_each(scratch_.here, [this](Reached reached) { read_character(reached); });
      std::swap(scratch_.here, scratch_.next);
    }
    ++scratch_.place;
    return best_;
  }

 private:
  struct Reached {
    std::uint32_t node;
    bool leads_on;
  };

  /// A thread's, for all of its matches, one by one.
  struct Scratch {
    std::vector<Reached> here;
    std::vector<Reached> next;
    /// By node: twice the last place where it was reached, and one more if it led on from there.
    /// Places are never numbered alike, so that this is never cleared.
    std::vector<std::uint64_t> stamps;
    std::uint64_t place = 1;
  };

  char character() const { return text_[at_]; }

  std::span<const Edge> edges(std::uint32_t first, std::uint32_t end) const {
    return std::span(tree_.edges_).subspan(first, end - first);
  }

  /// Once a place, or twice where it leads on only the second time. What is behind a character is
  /// reached from one node alone.
  void reach(std::vector<Reached>& to, std::uint32_t node, bool leads_on) {
    if (!takes_nothing(tree_.nodes_[node].token)) {
      to.push_back({node, leads_on});
      return;
    }
    const std::uint64_t stamp = 2 * scratch_.place + (leads_on ? 1 : 0);
    if (scratch_.stamps[node] < stamp) {
      scratch_.stamps[node] = stamp;
      to.push_back({node, leads_on});
    }
  }

  /// What is reached grows on the way.
  void enter_what_needs_no_character() {
    for (std::size_t i = 0; i < scratch_.here.size(); ++i) {
      const Reached reached = scratch_.here[i];
      if (!reached.leads_on) {
        continue;
      }
      const Node& node = tree_.nodes_[reached.node];
      if (at_ == text_.size()) {
        best_ = std::max(best_, node.ended[what_]);
      }
      for (const Edge& edge : edges(node.first_star, node.first_set)) {
        follow(edge, node.depth, scratch_.here);
      }
    }
  }

  void read_character(Reached reached) {
    const Node& node = tree_.nodes_[reached.node];
    if (takes(node.token, character())) {
      reach(scratch_.next, reached.node, node.token != kFolders || character() == '/');
    }
    const auto c = static_cast<unsigned char>(character());
    if (!reached.leads_on || (node.characters & bit_of(c)) == 0) {
      return;
    }
    const auto letters = edges(node.first_edge, node.first_any);
    const auto letter = std::ranges::lower_bound(letters, c, {}, &Edge::token);
    if (letter != letters.end()) {
      follow_if_it_takes(*letter, node.depth);
    }
    for (const Edge& edge : edges(node.first_any, node.first_star)) {
      follow_if_it_takes(edge, node.depth);
    }
    for (const Edge& edge : edges(node.first_set, node.end_edge)) {
      follow_if_it_takes(edge, node.depth);
    }
  }

  void follow_if_it_takes(const Edge& edge, std::uint32_t depth) {
    if (glob_token_matches(edge.token, sets_, character())) {
      follow(edge, depth, scratch_.next);
    }
  }

  void follow(const Edge& edge, std::uint32_t depth, std::vector<Reached>& to) {
    if (!edge.is_leaf) {
      if (tree_.nodes_[edge.target].below[what_] > best_) {
        reach(to, edge.target, true);
      }
      return;
    }
    const Pattern& pattern = tree_.patterns_[edge.target];
    if (pattern.numbers[what_] > best_ &&
        glob_match(std::span(pattern.tokens).subspan(depth), sets_, text_.substr(at_))) {
      best_ = pattern.numbers[what_];
    }
  }

  static Scratch& scratch() {
    static thread_local Scratch own;
    return own;
  }

  Scratch& scratch_ = scratch();
  const PatternTree& tree_;
  std::string_view text_;
  std::size_t what_;
  const GlobSets& sets_;
  std::int64_t best_;
  std::size_t at_ = 0;
};

std::int64_t PatternTree::last_match(std::string_view text,
                                     What what,
                                     const GlobSets& sets,
                                     std::int64_t beyond) const {
  return empty() ? beyond : Match(*this, text, what, sets, beyond).run();
}

}  // namespace quire::source
