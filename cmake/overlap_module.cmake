# overlap_module(NAME SOURCES… [LINK …]): one module of the library, linked to exactly the modules that
# cmake/modules.txt lets it include. overlap_test(MODULE SOURCES…): its tests, one program per module.

file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/cmake/modules.txt overlap_module_lines REGEX "^[a-z]+:")

function(overlap_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(overlap_${name} STATIC ${arg_SOURCES})
  add_library(overlap::${name} ALIAS overlap_${name})
  set_target_properties(overlap_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(overlap_${name} PUBLIC cxx_std_20)
  target_include_directories(overlap_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(overlap_${name} PRIVATE $<BUILD_INTERFACE:overlap_flags> ${arg_LINK})
  foreach(line IN LISTS overlap_module_lines)
    if(line MATCHES "^${name}:(.*)$")
      string(REGEX MATCHALL "[a-z]+" may_include "${CMAKE_MATCH_1}")
      foreach(module IN LISTS may_include)
        if(TARGET overlap_${module})
          target_link_libraries(overlap_${name} PUBLIC overlap_${module})
        endif()
      endforeach()
    endif()
  endforeach()
endfunction()

function(overlap_test module)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(overlap_${module}_tests ${arg_SOURCES})
  target_include_directories(overlap_${module}_tests PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(overlap_${module}_tests PRIVATE overlap_flags GTest::gmock GTest::gtest_main ${arg_LINK})
  gtest_discover_tests(overlap_${module}_tests TEST_PREFIX ${module}/ DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 60 LABELS unit)
endfunction()
