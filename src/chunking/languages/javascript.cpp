#include <array>

#include "chunking/languages/ecmascript.hpp"

namespace quire::chunking {
namespace {

constexpr std::array kRules = std::to_array<Rule>({
    {.node_type = "field_definition", .find = find_field},
});

}  // namespace

Language javascript_language() {
  return {
      .name = "javascript", .separator = ".", .rules = kRules, .family_rules = ecmascript_rules()};
}

}  // namespace quire::chunking
