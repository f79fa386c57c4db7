// src/threading/report.hpp
//
// The way to the excepthook.
//
// Threads: any.
#pragma once

#include <exception>

#include <overlap/threading/thread_handle.hpp>

namespace overlap::threading::detail {

void report_exception(std::exception_ptr error, thread_handle thread) noexcept;

}  // namespace overlap::threading::detail
