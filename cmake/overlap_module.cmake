# overlap_module(NAME SOURCES… [LINK …] [PKG_CONFIG …]): one module of the library, linked to exactly the modules
# that cmake/modules.txt lets it include. Its public headers are include/overlap/NAME.hpp and everything under
# include/overlap/NAME/. LINK names libraries; PKG_CONFIG those of them that overlap.pc must require.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/modules.txt)
file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/modules.txt overlap_module_lines REGEX "^[a-z]+:")

# overlap::overlap: every module that is built.
add_library(overlap_overlap INTERFACE)
add_library(overlap::overlap ALIAS overlap_overlap)
set_target_properties(overlap_overlap PROPERTIES EXPORT_NAME overlap)

# The modules that `name` may include directly, in the order of cmake/modules.txt.
function(overlap_modules_below name result)
  set(${result} "" PARENT_SCOPE)
  foreach(line IN LISTS overlap_module_lines)
    if(line MATCHES "^${name}:(.*)$")
      string(REGEX MATCHALL "[a-z]+" modules "${CMAKE_MATCH_1}")
      set(${result} ${modules} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

function(overlap_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PKG_CONFIG" ${ARGN})
  set(public ${PROJECT_SOURCE_DIR}/include)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${public}/overlap/${name}/*.hpp)
  if(EXISTS ${public}/overlap/${name}.hpp)
    list(APPEND headers ${public}/overlap/${name}.hpp)
  endif()

  add_library(overlap_${name} STATIC ${arg_SOURCES})
  add_library(overlap::${name} ALIAS overlap_${name})
  set_target_properties(overlap_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(overlap_${name} PUBLIC cxx_std_20)
  target_sources(overlap_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${public} FILES ${headers})
  target_include_directories(overlap_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(overlap_${name} PRIVATE $<BUILD_INTERFACE:overlap_flags> ${arg_LINK})
  overlap_modules_below(${name} modules)
  foreach(module IN LISTS modules)
    if(TARGET overlap_${module})
      target_link_libraries(overlap_${name} PUBLIC overlap_${module})
    endif()
  endforeach()

  target_link_libraries(overlap_overlap INTERFACE overlap_${name})
  set_property(GLOBAL APPEND PROPERTY OVERLAP_MODULES ${name})
  set_property(GLOBAL APPEND PROPERTY OVERLAP_PKG_CONFIG ${arg_PKG_CONFIG})
endfunction()
