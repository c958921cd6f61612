#include "searching/selection.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "base/try.hpp"
#include "corpus/labels.hpp"

namespace quire::searching {
namespace {

struct Selection {
  std::vector<std::string> only;
  std::vector<std::string> without;
};

Selection parsed(const std::vector<std::string>& values) {
  Selection out;
  for (const std::string& value : values) {
    const bool excludes = value.starts_with('!');
    (excludes ? out.without : out.only).push_back(value.substr(excludes ? 1 : 0));
  }
  return out;
}

std::vector<Filter::Value> filter_values(const std::vector<std::string>& values) {
  return {values.begin(), values.end()};
}

Filter without(const char* member, const std::vector<std::string>& values) {
  return values.empty() ? Filter()
                        : field(member).is_null() || field(member).not_in(filter_values(values));
}

/// The chunks in which something of one of `kinds` begins, but for those that `filter` accepts.
Result<std::vector<Filter::Value>> others_with(const corpus::View& view,
                                               const Filter& filter,
                                               const std::vector<std::string>& kinds) {
  std::set<std::uint64_t> keys;
  for (const std::string& kind : kinds) {
    QUIRE_TRY_ASSIGN(const std::vector<std::uint64_t> labelled,
                     view.words.labelled(corpus::kind_label(kind)));
    keys.insert(labelled.begin(), labelled.end());
  }
  QUIRE_TRY_ASSIGN(const std::vector<ChunkKey> known, view.chunks.matching(filter));
  for (const ChunkKey key : known) {
    keys.erase(key.value);
  }
  std::vector<Filter::Value> values;
  values.reserve(keys.size());
  for (const std::uint64_t key : keys) {
    values.emplace_back(static_cast<std::int64_t>(key));
  }
  return values;
}

}  // namespace

bool is_selected(std::string_view value, const std::vector<std::string>& values) {
  const Selection wanted = parsed(values);
  const auto has = [&](const std::vector<std::string>& list) {
    return std::ranges::find(list, value) != list.end();
  };
  return !has(wanted.without) && (wanted.only.empty() || has(wanted.only));
}

Filter selected(const char* member, const std::vector<std::string>& values) {
  const Selection wanted = parsed(values);
  const Filter only = wanted.only.empty() ? Filter() : field(member).in(filter_values(wanted.only));
  return only && without(member, wanted.without);
}

Result<Filter> selected_kinds(const corpus::View& view, const std::vector<std::string>& kinds) {
  const Selection wanted = parsed(kinds);
  Filter only;
  if (!wanted.only.empty()) {
    only = field("symbol_kind").in(filter_values(wanted.only));
    QUIRE_TRY_ASSIGN(std::vector<Filter::Value> others, others_with(view, only, wanted.only));
    only = others.empty() ? only : only || field("key").in(std::move(others));
  }
  return only && without("symbol_kind", wanted.without);
}

}  // namespace quire::searching
