// src/threading/local.cpp
//
// The tables of values, one a thread.

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <overlap/threading/detail/local_core.hpp>

namespace overlap::threading::detail {

namespace {

// Never destroyed: threads may end while the process does.
std::mutex& all_tables() {
  static auto* const instance = new std::mutex;
  return *instance;
}

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

using owned_value = std::unique_ptr<local_value>;

// Takes the value out of the slot, and the slot out of its local's list. The mutex is held.
owned_value take(local_slot& slot) noexcept {
  slot.unlink();
  return owned_value(std::exchange(slot.value, nullptr));
}

class local_table {
 public:
  local_table() = default;
  local_table(const local_table&) = delete;
  local_table& operator=(const local_table&) = delete;
  // A destructor of a value may look at other locals, and even make their values again.
  ~local_table() {
    while (!slots_.empty()) remove(slots_.begin()->first);
  }

  [[nodiscard]] local_slot* find(std::uint64_t id) noexcept {
    const auto found = slots_.find(id);
    return found == slots_.end() ? nullptr : found->second.get();
  }

  local_slot& add(std::uint64_t id) {
    if (slots_.size() >= clean_at_) clean();
    return *slots_.emplace(id, std::make_unique<local_slot>()).first->second;
  }

  void remove(std::uint64_t id) noexcept {
    const auto found = slots_.find(id);
    if (found == slots_.end()) return;
    const std::unique_ptr<local_slot> slot = std::move(found->second);
    slots_.erase(found);
    owned_value value;
    {
      const std::lock_guard held(all_tables());
      value = take(*slot);
    }
  }

 private:
  void clean() {
    const std::lock_guard held(all_tables());
    std::erase_if(slots_, [](const auto& each) { return !each.second->has_owner; });
    clean_at_ = 2 * slots_.size() + 8;
  }

  std::unordered_map<std::uint64_t, std::unique_ptr<local_slot>> slots_;
  std::size_t clean_at_ = 8;
};

local_table& this_table() {
  thread_local local_table table;
  return table;
}

}  // namespace

local_core::local_core() noexcept : id_(next_id()) {}

local_core::~local_core() {
  std::vector<owned_value> values;  // destroyed when the mutex is free again
  const std::lock_guard held(all_tables());
  while (local_slot* each = slots_.front()) {
    each->has_owner = false;
    values.push_back(take(*each));
  }
}

local_value* local_core::find() const noexcept {
  const local_slot* slot = this_table().find(id_);
  return slot == nullptr ? nullptr : slot->value;
}

local_value* local_core::add(local_value* made) {
  owned_value value(made);
  local_slot& slot = this_table().add(id_);
  const std::lock_guard held(all_tables());
  slot.value = value.release();
  slots_.push_back(slot);
  return made;
}

void local_core::reset() noexcept { this_table().remove(id_); }

}  // namespace overlap::threading::detail
