#pragma once

namespace quire::base {

/// Gives memory that was freed, and that the allocator keeps for later, back to the system; where
/// it has a way to.
void give_back_free_memory();

}  // namespace quire::base
