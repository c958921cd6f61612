# What our own code is compiled with; third-party code sees none of it.
add_library(quire_warnings INTERFACE)
target_compile_options(
  quire_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(quire_warnings INTERFACE -Wthread-safety)
  # libstdc++ 12 marks what its own stable_sort and stable_partition call as deprecated; clang says so at our calls.
  target_compile_options(quire_warnings INTERFACE -Wno-deprecated-declarations)
endif()
if(QUIRE_WERROR)
  target_compile_options(quire_warnings INTERFACE -Werror)
endif()
# A fused multiply-add rounds once where two operations round twice; results must not depend on
# which one the compiler picked.
add_compile_options(-ffp-contract=off)
# Debug builds check every index of the standard containers.
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
