// src/base/context_var.cpp
//
// Setting and taking back, without the type of the value.

#include <atomic>
#include <string>
#include <utility>

#include <overlap/base/context_var.hpp>

namespace overlap {

namespace {

// Relaxed: only that no two are equal matters. Function-local, because variables are made before main().
std::uint64_t next_identity() noexcept {
  static constinit std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::string about(std::string_view name) {
  return std::string("context variable '").append(name).append("'");
}

}  // namespace

std::uint64_t detail::next_context_number() noexcept {
  static constinit std::atomic<std::uint64_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

detail::context_change detail::change_context(std::uint64_t number, shared_reference<context_value> value) {
  context_storage& storage = active_context();
  context_map changed = storage.values.with(number, std::move(value));
  if (storage.identity == 0) storage.identity = next_identity();

  context_change change;
  change.number = number;
  change.identity = storage.identity;
  change.old = shared_reference<context_value>::share(storage.values.find(number));
  change.is_used = false;
  storage.values = std::move(changed);
  return change;
}

void detail::undo_context_change(context_change& change, std::uint64_t number, std::string_view name) {
  if (change.is_used) {
    throw invalid_state_error(about(name).append(": the token has already been used once"));
  }
  if (change.number != number) {
    throw invalid_value_error(
        about(name).append(": the token was made by another variable; reset the one that was set"));
  }
  context_storage& storage = active_context();
  if (change.identity != storage.identity) {
    throw invalid_value_error(about(name).append(
        ": the token was made in another context; reset where it was set, in the same task or run()"));
  }
  storage.values = change.old ? storage.values.with(number, change.old) : storage.values.without(number);
  change.is_used = true;
}

void detail::throw_no_context_value(std::string_view name) {
  throw lookup_error(about(name).append(" has no value here; set() it, or give it a default"));
}

}  // namespace overlap
