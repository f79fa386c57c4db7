// tools/overlap/retry.cpp
#include "retry.hpp"

#include <algorithm>

#include <overlap/base/error.hpp>
#include <overlap/base/exception_cast.hpp>
#include <overlap/http/errors.hpp>

namespace overlap::get {

bool is_transient(const std::exception_ptr& failure) {
  if (exception_cast<timeout_error>(failure) != nullptr) return true;
  const auto* client = exception_cast<http::client_error>(failure);
  return client != nullptr && client->is_transient();
}

duration retry_policy::backoff_limit(int failures) const {
  duration limit = options_.backoff_min;
  for (int count = 1; count < failures && limit < options_.backoff_max; ++count) limit *= 2;
  return std::min(limit, options_.backoff_max);
}

std::optional<duration> retry_policy::wait_after(int failures, const std::exception_ptr& failure) {
  if (failures > options_.retries || !is_transient(failure)) return std::nullopt;
  duration wait = backoff_limit(failures) * std::uniform_real_distribution<double>(0, 1)(random_);
  const auto* refused = exception_cast<http::client_response_error>(failure);
  if (refused != nullptr && refused->retry_after())
    wait += std::min(*refused->retry_after(), options_.retry_after_max);
  return wait;
}

}  // namespace overlap::get
