#include "store/symbol_search.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "base/utf8.hpp"

namespace quire::store {
namespace {

using records::Member;

/// How well a symbol's name answers a pattern; lower is better.
enum class SymbolMatch { exact, prefix, substring, none };

SymbolMatch match_symbol(std::string_view lower_name, std::string_view lower_pattern) {
  const std::size_t at = lower_name.find(lower_pattern);
  if (at == std::string_view::npos) {
    return SymbolMatch::none;
  }
  if (at != 0) {
    return SymbolMatch::substring;
  }
  return lower_name.size() == lower_pattern.size() ? SymbolMatch::exact : SymbolMatch::prefix;
}

struct SymbolHit {
  SymbolMatch match = SymbolMatch::none;
  std::string_view path;
  std::int64_t line = 0;
  std::uint64_t key = 0;
  RowRef row;

  auto order() const { return std::tie(match, path, line, key); }
};

class SymbolSearch {
 public:
  SymbolSearch(const View& view, std::string_view pattern, const std::optional<std::string>& kind)
      : generation_(*view.generation),
        at_(view.at),
        pattern_(base::ascii_lower(pattern)),
        kind_(kind) {}

  std::vector<RowRef> run() {
    search_image();
    search_journal();
    std::ranges::sort(hits_, {}, &SymbolHit::order);
    std::vector<RowRef> rows(hits_.size());
    std::ranges::transform(hits_, rows.begin(), &SymbolHit::row);
    return rows;
  }

 private:
  bool kind_fits(std::optional<std::string_view> kind) const {
    return !kind_ || (kind && *kind == *kind_);
  }

  /// Names are stored once each, so that each is compared once.
  void search_image() {
    const records::RecordTable& records = generation_.image().records();
    if (records.size() == 0) {
      return;
    }
    const records::StringColumn& names = records.strings(Member::symbol_name);
    std::vector<SymbolMatch> matches;
    matches.reserve(names.values.size());
    for (std::size_t id = 0; id < names.values.size(); ++id) {
      matches.push_back(match_symbol(base::ascii_lower(names.values[id]), pattern_));
    }
    for (std::size_t row = 0; row < records.size(); ++row) {
      const std::uint32_t id = names.ids[row];
      if (id == records::StringColumn::kAbsent || matches[id] == SymbolMatch::none ||
          !generation_.image_row_visible(row, at_.lsn) || generation_.is_updated(row, at_) ||
          !kind_fits(records.strings(Member::symbol_kind).at(row))) {
        continue;
      }
      hits_.push_back({matches[id],
                       *records.strings(Member::file_path).at(row),
                       records.numbers(Member::start_line)[row],
                       records.keys()[row],
                       {false, row}});
    }
  }

  void search_journal() {
    for (std::size_t i = 0; i < at_.delta_size; ++i) {
      const DeltaRow& row = generation_.delta().row(i);
      if (!row.visible_at(at_.lsn)) {
        continue;
      }
      look_at({true, i});
    }
    generation_.for_each_updated(at_, [&](std::size_t row) { look_at({false, row}); });
  }

  /// A chunk that the journal has.
  void look_at(RowRef row) {
    const auto chunk = generation_.journal_chunk(row, at_);
    if (!chunk || !chunk->symbol_name || !kind_fits(chunk->symbol_kind)) {
      return;
    }
    const SymbolMatch match = match_symbol(base::ascii_lower(*chunk->symbol_name), pattern_);
    if (match != SymbolMatch::none) {
      hits_.push_back({match, chunk->file_path, chunk->start_line, generation_.key(row), row});
    }
  }

  const Generation& generation_;
  ViewPoint at_;
  std::string pattern_;
  const std::optional<std::string>& kind_;
  std::vector<SymbolHit> hits_;
};

}  // namespace

std::vector<RowRef> find_symbols(const View& view,
                                 std::string_view pattern,
                                 const std::optional<std::string>& kind) {
  return SymbolSearch(view, pattern, kind).run();
}

}  // namespace quire::store
