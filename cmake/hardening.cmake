# What makes a mistake in the program harder to use. tools/check_hardening.py reads off the program what is missing.
#
# QUIRE_LINK_FORM: how an executable is linked, so that the system loads it at an address of its own choice.
set(QUIRE_LINK_FORM -pie)
if(QUIRE_STATIC)
  set(QUIRE_LINK_FORM -static-pie)
  # Zig 0.11 takes these two for it, and leaves -static-pie unread.
  if(QUIRE_ZIG_DIR)
    set(QUIRE_LINK_FORM -static -pie)
  endif()
endif()

# Sanitizers replace the stack's layout and the calls that the rest would check.
if(NOT QUIRE_SANITIZE)
  set(hardening -fstack-protector-strong)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND hardening -fcf-protection)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    list(APPEND hardening -mbranch-protection=standard)
  endif()
  # glibc checks sizes only in code that is optimized, and musl never.
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT QUIRE_ZIG_DIR)
    list(APPEND hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${hardening}>")
endif()
add_link_options("LINKER:-z,relro" "LINKER:-z,now" "LINKER:-z,noexecstack")
