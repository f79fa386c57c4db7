// include/overlap/asyncio/detail/exchange_wait.hpp
//
// Awaiting an exchange: giving an item and taking one. The requests may be moved until they are awaited; the
// awaiters are pinned.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. What was granted or refused is in the awaiter: the exchange may be gone when the task goes on.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/exchange.hpp>

namespace overlap::asyncio::detail {

template <class Exchange>
class give_awaiter : giver<typename Exchange::item_type> {
  using item_type = typename Exchange::item_type;

 public:
  give_awaiter(Exchange& into, item_type& offered, std::uint64_t through_end) noexcept
      : giver<item_type>(offered), into_(into) {
    this->end = through_end;
  }
  give_awaiter(const give_awaiter&) = delete;
  give_awaiter& operator=(const give_awaiter&) = delete;
  ~give_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    if (!is_cancelled(awaiting)) [[likely]] {
      this->refused = into_.giving_refused;
      if (this->refused != refusal::none || into_.try_give(std::move(*this->item))) return false;
    }
    into_.giving.join(*this, awaiting);
    return true;
  }
  void await_resume() {
    if (this->refused != refusal::none) [[unlikely]]
      throw_refusal(this->refused);
    if (this->error) [[unlikely]]
      std::rethrow_exception(this->error);
  }

 private:
  Exchange& into_;
};

/// Giving, not yet begun. The item is in here until it is accepted.
template <class Exchange>
class [[nodiscard("nothing is put or sent until this is awaited")]] give_request {
 public:
  using item_type = typename Exchange::item_type;

  template <class... Args>
  explicit give_request(Exchange& into, std::uint64_t through_end, Args&&... args)
      : into_(&into), end_(through_end), item_(std::forward<Args>(args)...) {}

  give_awaiter<Exchange> operator co_await() && noexcept {
    return give_awaiter<Exchange>(*into_, item_, end_);
  }

 private:
  Exchange* into_;
  std::uint64_t end_;
  item_type item_;
};

/// The item itself.
template <class T>
struct as_item {
  using result = T;
  static constexpr bool may_be_empty = false;
  template <class Core>
  static T made_of(Core&, T&& item) {
    return T(std::move(item));
  }
};

/// Nothing at the end of the queue or channel.
template <class T>
struct as_optional {
  using result = std::optional<T>;
  static constexpr bool may_be_empty = true;
  template <class Core>
  static result made_of(Core&, T&& item) {
    return result(std::in_place, std::move(item));
  }
};

template <class Exchange, class Form>
class take_awaiter : taker<typename Exchange::item_type> {
  using item_type = typename Exchange::item_type;

 public:
  take_awaiter(Exchange& from, std::uint64_t through_end) noexcept : from_(from) { this->end = through_end; }
  take_awaiter(const take_awaiter&) = delete;
  take_awaiter& operator=(const take_awaiter&) = delete;
  ~take_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    if (!is_cancelled(awaiting)) [[likely]] {
      if (from_.has_item()) return false;  // taken by await_resume, before anybody else can run
      this->refused = from_.taking_refused;
      if (this->refused != refusal::none) return false;
    }
    const bool waits = from_.taking.join(*this, awaiting);
    if constexpr (!std::is_nothrow_move_constructible_v<item_type>) {
      if (waits) keep_.emplace(from_);
    }
    return true;
  }

  typename Form::result await_resume() {
    if (this->given.has_value()) return take_given();
    if (this->refused != refusal::none) [[unlikely]] {
      if constexpr (Form::may_be_empty) {
        if (this->refused != refusal::closed_channel) return typename Form::result();
      }
      throw_refusal(this->refused);
    }
    return from_.template take<Form>();
  }

 private:
  typename Form::result take_given() {
    if constexpr (std::is_nothrow_move_constructible_v<item_type>) {
      return Form::made_of(from_, this->given.take());
    } else {
      try {
        return Form::made_of(from_, this->given.take());
      } catch (...) {
        from_.put_back(this->given.take());
        throw;
      }
    }
  }

  // Only what may have to be put back needs the exchange to be there still.
  struct nothing {};
  using keeper = std::conditional_t<std::is_nothrow_move_constructible_v<item_type>, nothing,
                                    std::optional<typename Exchange::keeper>>;

  Exchange& from_;
  [[no_unique_address]] keeper keep_;
};

/// Taking, not yet begun.
template <class Exchange, class Form>
class [[nodiscard("nothing is taken until this is awaited")]] take_request {
 public:
  take_request(Exchange& from, std::uint64_t through_end) noexcept : from_(&from), end_(through_end) {}

  take_awaiter<Exchange, Form> operator co_await() const noexcept {
    return take_awaiter<Exchange, Form>(*from_, end_);
  }

 private:
  Exchange* from_;
  std::uint64_t end_;
};

}  // namespace overlap::asyncio::detail
