# The libraries that overlap itself needs, each looked for once, with a message that says what to install.
# What only tools, tests and benches need is looked for where it is used.

find_package(Threads REQUIRED)

if(OVERLAP_IO_URING)
  find_package(liburing)
  if(NOT liburing_FOUND)
    message(FATAL_ERROR "The io_uring reactor needs liburing: install liburing-dev, or configure with "
      "-DOVERLAP_IO_URING=OFF (epoll is always built).")
  endif()
endif()

if(OVERLAP_HTTP)
  find_package(CURL)
  if(NOT CURL_FOUND)
    message(FATAL_ERROR "overlap::http needs libcurl: install libcurl4-openssl-dev, or configure with "
      "-DOVERLAP_HTTP=OFF.")
  endif()
endif()

# Says at the end of the configuration what is built and what is not, and why.
function(overlap_say_what_is_built)
  if(OVERLAP_IO_URING)
    set(io_uring "built (liburing ${liburing_VERSION})")
  else()
    set(io_uring "not built (OVERLAP_IO_URING=OFF)")
  endif()
  if(TARGET overlap_http)
    set(http "built (libcurl ${CURL_VERSION_STRING})")
  elseif(OVERLAP_HTTP)
    set(http "not built (src/http is missing)")
  else()
    set(http "not built (OVERLAP_HTTP=OFF)")
  endif()
  message(STATUS "overlap ${PROJECT_VERSION}: io_uring ${io_uring}; http ${http}")
endfunction()
