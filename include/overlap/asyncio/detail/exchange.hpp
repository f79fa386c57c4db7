// include/overlap/asyncio/detail/exchange.hpp
//
// Where givers and takers of items meet: what queues and channels have in common.
//
// Threads: the loop's thread only, so there are no atomics.
//
// Invariants
//   1. An item is in exactly one place: with its giver, in the store, or with its taker. It changes places by
//      one move; if that throws, it has not changed places.
//   2. Takers wait only while there is nothing to take: the store is empty and no giver waits.
//   3. Givers wait only while the store is full. Room that a taker makes goes to the first of them at once.
//   4. An item goes straight to a waiting taker. Nobody who comes later can overtake.
//   5. `accepted` counts items when they leave their givers. A waiting giver's item is its own: cancelling
//      the giver destroys it with the frame.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/detail/waiting_line.hpp>

namespace overlap::asyncio::detail {

/// More than fits in memory.
inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

/// The part that needs no type of items.
struct exchange_core {
  explicit exchange_core(std::size_t most) noexcept : capacity(most) {}
  exchange_core(const exchange_core&) = delete;
  exchange_core& operator=(const exchange_core&) = delete;
  ~exchange_core();

  std::size_t capacity;
  std::size_t most_stored = 0;
  std::uint64_t accepted = 0;
  waiting_line giving;
  waiting_line taking;
  refusal giving_refused = refusal::none;  // why nothing can be given any more
  refusal taking_refused = refusal::none;  // why nothing more will come, once the store is empty
};

/// A task that waits with an item, which is in its request.
template <class T>
struct giver : line_waiter {
  explicit giver(T& offered) noexcept : item(&offered) {}

  T* item;
  std::exception_ptr error;  // of moving it
};

/// A task that waits for an item.
template <class T>
struct taker : line_waiter {
  result_slot<T> given;
};

/// `Core` is exchange_core or derived from it.
template <class T, class Store, class Core>
class exchange : public Core {
 public:
  using item_type = T;
  using Core::Core;

  [[nodiscard]] std::size_t stored() const noexcept { return store_.size(); }
  [[nodiscard]] bool has_room() const noexcept {
    return store_.size() < this->capacity || !this->taking.empty();
  }
  [[nodiscard]] bool has_item() const noexcept { return !store_.empty() || !this->giving.empty(); }

  /// False: there is no room, and the item has not been touched.
  bool try_give(T&& item) {
    if (line_waiter* first = this->taking.front()) {
      hand_over(static_cast<taker<T>&>(*first), std::move(item));
    } else if (store_.size() < this->capacity) {
      store(std::move(item));
    } else {
      return false;
    }
    ++this->accepted;
    return true;
  }

  /// Takes the next item, which there must be. `Form::made_of(core, T&&)` makes of it what the caller wants.
  template <class Form>
  auto take() {
    if (store_.empty()) {
      auto& first = static_cast<giver<T>&>(*this->giving.front());
      waiting_line::check_thread(first);
      auto taken = Form::made_of(*this, std::move(*first.item));
      ++this->accepted;
      this->giving.grant(first);
      return taken;
    }
    auto taken = Form::made_of(*this, std::move(store_.next()));
    store_.pop();
    if (!this->giving.empty()) fill_up();
    return taken;
  }

  /// An item that was handed to a taker who could not move it on. If it cannot be moved now either, its own
  /// type has lost it.
  void put_back(T&& item) {
    if (line_waiter* first = this->taking.front()) {
      hand_over(static_cast<taker<T>&>(*first), std::move(item));
    } else {
      store_.put_back(std::move(item));
    }
  }

  /// Destroys all that is stored; their destructors find the store empty already. Returns how many.
  std::size_t drop_stored() noexcept {
    const Store dropped(std::move(store_));
    return dropped.size();
  }

 private:
  void hand_over(taker<T>& first, T&& item) {
    waiting_line::check_thread(first);
    first.given.emplace(std::move(item));
    this->taking.grant(first);
  }

  void store(T&& item) {
    store_.push(std::move(item));
    if (store_.size() > this->most_stored) this->most_stored = store_.size();
  }

  void fill_up() {
    while (store_.size() < this->capacity && !this->giving.empty()) {
      auto& first = static_cast<giver<T>&>(*this->giving.front());
      try {
        store(std::move(*first.item));
        ++this->accepted;
      } catch (...) {
        first.error = std::current_exception();  // its own item, so its own error; the next one's turn
      }
      this->giving.grant(first);
    }
  }

  Store store_;
};

}  // namespace overlap::asyncio::detail
