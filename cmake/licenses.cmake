# What is linked into the program besides our own code, and the notices it owes.
#
# quire_component(NAME n VERSION v LICENSE spdx [TEXT files...] [UNTIL line] [HEADERS regexes...] [LIBRARIES names...])
# adds one. TEXT is printed by `quire --licenses` (a file up to the line UNTIL); a component without a
# TEXT is only used from the system, not part of the program. HEADERS (whole paths) and LIBRARIES (lib
# NAME.a or -lNAME) say how it is recognized: the test `licenses` looks at every header and library that
# went into the program and finds none without a component.
#
# quire_notices(TARGET) compiles the notices into TARGET.
set(QUIRE_NOTICES_DIR "${PROJECT_BINARY_DIR}/notices")
set_property(GLOBAL PROPERTY QUIRE_COMPONENTS "")
set_property(GLOBAL PROPERTY QUIRE_NOTICES "")

function(quire_component)
  cmake_parse_arguments(arg "" "NAME;VERSION;LICENSE;UNTIL" "TEXT;HEADERS;LIBRARIES" ${ARGN})
  set(kind system)
  if(arg_TEXT)
    set(kind linked)
    set(notice "${arg_NAME} ${arg_VERSION} (${arg_LICENSE})\n\n")
    foreach(file IN LISTS arg_TEXT)
      file(READ "${file}" text)
      string(FIND "${text}" "${arg_UNTIL}" end)
      if(arg_UNTIL AND end GREATER 0)
        string(SUBSTRING "${text}" 0 ${end} text)
      endif()
      string(STRIP "${text}" text)
      string(APPEND notice "${text}\n\n")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    endforeach()
    string(REPEAT "-" 72 line)
    set_property(GLOBAL APPEND_STRING PROPERTY QUIRE_NOTICES "${line}\n${notice}")
  endif()
  list(JOIN arg_HEADERS "|" headers)
  list(JOIN arg_LIBRARIES " " libraries)
  set_property(GLOBAL APPEND_STRING PROPERTY QUIRE_COMPONENTS
    "${arg_NAME}\t${arg_VERSION}\t${arg_LICENSE}\t${kind}\t${headers}\t${libraries}\n")
endfunction()

# The version that three numbers of a header make, or one string.
function(quire_header_version out header)
  list(JOIN ARGN "|" names)
  file(STRINGS "${header}" lines REGEX "#[ \t]*define[ \t]+(${names})[ \t]+")
  set(numbers)
  foreach(name IN LISTS ARGN)
    foreach(line IN LISTS lines)
      if(line MATCHES "define[ \t]+${name}[ \t]+\"?([0-9.]+)")
        list(APPEND numbers "${CMAKE_MATCH_1}")
        break()
      endif()
    endforeach()
  endforeach()
  list(JOIN numbers "." version)
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

function(quire_package_version out folder)
  file(READ "${folder}/package.json" json)
  string(JSON version GET "${json}" version)
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# The folder of a header that a system package brings.
function(quire_find_header out header package)
  find_path(QUIRE_FOLDER_OF_${package} "${header}" HINTS ${QUIRE_HEADERS_DIR})
  if(NOT QUIRE_FOLDER_OF_${package})
    message(FATAL_ERROR "${header} is missing; install ${package} (Debian: apt-get install ${package})")
  endif()
  set(${out} "${QUIRE_FOLDER_OF_${package}}" PARENT_SCOPE)
endfunction()

