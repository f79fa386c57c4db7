// src/http/request_gate.cpp
//
// See request_gate.hpp.

#include "http/request_gate.hpp"

#include <utility>

#include "http/request_url.hpp"

namespace overlap::http::detail {

bool request_gate::enter(gate_entry& request, std::string_view url) {
  if (limit_per_host_ != 0) {
    std::string name = host_of(url);
    host_record& host = hosts_.try_emplace(name, name).first->second;
    request.host = &host;
    if (host.active >= limit_per_host_) {
      request.at = gate_entry::place::before_host;
      host.line.push_back(request);
      ++waiting_;
      return false;
    }
    ++host.active;
  }
  return enter_all(request);
}

bool request_gate::enter_all(gate_entry& request) noexcept {
  if (limit_ != 0 && active_ >= limit_) {
    request.at = gate_entry::place::before_all;
    line_.push_back(request);
    ++waiting_;
    return false;
  }
  request.at = gate_entry::place::inside;
  ++active_;
  return true;
}

void request_gate::leave(gate_entry& request) noexcept {
  switch (std::exchange(request.at, gate_entry::place::outside)) {
    case gate_entry::place::outside:
      return;
    case gate_entry::place::before_host:
      request.unlink();
      --waiting_;
      break;
    case gate_entry::place::before_all:
      request.unlink();
      --waiting_;
      if (request.host != nullptr) leave_host(request);
      break;
    case gate_entry::place::inside:
      --active_;
      if (request.host != nullptr) leave_host(request);
      break;
  }
  host_record* host = std::exchange(request.host, nullptr);
  if (host != nullptr && host->active == 0 && host->line.empty()) hosts_.erase(std::string(host->name));
}

// The place is handed over, so nobody who comes now overtakes the head of the line.
void request_gate::leave_host(gate_entry& request) noexcept {
  gate_entry* following = request.host->line.pop_front();
  if (following == nullptr) {
    --request.host->active;
    return;
  }
  following->at = gate_entry::place::before_all;
  line_.push_back(*following);
}

gate_entry* request_gate::next() noexcept {
  if (limit_ != 0 && active_ >= limit_) return nullptr;
  gate_entry* request = line_.pop_front();
  if (request == nullptr) return nullptr;
  --waiting_;
  ++active_;
  request->at = gate_entry::place::inside;
  return request;
}

}  // namespace overlap::http::detail
