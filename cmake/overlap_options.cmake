# Options and flags of the project. Developer switches are off when overlap is a part of somebody else's build.

option(OVERLAP_HTTP "Build overlap::http (needs libcurl)" ON)
option(OVERLAP_IO_URING "Build the io_uring reactor (needs liburing); epoll is always built" ON)
option(OVERLAP_BUILD_TOOLS "Build the command overlap" ${PROJECT_IS_TOP_LEVEL})
option(OVERLAP_BUILD_TESTS "Build the tests" OFF)
option(OVERLAP_BUILD_EXAMPLES "Build the examples" OFF)
option(OVERLAP_BUILD_BENCHES "Build the benchmarks" OFF)
option(OVERLAP_INSTALL "Install the library, its CMake package and its pkg-config file" ${PROJECT_IS_TOP_LEVEL})
option(OVERLAP_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)
set(OVERLAP_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
# Each public header must compile alone: target all_verify_interface_header_sets, built by the debug preset.
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ${OVERLAP_BUILD_TESTS})

# Flags of this project's own code; never exported.
add_library(overlap_flags INTERFACE)
target_compile_options(overlap_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in every optimised `"text" + string` (GCC bug 105651).
  target_compile_options(overlap_flags INTERFACE -Wno-restrict)
endif()
if(OVERLAP_WARNINGS_AS_ERRORS)
  target_compile_options(overlap_flags INTERFACE -Werror)
endif()
if(OVERLAP_SANITIZE)
  add_compile_options(-fsanitize=${OVERLAP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OVERLAP_SANITIZE})
endif()
