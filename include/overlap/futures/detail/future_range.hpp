// include/overlap/futures/detail/future_range.hpp
//
// What counts as "futures" where several are taken: a range of them, or a map whose keys they are.
//
// Threads: no state.
#pragma once

#include <type_traits>
#include <utility>

#include <overlap/futures/future.hpp>

namespace overlap::futures::detail {

template <class T>
const future<T>& future_in(const future<T>& element) noexcept {
  return element;
}
template <class T, class Value>
const future<T>& future_in(const std::pair<const future<T>, Value>& element) noexcept {
  return element.first;
}

template <class Future>
struct value_of_future;
template <class T>
struct value_of_future<future<T>> {
  using type = T;
};

/// A range of future<T>, or of pairs with such a key.
template <class Range>
concept future_range = requires(Range& range) {
  future_in(*std::begin(range));
  std::begin(range) != std::end(range);
};

template <class Range>
using future_range_value_t = typename value_of_future<
    std::remove_cvref_t<decltype(future_in(*std::begin(std::declval<Range&>())))>>::type;

}  // namespace overlap::futures::detail