# A regular expression that matches `text` and nothing else.
function(quire_regex out text)
  string(REGEX REPLACE "([][+.*()^$?|{}\\\\])" "\\\\\\1" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(texts "${PROJECT_SOURCE_DIR}/third_party/licenses")

if(QUIRE_GRAMMARS)
  quire_package_version(version "${deps}/tree-sitter")
  quire_regex(folder "${deps}/tree-sitter/")
  quire_component(NAME tree-sitter VERSION ${version} LICENSE MIT TEXT "${deps}/tree-sitter/LICENSE"
    HEADERS "${folder}(include|src)/(tree_sitter/|wasm/|portable/)?[a-z_]+\\.[ch]" LIBRARIES tree_sitter)
  file(STRINGS "${deps}/tree-sitter/src/unicode/ICU_SHA" icu LIMIT_COUNT 1)
  string(SUBSTRING "${icu}" 0 12 icu)
  quire_component(NAME "ICU (in tree-sitter)" VERSION ${icu} LICENSE Unicode-DFS-2016
    TEXT "${deps}/tree-sitter/src/unicode/LICENSE" UNTIL "---------------------" HEADERS "${folder}src/unicode/.*")
  foreach(grammar c cpp go java javascript python rust typescript)
    quire_package_version(version "${deps}/tree-sitter-${grammar}")
    quire_regex(folder "${deps}/tree-sitter-${grammar}/")
    set(libraries tree_sitter_${grammar})
    if(grammar STREQUAL "typescript")
      list(APPEND libraries tree_sitter_tsx)
    endif()
    quire_component(NAME tree-sitter-${grammar} VERSION ${version} LICENSE MIT
      TEXT "${deps}/tree-sitter-${grammar}/LICENSE" HEADERS "${folder}.*" LIBRARIES ${libraries})
  endforeach()
endif()

quire_package_version(version "${deps}/re2")
quire_regex(folder "${deps}/re2/")
quire_component(NAME "RE2 (in node-re2)" VERSION ${version} LICENSE BSD-3-Clause TEXT "${deps}/re2/LICENSE"
  HEADERS "${folder}(re2|util)/[a-z0-9_-]+\\.(cc|h)" LIBRARIES re2)
quire_component(NAME "Plan 9's runes (in RE2)" VERSION ${version} LICENSE dtoa TEXT "${deps}/re2/util/rune.cc" UNTIL "#include"
  HEADERS "${folder}util/(rune\\.cc|utf\\.h)")

quire_find_header(folder xxhash.h libxxhash-dev)
quire_header_version(version "${folder}/xxhash.h" XXH_VERSION_MAJOR XXH_VERSION_MINOR XXH_VERSION_RELEASE)
quire_regex(folder "${folder}/")
quire_component(NAME xxHash VERSION ${version} LICENSE BSD-2-Clause TEXT "${texts}/xxHash.txt"
  HEADERS "${folder}(xxhash|xxh3)\\.h")

quire_find_header(folder nlohmann/json.hpp nlohmann-json3-dev)
quire_header_version(version "${folder}/nlohmann/detail/abi_macros.hpp"
  NLOHMANN_JSON_VERSION_MAJOR NLOHMANN_JSON_VERSION_MINOR NLOHMANN_JSON_VERSION_PATCH)
quire_regex(folder "${folder}/")
quire_component(NAME nlohmann-json VERSION ${version} LICENSE MIT TEXT "${texts}/nlohmann-json.txt"
  HEADERS "${folder}nlohmann/.*")

quire_find_header(folder CLI/CLI.hpp libcli11-dev)
quire_header_version(version "${folder}/CLI/Version.hpp" CLI11_VERSION)
quire_regex(folder "${folder}/")
quire_component(NAME CLI11 VERSION ${version} LICENSE BSD-3-Clause TEXT "${texts}/CLI11.txt" HEADERS "${folder}CLI/.*")

# The compiler's and the C library's own. A static program holds them; another one uses the system's.
set(c_headers "a_?out|aio|aliases|alloca|ar|argp|argz|arpa/.*|asm/.*|asm-generic/.*|assert|bits/.*|byteswap|complex|cpio|ctype|dirent|dlfcn|elf|endian|envz|err|errno|error|execinfo|fcntl|features|features-time64|fenv|fmtmsg|fnmatch|fts|ftw|gconv|getopt|glob|gnu/.*|gnu-versions|grp|iconv|ifaddrs|inttypes|langinfo|lastlog|libgen|libintl|limits|link|linux/.*|locale|malloc|math|memory|mntent|monetary|mqueue|net/.*|netdb|netinet/.*|nl_types|nss|obstack|paths|poll|printf|pthread|pty|pwd|re_comp|regex|regexp|sched|search|semaphore|setjmp|sgtty|shadow|signal|spawn|stab|stdc-predef|stdint|stdio|stdio_ext|stdlib|string|strings|sys/.*|syscall|sysexits|syslog|tar|termio|termios|tgmath|threads|time|uchar|ucontext|unistd|ustat|utime|utmp|utmpx|values|wait|wchar|wctype|wordexp")
set(c_header "(${c_headers})(\\.h)?")
set(c_libraries c m pthread dl rt)
set(cxx_libraries stdc++ gcc gcc_s gcc_eh)
if(QUIRE_ZIG_DIR)
  quire_regex(folder "${QUIRE_ZIG_DIR}/lib/")
  set(lib "${QUIRE_ZIG_DIR}/lib")
  quire_component(NAME "Zig runtime (compiler-rt)" VERSION 0.11.0 LICENSE MIT TEXT "${QUIRE_ZIG_DIR}/LICENSE"
    HEADERS "${folder}include/.*")
  quire_component(NAME musl VERSION 1.2.4 LICENSE MIT TEXT "${lib}/libc/musl/COPYRIGHT"
    HEADERS "${folder}libc/include/(generic-musl|x86_64-linux-musl|any-linux-any|x86-linux-any|x86_64-linux-any)/.*"
    LIBRARIES ${c_libraries})
  quire_component(NAME "LLVM libc++, libc++abi and libunwind" VERSION 16.0 LICENSE "Apache-2.0 WITH LLVM-exception"
    TEXT "${lib}/libcxx/LICENSE.TXT" HEADERS "${folder}(libcxx|libcxxabi|libunwind)/.*" LIBRARIES c++ c++abi unwind)
else()
  set(gcc_text)
  set(glibc_text)
  if(QUIRE_STATIC)
    set(gcc_text TEXT "${texts}/gcc-runtime.txt")
    set(glibc_text TEXT "${texts}/glibc.txt")
    foreach(file /usr/share/doc/libc6-dev/copyright /usr/share/common-licenses/LGPL-2.1)
      if(NOT EXISTS "${file}")
        message(FATAL_ERROR "${file} is missing; a static program must carry the C library's licence")
      endif()
      list(APPEND glibc_text "${file}")
    endforeach()
  endif()
  quire_component(NAME "GCC runtime (libstdc++, libgcc)" VERSION ${CMAKE_CXX_COMPILER_VERSION}
    LICENSE "GPL-3.0-or-later WITH GCC-exception-3.1" ${gcc_text}
    HEADERS "/usr/include/(x86_64-linux-gnu/|aarch64-linux-gnu/)?c\\+\\+/.*" "/usr/lib/gcc/.*/include/.*"
            "/usr/lib/llvm-[0-9]+/lib/clang/.*/include/.*"
    LIBRARIES ${cxx_libraries})
  execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^glibc " "" version "${version}")
  quire_component(NAME "GNU C Library" VERSION "${version}" LICENSE LGPL-2.1-or-later ${glibc_text}
    HEADERS "/usr/include/(x86_64-linux-gnu/|aarch64-linux-gnu/)?${c_header}" LIBRARIES ${c_libraries})
endif()

get_property(components GLOBAL PROPERTY QUIRE_COMPONENTS)
file(CONFIGURE OUTPUT "${QUIRE_NOTICES_DIR}/components.tsv" CONTENT "${components}" @ONLY)
get_property(QUIRE_NOTICES GLOBAL PROPERTY QUIRE_NOTICES)
file(CONFIGURE OUTPUT "${QUIRE_NOTICES_DIR}/licenses.cpp" @ONLY CONTENT [=[
#include "cli/licenses.hpp"

namespace quire::cli {

std::string_view third_party_notices() {
  return R"quire_notices(@QUIRE_NOTICES@)quire_notices";
}

}  // namespace quire::cli
]=])

function(quire_notices target)
  target_sources(${target} PRIVATE "${QUIRE_NOTICES_DIR}/licenses.cpp")
endfunction()
