# Uses ccache where it is installed.
find_program(QUIRE_CCACHE ccache)
if(QUIRE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${QUIRE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${QUIRE_CCACHE}")
endif()
