if(QUIRE_SANITIZE)
  set(sanitize "${QUIRE_SANITIZE}")
  # What the fuzzers need to see; tests have it too, so that both are compiled once.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND sanitize MATCHES "address")
    string(APPEND sanitize ",fuzzer-no-link")
  endif()
  add_compile_options(-fsanitize=${sanitize} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${sanitize})
endif()
