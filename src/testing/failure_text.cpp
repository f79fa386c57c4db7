// src/testing/failure_text.cpp
//
// Looks into exceptions by throwing them again: this runs once per failure.

#include "testing/failure_text.hpp"

#include <typeinfo>

#include <overlap/base/exception_group.hpp>
#include <overlap/testing/failed_expectations.hpp>

namespace overlap::testing::detail {

std::string text_of_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

std::string kind_of_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const failed_expectations& failed) {
    return std::string(failed.place());
  } catch (const exception_group& group) {
    std::string kinds = "group of";
    for (const std::exception_ptr& each : group.exceptions()) kinds.append(" ").append(kind_of_failure(each));
    return kinds;
  } catch (const std::exception& error) {
    return typeid(error).name();
  } catch (...) {
    return "unknown";
  }
}

}  // namespace overlap::testing::detail
