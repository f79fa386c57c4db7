// src/http/request_gate.hpp
//
// How many requests are in flight, in all and to each host. Those that find no place wait in line, first
// come, first served, among those that have the same limit in their way.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A request passes its host's limit first, then the common one; it counts for its host from then on.
//   2. A request is in at most one line; who leaves gives back exactly what it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <overlap/base/intrusive_list.hpp>

namespace overlap::http::detail {

struct gate_line;
struct host_record;

/// The place of a request at the gate.
struct gate_entry : intrusive_link<gate_line> {
  enum class place : std::uint8_t { outside, before_host, before_all, inside };

  host_record* host = nullptr;
  place at = place::outside;
};

struct host_record {
  explicit host_record(std::string name_given) : name(std::move(name_given)) {}

  std::string name;
  std::size_t active = 0;
  intrusive_list<gate_entry, gate_line> line;
};

class request_gate {
 public:
  /// 0: no limit.
  request_gate(std::size_t limit, std::size_t limit_per_host) noexcept
      : limit_(limit), limit_per_host_(limit_per_host) {}

  /// True: it is inside. False: it waits, and comes out of next() at its turn.
  [[nodiscard]] bool enter(gate_entry& request, std::string_view url);
  /// Gives back its place or its place in line.
  void leave(gate_entry& request) noexcept;
  /// One that may go inside now, or null.
  [[nodiscard]] gate_entry* next() noexcept;

  [[nodiscard]] std::size_t active() const noexcept { return active_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

 private:
  [[nodiscard]] bool enter_all(gate_entry& request) noexcept;
  void leave_host(gate_entry& request) noexcept;

  std::size_t limit_;
  std::size_t limit_per_host_;
  std::size_t active_ = 0;
  std::size_t waiting_ = 0;
  intrusive_list<gate_entry, gate_line> line_;
  std::unordered_map<std::string, host_record> hosts_;  // with requests; nodes do not move
};

}  // namespace overlap::http::detail
