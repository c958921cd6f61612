#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <quire/result.hpp>
#include <quire/schema.hpp>

namespace quire {

/// A condition on a chunk's metadata; the empty filter accepts every chunk.
///
/// Written as text, in the SQL that LanceDB users write:
///
///     Filter::parse("language = 'go' AND file_path LIKE 'src/%'")
///
/// or as typed predicates, which give an equal filter and so an equal plan:
///
///     field("language") == "go" && field("file_path").like("src/%")
///
/// docs/filters.md has the whole language. Fields: the ten members of ChunkMeta, `key` (a chunk's
/// ChunkKey, a number), `extra.NAME`, the store's own fields, and `TABLE.COLUMN` of those that are
/// tables, which is true of a chunk if it is of one of its rows. Strings compare by bytes,
/// case-sensitive. Logic has three values as in SQL: a comparison with an absent member is neither
/// true nor false, and only what is true is accepted. Cheap to copy; may be shared between threads.
///
/// Joining two filters takes the same time whatever their length, and leaves both as they are. An
/// OR of equalities of one field costs what IN costs, an AND of inequalities what NOT IN costs; a
/// list may be of any length.
class Filter {
 public:
  using Value = std::variant<std::int64_t, std::string, double, bool>;
  /// A part of the parsed tree; the store's own.
  struct Node;

  Filter() = default;

  /// Parses `text`. An empty text is the empty filter. Errors: `invalid_argument`, with a message
  /// that points at the character: unknown field, wrong type, bad syntax, over 1 MiB, nested
  /// deeper than 100. `fields` are the store's own, as VectorStore::fields() gives them.
  static Result<Filter> parse(std::string_view text, const Schema& fields = {});

  /// True for the filter that accepts everything.
  bool empty() const { return root_ == nullptr; }

  /// The filter as text that parse() reads back to an equal filter, unless it is longer than
  /// parse() takes; "" for the empty filter.
  std::string to_string() const;

  /// The error that parse() would give for the same filter as text, if any, but for its length:
  /// typed predicates can name an unknown field or compare a number with a string. Every store
  /// operation checks this, with the store's own fields.
  Status validate(const Schema& fields = {}) const;

  friend bool operator==(const Filter& a, const Filter& b);
  friend Filter operator&&(const Filter& a, const Filter& b);
  friend Filter operator||(const Filter& a, const Filter& b);
  friend Filter operator!(const Filter& a);

  /// The parsed tree, for the store's planner; null for the empty filter.
  const Node* root() const { return root_.get(); }
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

 private:
  std::shared_ptr<const Node> root_;
};

/// Names a member in a typed predicate: `field("start_line") >= 10`.
class Field {
 public:
  explicit Field(std::string name) : name_(std::move(name)) {}

  Filter operator==(Filter::Value value) const;
  Filter operator!=(Filter::Value value) const;
  Filter operator<(Filter::Value value) const;
  Filter operator<=(Filter::Value value) const;
  Filter operator>(Filter::Value value) const;
  Filter operator>=(Filter::Value value) const;
  Filter in(std::vector<Filter::Value> values) const;
  Filter not_in(std::vector<Filter::Value> values) const;
  Filter between(Filter::Value low, Filter::Value high) const;  ///< Both ends included.
  /// `%` stands for any characters, `_` for one (a UTF-8 character); `escape` (0: none) makes the
  /// next one literal.
  Filter like(std::string pattern, char escape = 0) const;
  Filter not_like(std::string pattern, char escape = 0) const;
  Filter ilike(std::string pattern, char escape = 0) const;  ///< like(), ASCII letters folded.
  Filter not_ilike(std::string pattern, char escape = 0) const;
  /// These three are LIKE with every character of `text` standing for itself.
  Filter starts_with(std::string_view text) const;
  Filter ends_with(std::string_view text) const;
  Filter contains(std::string_view text) const;
  Filter is_null() const;
  Filter is_not_null() const;

 private:
  std::string name_;
};

inline Field field(std::string name) {
  return Field(std::move(name));
}

}  // namespace quire
