// src/asyncio/signals.cpp
//
// The loop polls the watcher's descriptor; the handler only counts.

#include <overlap/asyncio/signals.hpp>
#include <overlap/asyncio/sockets.hpp>

#include "platform/signal_watcher.hpp"

namespace overlap::asyncio {

signal_receiver::signal_receiver(std::initializer_list<int> signals)
    : watcher_(new platform::signal_watcher(signals)) {}

signal_receiver::~signal_receiver() { delete static_cast<platform::signal_watcher*>(watcher_); }

task<int> signal_receiver::next() {
  auto& watcher = *static_cast<platform::signal_watcher*>(watcher_);
  for (;;) {
    if (const int number = watcher.take(); number != 0) co_return number;
    co_await wait_readable(watcher.fd());
  }
}

}  // namespace overlap::asyncio
