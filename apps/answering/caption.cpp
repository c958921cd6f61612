#include "answering/caption.hpp"

namespace quire::answering {

Caption caption_of(const SearchHit& hit) {
  if (const auto& definition = hit.definition) {
    return {definition->name, definition->kind, definition->start_line, definition->end_line};
  }
  return {hit.meta.symbol_name, hit.meta.symbol_kind, hit.meta.start_line, hit.meta.end_line};
}

}  // namespace quire::answering
