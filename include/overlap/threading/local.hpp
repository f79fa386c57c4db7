// include/overlap/threading/local.hpp
//
// A variable of which every thread has its own value.
//
// Threads: any; each sees its own value only.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <overlap/threading/detail/local_core.hpp>

namespace overlap::threading {

namespace detail {

template <class T>
struct local_value_of final : local_value {
  template <class Factory>
  explicit local_value_of(Factory& factory) : held(factory()) {}
  T held;
};

/// Makes a thread's first value.
class local_factory {
 public:
  local_factory() = default;
  local_factory(const local_factory&) = delete;
  local_factory& operator=(const local_factory&) = delete;
  virtual ~local_factory() = default;
  virtual local_value* make() = 0;
};

template <class T, class Function>
class local_factory_of final : public local_factory {
 public:
  template <class Given>
  explicit local_factory_of(Given&& function) : function_(std::forward<Given>(function)) {}
  local_value* make() override { return new local_value_of<T>(function_); }

 private:
  Function function_;
};

}  // namespace detail

/// A value for each thread, and for each object of this type: unlike a thread_local variable it may be a
/// member, and there may be many.
///
///   class client {
///     threading::local<connection> connection_{[] { return connect(); }};
///     void send(message each) { connection_->send(each); }   // each thread over its own
///   };
///
/// A thread's value is made when it first asks for it, and destroyed by it when it ends, or by whoever
/// destroys the local. T needs neither be copied nor moved.
///
/// One value for the whole program: `thread_local T value;`. Values that follow a task: context_var.
///
/// Cost     about 20 ns to find; two allocations for each thread's value
/// Python   threading.local
template <class T>
class local {
  static_assert(std::is_object_v<T>, "a local holds an object: for a reference take a pointer");

 public:
  /// Values are made by T().
  local()
    requires std::default_initializable<T>
      : local([] { return T(); }) {}
  /// Values are made by `factory()`, on the thread that asks; by several threads at once, if they do.
  template <class Factory>
    requires(std::is_invocable_r_v<T, std::decay_t<Factory>&> && !std::same_as<std::decay_t<Factory>, local>)
  explicit local(Factory&& factory)
      : factory_(new detail::local_factory_of<T, std::decay_t<Factory>>(std::forward<Factory>(factory))) {}
  local(const local&) = delete;
  local& operator=(const local&) = delete;
  ~local() { delete factory_; }

  /// The calling thread's value, made now if there is none. Throws what the factory throws; there is none
  /// then.
  [[nodiscard]] T& get() {
    detail::local_value* found = core_.find();
    if (found == nullptr) [[unlikely]]
      found = core_.add(factory_->make());
    return static_cast<detail::local_value_of<T>*>(found)->held;
  }
  [[nodiscard]] T& operator*() { return get(); }
  [[nodiscard]] T* operator->() { return __builtin_addressof(get()); }

  /// The calling thread has a value already.
  [[nodiscard]] bool has_value() const noexcept { return core_.find() != nullptr; }

  /// Destroys the calling thread's value; the next get() makes another. Python: del on the attribute.
  void reset() noexcept { core_.reset(); }

 private:
  detail::local_factory* factory_;
  detail::local_core core_;
};

}  // namespace overlap::threading
