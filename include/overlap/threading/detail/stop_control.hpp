// include/overlap/threading/detail/stop_control.hpp
//
// Gives a std::stop_token to functions that take one first, without including <stop_token>, which would cost
// every user 350 ms. A function that takes one was compiled after that include, so the type is complete where
// the conversion below is instantiated; only its name is checked here and only the .cpp makes one. (Declaring
// std::stop_token ourselves would be shorter, but is not allowed, and wrong for libc++'s inline namespace.)
//
// Threads: any, as std::stop_source.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace overlap::threading::detail {

class monitor_lock;

/// A std::stop_source.
class stop_control {
 public:
  stop_control();
  stop_control(const stop_control&) = delete;
  stop_control& operator=(const stop_control&) = delete;
  ~stop_control();

  [[nodiscard]] bool stop_requested() const noexcept;
  bool request_stop() noexcept;
  /// `token` points to a std::stop_token, which is assigned.
  void assign_token_to(void* token) const noexcept;

 private:
  alignas(void*) unsigned char source_[sizeof(void*)];
};

template <class T>
consteval bool is_standard_stop_token() {
  const std::string_view name =
      __PRETTY_FUNCTION__;  // "… [with T = std::stop_token]" or "[T = std::__1::stop_token]"
  const std::size_t begin = name.rfind("T = ") + 4;
  return name.substr(begin).starts_with("std::") && name.ends_with("::stop_token]");
}

/// What such a function is called with: becomes a std::stop_token, and answers for itself where the parameter
/// is `auto`.
class stop_handle {
 public:
  explicit stop_handle(const stop_control& control) noexcept : control_(&control) {}

  [[nodiscard]] bool stop_requested() const noexcept { return control_->stop_requested(); }
  [[nodiscard]] bool stop_possible() const noexcept { return true; }
  [[nodiscard]] const stop_control& control() const noexcept { return *control_; }

  template <class Token>
    requires(is_standard_stop_token<Token>())
  operator Token() const noexcept {  // NOLINT(google-explicit-constructor): it stands for the token
    Token token;
    control_->assign_token_to(&token);
    return token;
  }

 private:
  const stop_control* control_;
};

/// The function wants a stop token before the arguments. A function that can do without gets none.
template <class Function, class... Arguments>
inline constexpr bool takes_stop_token =
    !std::is_invocable_v<Function, Arguments...> && std::is_invocable_v<Function, stop_handle, Arguments...>;

}  // namespace overlap::threading::detail
