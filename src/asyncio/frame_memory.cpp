// src/asyncio/frame_memory.cpp
//
// The slow paths: a thread's first block of a size, a list that is empty or full, and the thread's end.

#include <overlap/asyncio/detail/frame_memory.hpp>

namespace overlap::asyncio::detail {

#if defined(OVERLAP_FRAMES_FROM_MALLOC)

void* allocate_block(std::size_t bytes) {
  return ::operator new(bytes <= pooled_max ? size_at(size_index(bytes)) : bytes);
}
void free_block(void* memory, std::size_t /*bytes*/) noexcept { ::operator delete(memory); }

#else

namespace {

// Gives the blocks back when the thread ends. Touched only on the slow path, because a thread_local with a
// destructor is behind a guard.
struct thread_end {
  bool armed = false;
  ~thread_end() {
    for (kept_list& list : frame_lists.of) {
      while (kept_block* block = list.first) {
        list.first = block->next;
        ::operator delete(block);
      }
      list.room = 0;  // what is freed after this goes straight to malloc
    }
  }
};
thread_local thread_end at_thread_end;

}  // namespace

void* allocate_block(std::size_t bytes) {
  at_thread_end.armed = true;
  return ::operator new(bytes <= pooled_max ? size_at(size_index(bytes)) : bytes);
}

void free_block(void* memory, std::size_t /*bytes*/) noexcept { ::operator delete(memory); }

#endif

}  // namespace overlap::asyncio::detail
