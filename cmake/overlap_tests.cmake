# How tests, benches and examples are declared, so that each gets its ctest entry, its label and its time-out.
#
# overlap_test(MODULE SOURCES… [LINK …] [LABELS …] [TIMEOUT seconds])
#     the tests of one module: one GoogleTest program overlap_MODULE_tests, one ctest entry per test.
# overlap_bench(NAME SOURCES… [LINK …])
#     a Google Benchmark program; ctest runs it small (label bench_smoke), ./dev bench for real.
# overlap_compile_fail(NAME SOURCE EXPECT regex [DEFINE macro])
#     a program that must not compile with the macro (default OVERLAP_BAD) defined, saying what EXPECT matches,
#     and its good twin, the same source without the macro, that must.

# Address sanitizer makes a process several times slower to start and to run.
set(overlap_test_timeout 60)
if(OVERLAP_SANITIZE)
  set(overlap_test_timeout 180)
endif()

function(overlap_test module)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT ${overlap_test_timeout})
  endif()
  set(target overlap_${module}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE overlap_flags GTest::gmock GTest::gtest_main ${arg_LINK})
  gtest_discover_tests(${target} TEST_PREFIX ${module}/ DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

function(overlap_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  set(target overlap_${name}_bench)
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/bench)
  target_link_libraries(${target} PRIVATE overlap_flags benchmark::benchmark_main ${arg_LINK})
  set_property(GLOBAL APPEND PROPERTY OVERLAP_BENCHES ${target})
  if(OVERLAP_BUILD_TESTS)
    add_test(NAME bench/${name} COMMAND ${target} --benchmark_min_time=0.001)
    set_tests_properties(bench/${name} PROPERTIES TIMEOUT 120 LABELS bench_smoke)
  endif()
endfunction()

function(overlap_compile_fail name source)
  cmake_parse_arguments(arg "" "EXPECT;DEFINE" "" ${ARGN})
  if(NOT arg_EXPECT)
    message(FATAL_ERROR "overlap_compile_fail(${name}): say with EXPECT what the compiler must answer.")
  endif()
  if(NOT arg_DEFINE)
    set(arg_DEFINE OVERLAP_BAD)
  endif()
  add_test(NAME compile_fail/${name}
    COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${source}
      -DINCLUDE=${PROJECT_SOURCE_DIR}/include -DDEFINE=${arg_DEFINE} -DEXPECT=${arg_EXPECT}
      -P ${PROJECT_SOURCE_DIR}/cmake/overlap_compile_fail.cmake)
  set_tests_properties(compile_fail/${name} PROPERTIES TIMEOUT 120 LABELS compile_fail)
endfunction()
