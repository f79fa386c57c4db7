// include/overlap/asyncio/detail/frame_memory.hpp
//
// Memory of coroutine frames and task records: free lists by size, one set a thread. The size of a frame is
// known when its coroutine is compiled, so taking and giving back a block are four instructions each.
//
// Threads: any. A block that is freed on another thread joins that thread's list.
//
// Invariants
//   1. A list holds blocks of its own size only, at most `kept_bytes` of them a size.
//   2. Every block comes from operator new and has the full size of its list, also under a sanitizer, where
//      no list is used and use after free is seen: code with and without one may free each other's blocks.
#pragma once

#include <cstddef>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define OVERLAP_FRAMES_FROM_MALLOC 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#    define OVERLAP_FRAMES_FROM_MALLOC 1
#  endif
#endif

namespace overlap::asyncio::detail {

// malloc rounds to 16 bytes and keeps 8 before each block: sizes of 16 k + 8 waste nothing. Beyond a quarter
// of a KiB the steps are wider, so that all lists of a thread fit into 512 bytes.
constexpr std::size_t fine_sizes = 17;
constexpr std::size_t size_count = 32;
constexpr std::size_t fine_max = 16 * (fine_sizes - 1) + 8;                    // 264
constexpr std::size_t pooled_max = fine_max + 64 * (size_count - fine_sizes);  // 1,224; larger are malloc's

constexpr std::size_t kept_bytes = std::size_t{16} << 20;  // a size; beyond it blocks go back to malloc

constexpr std::size_t size_index(std::size_t bytes) noexcept {
  return bytes <= fine_max ? (bytes + 7) / 16 : fine_sizes + (bytes - fine_max - 1) / 64;
}
constexpr std::size_t size_at(std::size_t index) noexcept {
  return index < fine_sizes ? 16 * index + 8 : fine_max + 64 * (index - fine_sizes + 1);
}
static_assert(size_at(size_index(fine_max)) == fine_max && size_index(pooled_max) == size_count - 1);

/// For sizes without a list or with an empty or full one, and under sanitizers.
void* allocate_block(std::size_t bytes);
void free_block(void* memory, std::size_t bytes) noexcept;

#if defined(OVERLAP_FRAMES_FROM_MALLOC)

inline void* allocate_frame(std::size_t bytes) { return allocate_block(bytes); }
inline void free_frame(void* memory, std::size_t /*bytes*/) noexcept { ::operator delete(memory); }

#else

struct kept_block {
  kept_block* next;
};
struct kept_list {
  kept_block* first = nullptr;
  std::size_t room = 0;  // how many more blocks are kept
};
struct kept_lists {
  kept_list of[size_count];

  constexpr kept_lists() {
    for (std::size_t index = 0; index < size_count; ++index) of[index].room = kept_bytes / size_at(index);
  }
};

// Initial-exec: position-independent code would otherwise call a function for the address, and keep registers
// over that call, which costs more than the rest. It takes 512 bytes of a loaded library's static TLS.
[[gnu::tls_model("initial-exec")]] inline constinit thread_local kept_lists frame_lists;

// Always inlined: a copy that the linker merges with one made for a sanitizer would mix the two.
[[gnu::always_inline]] inline void* allocate_frame(std::size_t bytes) {
  if (bytes <= pooled_max) [[likely]] {
    kept_list& list = frame_lists.of[size_index(bytes)];
    if (kept_block* block = list.first; block != nullptr) [[likely]] {
      list.first = block->next;
      ++list.room;
      return block;
    }
  }
  return allocate_block(bytes);
}

[[gnu::always_inline]] inline void free_frame(void* memory, std::size_t bytes) noexcept {
  if (bytes <= pooled_max) [[likely]] {
    kept_list& list = frame_lists.of[size_index(bytes)];
    if (list.room != 0) [[likely]] {
      auto* block = static_cast<kept_block*>(memory);
      block->next = list.first;
      list.first = block;
      --list.room;
      return;
    }
  }
  free_block(memory, bytes);
}

#endif

}  // namespace overlap::asyncio::detail
