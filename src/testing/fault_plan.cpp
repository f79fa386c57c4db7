// src/testing/fault_plan.cpp
//
// Chances are asked for one by one, in a fixed order, so that a recording fits again.

#include "testing/fault_plan.hpp"

#include <algorithm>
#include <cerrno>

namespace overlap::testing::detail {

namespace {

using platform::io_kind;
using platform::io_operation;

constexpr std::size_t log_bytes_max = 2000;
constexpr std::size_t delay_steps = 4;  // a delay is one of so many, so that an enumeration ends

io_operation_kind kind_of(io_kind kind) noexcept {
  switch (kind) {
    case io_kind::read:
      return io_operation_kind::read;
    case io_kind::write:
      return io_operation_kind::write;
    case io_kind::receive:
      return io_operation_kind::receive;
    case io_kind::send:
      return io_operation_kind::send;
    case io_kind::accept:
      return io_operation_kind::accept;
    case io_kind::connect:
      return io_operation_kind::connect;
    case io_kind::poll:
      break;
  }
  return io_operation_kind::poll;
}

const char* name_of(io_operation_kind kind) noexcept {
  constexpr const char* names[] = {"any", "poll", "read", "write", "receive", "send", "accept", "connect"};
  return names[static_cast<std::size_t>(kind)];
}

bool transfers(io_operation_kind kind) noexcept {
  return kind == io_operation_kind::read || kind == io_operation_kind::write ||
         kind == io_operation_kind::receive || kind == io_operation_kind::send;
}

bool is_of_connection(io_operation_kind kind) noexcept {
  return kind == io_operation_kind::receive || kind == io_operation_kind::send;
}

bool needs_buffers(io_operation_kind kind) noexcept {
  return kind == io_operation_kind::send || kind == io_operation_kind::accept ||
         kind == io_operation_kind::connect;
}

int errno_of(fault what, int scripted) noexcept {
  switch (what) {
    case fault::connection_reset:
      return ECONNRESET;
    case fault::no_space:
      return ENOSPC;
    case fault::no_buffers:
      return ENOBUFS;
    case fault::failure:
      return scripted;
    case fault::short_transfer:
    case fault::interruption:
    case fault::delay:
      break;
  }
  return 0;
}

std::string text_of(const planned_fault& planned) {
  switch (planned.what) {
    case fault::short_transfer:
      return "at most " + std::to_string(planned.bytes) + " bytes";
    case fault::interruption:
      return "interrupted";
    case fault::delay:
      return "told " + std::to_string(planned.delay.nanoseconds() / 1'000) + " us later";
    case fault::connection_reset:
      return "ECONNRESET";
    case fault::no_space:
      return "ENOSPC";
    case fault::no_buffers:
      return "ENOBUFS";
    case fault::failure:
      break;
  }
  return "errno " + std::to_string(planned.error);
}

}  // namespace

std::optional<planned_fault> fault_plan::next(const io_operation& operation) {
  ++operations_;
  std::optional<planned_fault> planned = from_script(operation);
  if (!planned) planned = by_chance(operation);
  if (planned) note(operation, *planned);
  return planned;
}

std::optional<planned_fault> fault_plan::from_script(const io_operation& operation) {
  std::optional<planned_fault> found;
  for (std::size_t i = 0; i < options_.script.size(); ++i) {
    const scripted_fault& line = options_.script[i];
    if (line.on != io_operation_kind::any && line.on != kind_of(operation.kind)) continue;
    if (line.fd >= 0 && line.fd != operation.fd) continue;
    if (++seen_by_script_[i] != line.number || found) continue;
    found = planned_fault{.what = line.what,
                          .error = errno_of(line.what, line.error),
                          .bytes = std::max<std::size_t>(line.bytes, 1),
                          .delay = line.delay};
  }
  return found;
}

std::size_t fault_plan::ask(double chance, std::size_t count) {
  if (!(chance > 0)) return 0;
  const double out_of = std::min(chance, 1.0) * 65'536;
  return choices_.ask({.count = count, .chance = std::max(1U, static_cast<std::uint32_t>(out_of))});
}

std::optional<planned_fault> fault_plan::by_chance(const io_operation& operation) {
  const io_operation_kind kind = kind_of(operation.kind);
  const auto failing = [](fault what) { return planned_fault{.what = what, .error = errno_of(what, 0)}; };
  if (is_of_connection(kind) && ask(options_.connection_resets) != 0) return failing(fault::connection_reset);
  if (kind == io_operation_kind::write && ask(options_.no_space) != 0) return failing(fault::no_space);
  if (needs_buffers(kind) && ask(options_.no_buffers) != 0) return failing(fault::no_buffers);
  if (transfers(kind) && operation.length > 1) {
    const std::size_t how = ask(options_.short_transfers, 3);
    if (how != 0)
      return planned_fault{.what = fault::short_transfer, .bytes = how == 1 ? 1 : operation.length / 2};
  }
  if (ask(options_.interruptions) != 0) return planned_fault{.what = fault::interruption};
  if (const std::size_t steps = ask(options_.delays, delay_steps + 1); steps != 0) {
    const std::int64_t nanoseconds =
        options_.delay_max.nanoseconds() / static_cast<std::int64_t>(delay_steps);
    return planned_fault{.what = fault::delay,
                         .delay = duration::from_nanoseconds(nanoseconds * static_cast<std::int64_t>(steps))};
  }
  return std::nullopt;
}

void fault_plan::note(const io_operation& operation, const planned_fault& planned) {
  ++log_.count;
  if (log_.text.size() > log_bytes_max) return;
  if (!log_.text.empty()) log_.text.append("; ");
  log_.text.append("operation ").append(std::to_string(operations_)).append(", ");
  log_.text.append(name_of(kind_of(operation.kind))).append(" of descriptor ");
  log_.text.append(std::to_string(operation.fd)).append(": ").append(text_of(planned));
}

std::size_t fault_plan::choose_first(std::size_t count) {
  return ask(static_cast<double>(count - 1) / static_cast<double>(count), count);
}

}  // namespace overlap::testing::detail
