# Foreign code: tree-sitter, RE2, and usearch for the tests, from npm's lock file, the rest from Debian packages.
if(NOT QUIRE_DEPS_DIR)
  execute_process(
    COMMAND "${PROJECT_SOURCE_DIR}/third_party/fetch"
    OUTPUT_VARIABLE fetched
    OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "third_party/fetch failed; name a pre-fetched folder with -DQUIRE_DEPS_DIR=DIR")
  endif()
  set(deps "${fetched}")
else()
  set(deps "${QUIRE_DEPS_DIR}")
endif()

add_library(usearch INTERFACE)
target_include_directories(usearch SYSTEM INTERFACE "${deps}/usearch/include")

# What regular expressions need of RE2; the rest finds which of many expressions match. The last one before it needed Abseil.
set(re2_sources)
foreach(part bitmap256 bitstate compile dfa mimics_pcre nfa onepass parse perl_groups prefilter prog re2 regexp simplify
             stringpiece tostring unicode_casefold unicode_groups)
  list(APPEND re2_sources "${deps}/re2/re2/${part}.cc")
endforeach()
add_library(re2 STATIC ${re2_sources} "${deps}/re2/util/rune.cc" "${deps}/re2/util/strutil.cc")
target_include_directories(re2 SYSTEM PUBLIC "${deps}/re2")
target_compile_options(re2 PRIVATE -w -g0 -O2 -DNDEBUG)

if(QUIRE_GRAMMARS)
  # C is foreign code only. The same flags in release, static and dev, so that ccache compiles a grammar once.
  set(CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

  # The parsers are tables: -O1 compiles them faster and runs them as fast.
  function(quire_grammar name folder)
    file(GLOB sources "${deps}/${folder}/src/*.c")
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PRIVATE "${deps}/${folder}/src")
    target_compile_options(${name} PRIVATE -w -O1 -g0)
  endfunction()

  add_library(tree_sitter STATIC "${deps}/tree-sitter/src/lib.c")
  target_include_directories(tree_sitter SYSTEM PUBLIC "${deps}/tree-sitter/include"
                             PRIVATE "${deps}/tree-sitter/src")
  # Its work is counted, so that no text costs far more of it than others of that length.
  set(parser_work "${PROJECT_SOURCE_DIR}/src/chunking/parser_work.h")
  target_compile_options(tree_sitter PRIVATE "SHELL:-include \"${parser_work}\"")
  set_source_files_properties("${deps}/tree-sitter/src/lib.c" PROPERTIES OBJECT_DEPENDS "${parser_work}")
  # It calls the grammars' scanners through pointers of slightly other types, which clang's UBSan reports.
  target_compile_options(tree_sitter PRIVATE -w -g0 $<$<C_COMPILER_ID:Clang>:-fno-sanitize=function>)
  quire_grammar(tree_sitter_c tree-sitter-c)
  quire_grammar(tree_sitter_cpp tree-sitter-cpp)
  quire_grammar(tree_sitter_go tree-sitter-go)
  quire_grammar(tree_sitter_java tree-sitter-java)
  quire_grammar(tree_sitter_javascript tree-sitter-javascript)
  quire_grammar(tree_sitter_python tree-sitter-python)
  quire_grammar(tree_sitter_rust tree-sitter-rust)
  quire_grammar(tree_sitter_typescript tree-sitter-typescript/typescript)
  quire_grammar(tree_sitter_tsx tree-sitter-typescript/tsx)
  add_library(quire_grammars INTERFACE)
  target_link_libraries(
    quire_grammars
    INTERFACE tree_sitter_c tree_sitter_cpp tree_sitter_go tree_sitter_java tree_sitter_javascript
              tree_sitter_python tree_sitter_rust tree_sitter_typescript tree_sitter_tsx tree_sitter)
  target_compile_definitions(quire_grammars INTERFACE QUIRE_GRAMMARS)
endif()
