#include "chunking/symbol.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace quire::chunking {

std::string_view to_string(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::function:
      return "function";
    case SymbolKind::method:
      return "method";
    case SymbolKind::constructor:
      return "constructor";
    case SymbolKind::class_type:
      return "class";
    case SymbolKind::struct_type:
      return "struct";
    case SymbolKind::union_type:
      return "union";
    case SymbolKind::enum_type:
      return "enum";
    case SymbolKind::interface:
      return "interface";
    case SymbolKind::trait:
      return "trait";
    case SymbolKind::impl:
      return "impl";
    case SymbolKind::type_alias:
      return "type";
    case SymbolKind::name_space:
      return "namespace";
    case SymbolKind::module:
      return "module";
    case SymbolKind::macro:
      return "macro";
    case SymbolKind::constant:
      return "constant";
    case SymbolKind::variable:
      return "variable";
    case SymbolKind::field:
      return "field";
  }
  return "";
}

bool is_type(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::class_type:
    case SymbolKind::struct_type:
    case SymbolKind::union_type:
    case SymbolKind::enum_type:
    case SymbolKind::interface:
    case SymbolKind::trait:
    case SymbolKind::impl:
      return true;
    default:
      return false;
  }
}

bool is_function(SymbolKind kind) {
  return kind == SymbolKind::function || kind == SymbolKind::method ||
         kind == SymbolKind::constructor;
}

void sort_by_row(std::vector<Symbol>& symbols) {
  const auto first_row = [](const Symbol& symbol) { return symbol.rows.first; };
  if (std::ranges::is_sorted(symbols, {}, first_row)) {
    return;
  }
  std::vector<std::size_t> order(symbols.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return symbols[i].rows.first; });
  std::vector<std::size_t> place(symbols.size());
  std::vector<Symbol> sorted;
  sorted.reserve(symbols.size());
  for (const std::size_t i : order) {
    place[i] = sorted.size();
    sorted.push_back(std::move(symbols[i]));
  }
  for (Symbol& symbol : sorted) {
    symbol.parent = symbol.parent ? std::optional(place[*symbol.parent]) : std::nullopt;
  }
  symbols = std::move(sorted);
}

std::string collapse_spaces(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      space = !out.empty();
      continue;
    }
    if (space) {
      out.push_back(' ');
      space = false;
    }
    out.push_back(c);
  }
  return out;
}

std::string_view cut_at(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) {
    return text;
  }
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) {
    --limit;
  }
  return text.substr(0, limit);
}

std::string signature_line(std::string_view declaration) {
  std::string line = collapse_spaces(cut_at(declaration, 4 * kMaxSignatureBytes));
  line = cut_at(line, kMaxSignatureBytes);
  while (!line.empty() && std::string_view(" ;:{").contains(line.back())) {
    line.pop_back();
  }
  return line;
}

}  // namespace quire::chunking
