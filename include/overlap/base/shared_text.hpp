// include/overlap/base/shared_text.hpp
//
// An immutable text with a shared owner count. Exceptions and cancel reasons carry it: copying must not
// throw, and <string> would cost every user 90 ms of compile time.
//
// Threads: copies of one text may be used and dropped by several threads at once.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <utility>

namespace overlap {

/// A cheap-to-copy, immutable, null-terminated text.
///
/// Cost   one allocation when made from a non-empty text; none to copy.
class shared_text {
 public:
  constexpr shared_text() noexcept = default;
  /// From anything that converts to std::string_view: a literal, a std::string.
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view>
  shared_text(const Text& text) {  // NOLINT(google-explicit-constructor): a text from a text
    assign(text);
  }
  shared_text(std::nullptr_t) = delete;  // a null pointer is no text
  shared_text(const shared_text& other) noexcept;
  shared_text(shared_text&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  shared_text& operator=(shared_text other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~shared_text() {
    if (block_ != nullptr) release();
  }

  [[nodiscard]] std::string_view view() const noexcept;
  [[nodiscard]] const char* c_str() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return block_ == nullptr; }

 private:
  struct block;
  void assign(std::string_view text);
  void release() noexcept;

  block* block_ = nullptr;
};

}  // namespace overlap
