// include/overlap/base/intrusive_list.hpp
//
// Lists whose links live in their elements: joining and leaving never allocates and never fails.
//
// Threads: none of their own; whoever owns the list says which thread may touch it.
//
// Invariants
//   1. An element is in at most one list through one link, and the list never owns it.
//   2. A link that is in no list has null pointers, so is_linked() needs no list.
//   3. An element is unlinked before it dies; the link's destructor asserts it.
#pragma once

#include <cstddef>

#include <overlap/base/assert.hpp>

namespace overlap {

/// The membership of an element in one intrusive_list. Inherit from it, with a tag if there are several.
template <class Tag = void>
class intrusive_link {
 public:
  intrusive_link() noexcept = default;
  intrusive_link(const intrusive_link&) = delete;
  intrusive_link& operator=(const intrusive_link&) = delete;
  ~intrusive_link() { OVERLAP_ASSERT(!is_linked(), "unlink an element before it is destroyed"); }

  [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }

  /// Leaves the list it is in. Does nothing if it is in none.
  void unlink() noexcept {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class, class>
  friend class intrusive_list;

  intrusive_link* next_ = nullptr;
  intrusive_link* previous_ = nullptr;
};

/// A doubly linked list of elements that derive from intrusive_link<Tag>. Every member is O(1).
template <class Element, class Tag = void>
class intrusive_list {
  using link = intrusive_link<Tag>;

 public:
  intrusive_list() noexcept { ring_.next_ = ring_.previous_ = &ring_; }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;
  ~intrusive_list() {
    OVERLAP_ASSERT(empty(), "empty a list before it is destroyed");
    ring_.next_ = ring_.previous_ = nullptr;
  }

  [[nodiscard]] bool empty() const noexcept { return ring_.next_ == &ring_; }

  void push_back(Element& element) noexcept { insert_before(ring_, element); }
  void push_front(Element& element) noexcept { insert_before(*ring_.next_, element); }

  /// The first element, or null.
  [[nodiscard]] Element* front() const noexcept {
    return empty() ? nullptr : static_cast<Element*>(ring_.next_);
  }

  /// The element after `element`, or null.
  [[nodiscard]] Element* next(const Element& element) const noexcept {
    link* following = static_cast<const link&>(element).next_;
    return following == &ring_ ? nullptr : static_cast<Element*>(following);
  }

  /// Takes the first element out of the list, or returns null.
  Element* pop_front() noexcept {
    Element* element = front();
    if (element != nullptr) static_cast<link*>(element)->unlink();
    return element;
  }

 private:
  static void insert_before(link& position, link& element) noexcept {
    OVERLAP_ASSERT(!element.is_linked(), "unlink an element before it joins another list");
    element.next_ = &position;
    element.previous_ = position.previous_;
    position.previous_->next_ = &element;
    position.previous_ = &element;
  }

  link ring_;
};

}  // namespace overlap
