# Installs the library, its CMake package (find_package(overlap)) and its pkg-config file.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/overlap)
get_property(overlap_modules GLOBAL PROPERTY OVERLAP_MODULES)
list(TRANSFORM overlap_modules PREPEND overlap_ OUTPUT_VARIABLE module_targets)

install(TARGETS ${module_targets} overlap_overlap EXPORT overlap-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT overlap-targets NAMESPACE overlap:: DESTINATION ${package_dir})

configure_package_config_file(cmake/overlap-config.cmake.in overlap-config.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(overlap-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/overlap-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/overlap-config-version.cmake cmake/Findliburing.cmake
  DESTINATION ${package_dir})

# A linker reads static libraries from left to right, so those that use come before those that are used:
# src/CMakeLists.txt adds the lowest first.
set(pc_libraries "")
foreach(module IN LISTS overlap_modules)
  string(PREPEND pc_libraries "-loverlap_${module} ")
endforeach()
get_property(pc_requires GLOBAL PROPERTY OVERLAP_PKG_CONFIG)
list(REMOVE_DUPLICATES pc_requires)
list(JOIN pc_requires " " pc_requires)
# The file finds its prefix from its own place, so the installed tree may be moved.
string(REGEX REPLACE "[^/]+" ".." pc_prefix ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
configure_file(cmake/overlap.pc.in overlap.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/overlap.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
