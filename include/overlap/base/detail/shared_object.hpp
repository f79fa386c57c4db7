// include/overlap/base/detail/shared_object.hpp
//
// Immutable objects with a count of owners, and the reference that keeps one alive: what std::shared_ptr
// does, without <memory> (which would cost every user 270 ms of compile time) and in one pointer.
//
// Threads: references to one object may be copied and dropped by several threads at once; one reference
// belongs to one thread at a time.
//
// Invariants
//   1. `owners` is the number of references; the object dies with the last one.
#pragma once

#include <cstddef>
#include <utility>

namespace overlap::detail {

/// The head of a shared object. It starts with one owner: the reference that adopts it.
struct shared_object {
  using destroy_function = void (*)(const shared_object*) noexcept;

  explicit constexpr shared_object(destroy_function function) noexcept : destroy(function) {}
  shared_object(const shared_object&) = delete;
  shared_object& operator=(const shared_object&) = delete;

  mutable std::size_t owners = 1;
  destroy_function destroy;

 protected:
  ~shared_object() = default;
};

/// Keeps a shared object alive; may be null. Copying costs one atomic increment, none when null.
template <class Object>
class shared_reference {
 public:
  constexpr shared_reference() noexcept = default;

  /// Takes over an owner that is already counted.
  [[nodiscard]] static shared_reference adopt(const Object* object) noexcept {
    shared_reference reference;
    reference.object_ = object;
    return reference;
  }

  /// Adds an owner.
  [[nodiscard]] static shared_reference share(const Object* object) noexcept {
    // Relaxed: who shares an object holds it already, so nothing has to become visible here.
    if (object != nullptr) __atomic_fetch_add(&object->owners, std::size_t{1}, __ATOMIC_RELAXED);
    return adopt(object);
  }

  shared_reference(const shared_reference& other) noexcept : object_(share(other.object_).release()) {}
  shared_reference(shared_reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  shared_reference& operator=(shared_reference other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~shared_reference() {
    if (object_ != nullptr) drop();
  }

  [[nodiscard]] const Object* get() const noexcept { return object_; }
  const Object* operator->() const noexcept { return object_; }
  const Object& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

  /// Gives up the object without dropping the owner.
  [[nodiscard]] const Object* release() noexcept { return std::exchange(object_, nullptr); }

 private:
  void drop() noexcept {
    // Each drop releases what this owner read; the last one acquires that before it destroys.
    if (__atomic_fetch_sub(&object_->owners, std::size_t{1}, __ATOMIC_ACQ_REL) == 1)
      object_->destroy(object_);
  }

  const Object* object_ = nullptr;
};

}  // namespace overlap::detail
