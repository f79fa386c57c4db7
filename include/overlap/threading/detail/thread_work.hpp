// include/overlap/threading/detail/thread_work.hpp
//
// What a thread is started with: a function and its arguments, of whatever types.
//
// Threads: made by one thread, called and destroyed by another.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/threading/detail/invoke.hpp>
#include <overlap/threading/detail/stop_control.hpp>

namespace overlap::threading::detail {

class thread_work {
 public:
  thread_work() = default;
  thread_work(const thread_work&) = delete;
  thread_work& operator=(const thread_work&) = delete;
  virtual ~thread_work() = default;

  virtual void call(stop_handle stop) = 0;
};

template <class Body>
class thread_work_of final : public thread_work {
 public:
  explicit thread_work_of(Body&& body) : body_(std::move(body)) {}
  void call(stop_handle stop) override { body_(stop); }

 private:
  Body body_;
};

/// Keeps copies of the function and its arguments, as std::thread does. Whoever gets it deletes it.
template <class Function, class... Arguments>
thread_work* make_thread_work(Function&& function, Arguments&&... arguments) {
  using callable = std::decay_t<Function>;
  constexpr bool takes_stop = takes_stop_token<callable, std::decay_t<Arguments>...>;
  static_assert(
      takes_stop || std::is_invocable_v<callable, std::decay_t<Arguments>...>,
      "the function cannot be called with copies of these arguments (write std::ref(x) to pass x itself)");
  auto body = [callable_ = callable(std::forward<Function>(function)),
               ... kept = std::decay_t<Arguments>(std::forward<Arguments>(arguments))](
                  [[maybe_unused]] stop_handle stop) mutable {
    if constexpr (takes_stop) {
      static_cast<void>(detail::invoke(std::move(callable_), stop, std::move(kept)...));
    } else {
      static_cast<void>(detail::invoke(std::move(callable_), std::move(kept)...));
    }
  };
  return new thread_work_of<decltype(body)>(std::move(body));
}

}  // namespace overlap::threading::detail
