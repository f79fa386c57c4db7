// src/futures/block_cache.cpp
//
// Freed states of futures are kept for the next ones of about the same size: half the instructions of a small
// job were malloc and free. Each thread keeps its own; what does not fit goes back to the system.
//
// Threads: any. A block may be freed by another thread than the one that has asked for it.
//
// Invariants
//   1. A list holds blocks of one size class only, and no more than blocks_max.
//   2. When the thread ends, its lists are emptied and stay empty.

#include <array>
#include <cstddef>
#include <new>

#include <overlap/futures/detail/future_state.hpp>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define OVERLAP_NO_BLOCK_CACHE
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define OVERLAP_NO_BLOCK_CACHE
#  endif
#endif

namespace overlap::futures::detail {

namespace {

constexpr std::size_t class_bytes = 32;
constexpr std::size_t class_count = 8;  // up to 256 bytes

// Sanitizers want to see each block come and go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t blocks_max = 0;
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t blocks_max = 0;
#  else
constexpr std::size_t blocks_max = 2048;
#  endif
#else
constexpr std::size_t blocks_max = 2048;
#endif

constexpr std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / class_bytes; }

struct free_block {
  free_block* next;
};

struct free_list {
  free_block* first = nullptr;
  std::size_t room = blocks_max;
};

// Without a destructor, so that reading it needs no guard; block_cleaner has one.
constinit thread_local std::array<free_list, class_count> lists{};
constinit thread_local bool has_cleaner = false;

struct block_cleaner {
  block_cleaner() noexcept { has_cleaner = true; }
  ~block_cleaner() {
    for (free_list& list : lists) {
      list.room = 0;
      while (free_block* block = list.first) {
        list.first = block->next;
        ::operator delete(block);
      }
    }
  }
};

}  // namespace

void* future_state_base::operator new(std::size_t bytes) {
  const std::size_t index = class_of(bytes);
  if (index >= class_count || blocks_max == 0) return ::operator new(bytes);
  free_list& list = lists[index];
  free_block* block = list.first;
  if (block == nullptr) return ::operator new((index + 1) * class_bytes);
  list.first = block->next;
  ++list.room;
  return block;
}

void future_state_base::operator delete(void* freed, std::size_t bytes) noexcept {
  const std::size_t index = class_of(bytes);
  if (index >= class_count || lists[index].room == 0) return ::operator delete(freed);
  if (!has_cleaner) thread_local const block_cleaner cleaner;
  free_list& list = lists[index];
  list.first = ::new (freed) free_block{list.first};
  --list.room;
}

void* future_state_base::operator new(std::size_t bytes, std::align_val_t alignment) {
  return ::operator new(bytes, alignment);
}

void future_state_base::operator delete(void* freed, std::size_t, std::align_val_t alignment) noexcept {
  ::operator delete(freed, alignment);
}

}  // namespace overlap::futures::detail
