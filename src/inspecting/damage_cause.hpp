#pragma once

#include <string_view>

namespace quire::inspecting {

/// What people and tools have done to a damaged file, as far as its bytes tell, and what helps;
/// empty if they don't.
std::string_view damage_cause(std::string_view bytes);

}  // namespace quire::inspecting
