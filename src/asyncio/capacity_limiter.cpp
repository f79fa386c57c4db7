// src/asyncio/capacity_limiter.cpp
//
// The book of borrowers, and tokens handed to the head of the line. Rules in the header.

#include <functional>
#include <unordered_map>

#include <overlap/asyncio/capacity_limiter.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

/// Written when somebody comes, so that handing a token over allocates nothing.
struct capacity_limiter::book {
  enum class entry : std::uint8_t { waits, holds };
  struct hash {
    std::size_t operator()(const borrower& of) const noexcept {
      return std::hash<const void*>()(of.object_) ^ std::hash<std::uint64_t>()(of.task_);
    }
  };
  std::unordered_map<borrower, entry, hash> entries;
};

namespace {

std::size_t checked(std::ptrdiff_t total) {
  if (total < 0)
    throw invalid_value_error("capacity_limiter: the number of tokens is negative; give zero or more");
  return static_cast<std::size_t>(total);
}

detail::task_record& running_task(const char* advice) {
  detail::task_record* running = detail::running_loop != nullptr ? detail::running_loop->current : nullptr;
  if (running == nullptr) throw invalid_state_error(advice);
  return *running;
}

}  // namespace

capacity_limiter::capacity_limiter(std::ptrdiff_t total) : book_(nullptr), total_(checked(total)) {
  book_ = new book();
}

capacity_limiter::~capacity_limiter() {
  OVERLAP_ASSERT(waiting_.empty(), "a capacity_limiter is destroyed while tasks wait for it: end them first");
  delete book_;
}

bool capacity_limiter::arrive(acquire_awaiter& arriving, detail::frame& awaiting) {
  const auto leave_line = [](detail::waiter* leaf) {
    auto& leaving = *static_cast<acquire_awaiter*>(leaf);
    leaving.line->remove(leaving);
    leaving.limiter_.book_->entries.erase(*leaving.holder_);
    return true;
  };
  if (!detail::is_cancelled(awaiting)) {
    waiting_.check_loop(awaiting);
    const book::entry entry = borrowed_ < total_ ? book::entry::holds : book::entry::waits;
    if (!book_->entries.try_emplace(*arriving.holder_, entry).second) {
      arriving.refused = detail::refusal::token_held_already;
      return false;
    }
    if (entry == book::entry::holds) {
      ++borrowed_;
      return false;
    }
  }
  if (detail::begin_wait(arriving, awaiting, leave_line)) waiting_.append(arriving);
  return true;
}

std::optional<capacity_limiter::token> capacity_limiter::try_acquire() {
  return try_acquire_on_behalf_of(
      borrower(running_task("try_acquire: no task runs here; use try_acquire_on_behalf_of")));
}

std::optional<capacity_limiter::token> capacity_limiter::try_acquire_on_behalf_of(borrower holder) {
  if (book_->entries.contains(holder)) detail::throw_refusal(detail::refusal::token_held_already);
  if (borrowed_ >= total_) return std::nullopt;
  book_->entries.emplace(holder, book::entry::holds);
  ++borrowed_;
  return token(*this, holder);
}

void capacity_limiter::release() {
  release_on_behalf_of(borrower(running_task("release: no task runs here; use release_on_behalf_of")));
}

void capacity_limiter::release_on_behalf_of(borrower holder) {
  if (!give_back(holder))
    throw invalid_state_error("release: the borrower holds no token; release once what was acquired once");
}

void capacity_limiter::set_total_tokens(std::ptrdiff_t total) {
  total_ = checked(total);
  pass_on();
}

bool capacity_limiter::lends_to(borrower holder) const noexcept {
  const auto found = book_->entries.find(holder);
  return found != book_->entries.end() && found->second == book::entry::holds;
}

void capacity_limiter::token_ends(const borrower& holder) noexcept {
  const bool was_held = give_back(holder);
  OVERLAP_ASSERT(was_held,
                 "a token ends after it was released by hand: detach() it before you call release()");
}

bool capacity_limiter::give_back(const borrower& holder) {
  if (!lends_to(holder)) return false;
  book_->entries.erase(holder);
  --borrowed_;
  pass_on();
  return true;
}

void capacity_limiter::pass_on() {
  while (borrowed_ < total_ && !waiting_.empty()) {
    auto& first = static_cast<acquire_awaiter&>(*waiting_.front());
    detail::waiting_line::check_thread(first);
    book_->entries.find(*first.holder_)->second = book::entry::holds;
    ++borrowed_;
    waiting_.grant(first);
  }
}

}  // namespace overlap::asyncio
