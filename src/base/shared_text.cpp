// src/base/shared_text.cpp
//
// One heap block: the owner count, the length, the characters and a final zero.

#include <atomic>
#include <cstring>
#include <new>

#include <overlap/base/shared_text.hpp>

namespace overlap {

struct shared_text::block {
  std::atomic<std::size_t> owners{1};
  std::size_t length = 0;

  char* characters() noexcept { return reinterpret_cast<char*>(this + 1); }
};

void shared_text::assign(std::string_view text) {
  if (text.empty()) return;
  void* memory = ::operator new(sizeof(block) + text.size() + 1);
  block_ = new (memory) block;
  block_->length = text.size();
  std::memcpy(block_->characters(), text.data(), text.size());
  block_->characters()[text.size()] = '\0';
}

shared_text::shared_text(const shared_text& other) noexcept : block_(other.block_) {
  if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
}

std::string_view shared_text::view() const noexcept {
  return block_ == nullptr ? std::string_view("") : std::string_view(block_->characters(), block_->length);
}

const char* shared_text::c_str() const noexcept { return block_ == nullptr ? "" : block_->characters(); }

void shared_text::release() noexcept {
  // Release pairs with the acquire of the last owner: its delete sees every other owner's last read.
  if (block_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    block_->~block();
    ::operator delete(block_);
  }
}

}  // namespace overlap
