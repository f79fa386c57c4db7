# Run by ctest for overlap_compile_fail: SOURCE must compile as it is, and must not with DEFINE defined, for
# the reason that EXPECT (a regular expression) finds in the compiler's answer. Dropping what is [[nodiscard]] is
# refused too, as under the -Werror of our presets.

set(compile ${COMPILER} -std=c++20 -Werror=unused-result -fsyntax-only -I ${INCLUDE} ${SOURCE})

execute_process(COMMAND ${compile} RESULT_VARIABLE failed ERROR_VARIABLE answer)
if(failed)
  message(NOTICE "${answer}")
  message(FATAL_ERROR "The good twin must compile, but does not: ${SOURCE}")
endif()

execute_process(COMMAND ${compile} -D${DEFINE} RESULT_VARIABLE failed ERROR_VARIABLE answer)
if(NOT failed)
  message(FATAL_ERROR "It must not compile, but does: ${SOURCE} with -D${DEFINE}")
endif()
if(NOT answer MATCHES "${EXPECT}")
  message(NOTICE "${answer}")
  message(FATAL_ERROR "It does not compile, as it should, but for another reason than ${EXPECT}")
endif()
message(STATUS "Refused as it should be: ${EXPECT}")
