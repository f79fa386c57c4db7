// src/threading/stop_control.cpp
//
// The only place that knows what a std::stop_source is.

#include <new>
#include <stop_token>

#include <overlap/threading/detail/stop_control.hpp>

namespace overlap::threading::detail {

namespace {

static_assert(sizeof(std::stop_source) <= sizeof(void*) && alignof(std::stop_source) <= alignof(void*),
              "stop_control keeps a stop_source in one pointer");

std::stop_source& source_in(const unsigned char* storage) noexcept {
  return *std::launder(reinterpret_cast<std::stop_source*>(const_cast<unsigned char*>(storage)));
}

}  // namespace

stop_control::stop_control() { ::new (static_cast<void*>(source_)) std::stop_source; }
stop_control::~stop_control() { source_in(source_).~stop_source(); }

bool stop_control::stop_requested() const noexcept { return source_in(source_).stop_requested(); }
bool stop_control::request_stop() noexcept { return source_in(source_).request_stop(); }

void stop_control::assign_token_to(void* token) const noexcept {
  *static_cast<std::stop_token*>(token) = source_in(source_).get_token();
}

}  // namespace overlap::threading::detail
