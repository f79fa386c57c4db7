// include/overlap/threading/detail/invoke.hpp
//
// std::invoke without <functional>, which would cost every user 150 ms of compile time.
//
// Threads: no state.
#pragma once

#include <type_traits>
#include <utility>

namespace overlap::threading::detail {

/// The object a member pointer is applied to: itself, what a reference_wrapper holds, or what a pointer
/// points to.
template <class Class, class Object>
constexpr decltype(auto) member_target(Object&& object) {
  if constexpr (std::is_base_of_v<Class, std::remove_cvref_t<Object>>) {
    return std::forward<Object>(object);
  } else if constexpr (requires { static_cast<const Class&>(object.get()); }) {
    return object.get();
  } else {
    return *std::forward<Object>(object);
  }
}

template <class Member, class Class, class Object, class... Arguments>
constexpr decltype(auto) invoke_member(Member Class::* member, Object&& object, Arguments&&... arguments) {
  if constexpr (std::is_function_v<Member>) {
    return (member_target<Class>(std::forward<Object>(object)).*
            member)(std::forward<Arguments>(arguments)...);
  } else {
    return member_target<Class>(std::forward<Object>(object)).*member;
  }
}

/// Calls anything callable: functions, function objects, pointers to members.
template <class Function, class... Arguments>
  requires std::is_invocable_v<Function, Arguments...>
constexpr std::invoke_result_t<Function, Arguments...> invoke(Function&& function, Arguments&&... arguments) {
  if constexpr (std::is_member_pointer_v<std::remove_cvref_t<Function>>) {
    return invoke_member(function, std::forward<Arguments>(arguments)...);
  } else {
    return std::forward<Function>(function)(std::forward<Arguments>(arguments)...);
  }
}

}  // namespace overlap::threading::detail
