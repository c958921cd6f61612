#pragma once

#include <new>
#include <type_traits>
#include <utility>

#include <quire/result.hpp>

namespace quire::base {

/// What a call answers when memory runs out. Short enough to need none itself.
inline Error out_of_memory() {
  return {ErrorCode::unavailable, "out of memory"};
}

/// What `call` returns, a Result; out_of_memory() if it throws bad_alloc.
template <class Call>
std::invoke_result_t<Call> or_out_of_memory(Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    return std::unexpected(out_of_memory());
  }
}

}  // namespace quire::base
