// include/overlap/threading/detail/local_core.hpp
//
// Which thread has which value of which threading::local, without knowing the values' types.
//
// Threads: any. A thread reads its own table without a lock; what touches another thread's table is guarded
// by one mutex for all.
//
// Invariants
//   1. A value is destroyed once: at the end of its thread, or with its local, whichever takes it first.
//   2. Ids of locals are never used again, so the slot of a local that is gone is never found; it is freed
//   when
//      its table grows next, or with its thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include <overlap/base/intrusive_list.hpp>

namespace overlap::threading::detail {

/// A value, of whatever type.
class local_value {
 public:
  local_value() = default;
  local_value(const local_value&) = delete;
  local_value& operator=(const local_value&) = delete;
  virtual ~local_value() = default;
};

/// Where one thread keeps its value of one local.
struct local_slot : intrusive_link<> {
  local_value* value = nullptr;
  bool has_owner = true;  // the local is still there
};

class local_core {
 public:
  local_core() noexcept;
  local_core(const local_core&) = delete;
  local_core& operator=(const local_core&) = delete;
  ~local_core();

  /// The calling thread's value, or null.
  [[nodiscard]] local_value* find() const noexcept;
  /// Takes `made` as the calling thread's value, which has none yet, and returns it.
  local_value* add(local_value* made);
  /// Destroys the calling thread's value, if there is one.
  void reset() noexcept;

 private:
  const std::uint64_t id_;
  intrusive_list<local_slot> slots_;
};

}  // namespace overlap::threading::detail
