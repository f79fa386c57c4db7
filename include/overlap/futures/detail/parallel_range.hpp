// include/overlap/futures/detail/parallel_range.hpp
//
// A range of work that is split only when some worker has nothing to do: the worker goes through it in
// chunks and looks between them whether what it offered last has been taken. If so, it offers half of what
// is left.
//
// Threads: range_work is shared by all parts; everything else belongs to one part.
//
// Invariants
//   1. A chunk takes about 10 to 20 µs, or is one element that takes longer: short enough for an even end,
//   long
//      enough that looking costs nothing.
//   2. Parts joined are neighbours, the left one before the right one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/base/error.hpp>
#include <overlap/futures/detail/fork.hpp>

namespace overlap::futures::detail {

struct never_stopped {
  [[nodiscard]] static constexpr bool stop_requested() noexcept { return false; }
};

/// What all parts of one call share: whether to go on.
template <class Token>
class range_work {
 public:
  explicit range_work(Token& token) noexcept : token_(token) {}
  range_work(const range_work&) = delete;
  range_work& operator=(const range_work&) = delete;

  /// False: begin nothing more.
  [[nodiscard]] bool goes_on() noexcept {
    if (__atomic_load_n(&is_over_, __ATOMIC_RELAXED)) return false;
    if (!token_.stop_requested()) return true;
    if (!__atomic_exchange_n(&is_over_, true, __ATOMIC_RELAXED)) was_stopped_ = true;
    return false;
  }

  /// The first error is kept.
  void fail(std::exception_ptr error) noexcept {
    if (!__atomic_exchange_n(&is_over_, true, __ATOMIC_RELAXED)) error_ = std::move(error);
  }

  /// When all parts have ended, which is what publishes their errors here.
  void finish() {
    if (error_ != nullptr) std::rethrow_exception(std::move(error_));
    if (was_stopped_) throw cancelled_error("a stop was requested before all parts of the range were done");
  }

 private:
  Token& token_;
  bool is_over_ = false;
  bool was_stopped_ = false;  // these two: written by whoever set is_over_ first
  std::exception_ptr error_;
};

template <class Index>
constexpr decltype(auto) element_at(Index& position) {
  if constexpr (std::is_integral_v<Index>) {
    return Index(position);
  } else {
    return *position;
  }
}

template <class Index>
std::size_t steps_between(const Index& first, const Index& last) {
  if constexpr (std::is_integral_v<Index>) {
    return first < last ? static_cast<std::size_t>(last) - static_cast<std::size_t>(first) : 0;
  } else {
    return first < last ? static_cast<std::size_t>(last - first) : 0;
  }
}
template <class Index>
Index advanced(const Index& first, std::size_t steps) {
  if constexpr (std::is_integral_v<Index>) {
    return static_cast<Index>(static_cast<std::size_t>(first) + steps);
  } else {
    return first + static_cast<typename std::iterator_traits<Index>::difference_type>(steps);
  }
}

/// A clock for chunks: it need not be exact, but cheap beside a chunk of one light element.
struct chunk_clock {
#if defined(__x86_64__)
  // The counter of processor cycles at nominal speed: 25 cycles to read, where the system's clock takes 70.
  static std::uint64_t now() noexcept { return __builtin_ia32_rdtsc(); }
  static constexpr std::uint64_t short_chunk = 30'000;  // 8 to 15 µs at 2 to 4 GHz
#else
  static std::uint64_t now() noexcept { return static_cast<std::uint64_t>(monotonic_nanoseconds()); }
  static constexpr std::uint64_t short_chunk = 10'000;
#endif
};

/// How many elements make a chunk.
class chunk_size {
 public:
  explicit chunk_size(std::size_t start) noexcept : elements_(start), before_(chunk_clock::now()) {}
  [[nodiscard]] std::size_t elements() const noexcept { return elements_; }

  /// A chunk has been done.
  void adapt() noexcept {
    const std::uint64_t now = chunk_clock::now();
    const std::uint64_t took = now - before_;
    before_ = now;
    if (took < chunk_clock::short_chunk) {
      elements_ *= 2;
    } else if (took > 4 * chunk_clock::short_chunk && elements_ > 1) {
      elements_ /= 2;
    }
  }

