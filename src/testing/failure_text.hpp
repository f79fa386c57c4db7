// src/testing/failure_text.hpp
//
// An exception for people, and what makes two of them the same failure.
//
// Threads: any.
#pragma once

#include <exception>
#include <string>

namespace overlap::testing::detail {

/// What the exception says.
std::string text_of_failure(const std::exception_ptr& failure);

/// Equal for two failures of the same cause, as far as that can be told: the type, of a group the types in
/// it, of failed expectations the place of the first. Texts may have numbers that depend on the schedule.
std::string kind_of_failure(const std::exception_ptr& failure);

}  // namespace overlap::testing::detail