 private:
  std::size_t elements_;
  std::uint64_t before_;
};

/// Goes through [first, last). `Part` has run(from, to), to be called with neighbours in order; fork(), which
/// makes the part for what is right of it; and join(right), which adds what that has come to.
template <class Token, class Index, class Part>
void run_range(fork_worker* worker, range_work<Token>& work, Index first, Index last, Part& part,
               std::size_t chunk_start);

template <class Token, class Index, class Part>
struct range_fork final : fork_frame {
  range_fork(range_work<Token>& shared, Index from, Index to, const Part& left, std::size_t chunk)
      : fork_frame(
            [](fork_worker& worker, fork_frame& frame) { static_cast<range_fork&>(frame).go_on(&worker); }),
        work(shared),
        first(std::move(from)),
        last(std::move(to)),
        part(left.fork()),
        chunk_start(chunk) {}

  void go_on(fork_worker* worker) { run_range(worker, work, first, last, part, chunk_start); }

  range_work<Token>& work;
  Index first;
  Index last;
  Part part;
  std::size_t chunk_start;
};

/// Does the left half while others may take the right one.
template <class Token, class Index, class Part>
void split_range(fork_worker& worker, range_work<Token>& work, Index first, Index last, Part& part,
                 std::size_t chunk_start) {
  const Index middle = advanced(first, steps_between(first, last) / 2);
  range_fork<Token, Index, Part> right(work, middle, last, part, chunk_start);
  const bool is_offered = worker.offer(right);
  run_range(&worker, work, first, middle, part, chunk_start);
  if (!is_offered || worker.take_back()) {
    run_range(&worker, work, middle, last, part, chunk_start);
  } else {
    worker.wait_for(right);
    part.join(right.part, work);
  }
}

template <class Token, class Index, class Part>
void run_range(fork_worker* worker, range_work<Token>& work, Index first, Index last, Part& part,
               std::size_t chunk_start) {
  chunk_size chunk(chunk_start);
  while (work.goes_on()) {
    const std::size_t left = steps_between(first, last);
    if (left == 0) return;
    if (left > chunk.elements() && worker != nullptr && worker->has_hungry_neighbours()) {
      return split_range(*worker, work, first, last, part, chunk.elements());
    }
    const Index next = left > chunk.elements() ? advanced(first, chunk.elements()) : last;
    try {
      part.run(first, next);
    } catch (...) {
      work.fail(std::current_exception());
    }
    first = next;
    chunk.adapt();
  }
}

/// The part of parallel_for.
template <class Index, class Function>
struct loop_part {
  Function& function;

  void run(Index from, Index to) {
    for (; from != to; ++from) function(element_at(from));
  }
  [[nodiscard]] loop_part fork() const noexcept { return {function}; }
  template <class Token>
  void join(loop_part&, range_work<Token>&) noexcept {}
};

/// The part of parallel_reduce: a sum that is empty at first.
template <class T, class Index, class Combine, class Transform>
struct sum_part {
  sum_part(Combine& combining, Transform& transforming) noexcept
      : combine(combining), transform(transforming) {}
  sum_part(sum_part&& other) noexcept : combine(other.combine), transform(other.transform) {}  // while empty
  ~sum_part() {
    if (has_sum) sum.~T();
  }

  void run(Index from, Index to) {
    if (from == to) return;
    if (!has_sum) {
      ::new (static_cast<void*>(&sum)) T(transform(element_at(from)));
      has_sum = true;
      ++from;
    }
    // In a local, so that the compiler may keep it in a register.
    T local = std::move(sum);
    for (; from != to; ++from) local = combine(std::move(local), transform(element_at(from)));
    sum = std::move(local);
  }
  [[nodiscard]] sum_part fork() const noexcept { return {combine, transform}; }
  template <class Token>
  void join(sum_part& right, range_work<Token>& work) noexcept {
    if (!right.has_sum || !work.goes_on()) return;
    try {
      if (has_sum) {
        sum = combine(std::move(sum), std::move(right.sum));
      } else {
        ::new (static_cast<void*>(&sum)) T(std::move(right.sum));
        has_sum = true;
      }
    } catch (...) {
      work.fail(std::current_exception());
    }
  }

  Combine& combine;
  Transform& transform;
  bool has_sum = false;
  union {
    T sum;
  };
};

}  // namespace overlap::futures::detail
