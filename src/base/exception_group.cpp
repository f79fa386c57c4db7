// src/base/exception_group.cpp
//
// What groups share, how they are taken apart, and how the tree is printed.

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <overlap/base/assert.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap {

namespace {

// Python's traceback limits: max_group_width and max_group_depth.
constexpr std::size_t shown_exceptions_max = 15;
constexpr int shown_levels_max = 10;

// How many what() of outer groups are running in this thread.
constinit thread_local int shown_levels = 0;

struct level_guard {
  level_guard() noexcept { ++shown_levels; }
  level_guard(const level_guard&) = delete;
  level_guard& operator=(const level_guard&) = delete;
  ~level_guard() { --shown_levels; }
};

/// Appends `lines` with `first` before its first line and `others` before each other one.
void append_indented(std::string& text, std::string_view lines, std::string_view first,
                     std::string_view others) {
  std::string_view prefix = first;
  for (;;) {
    const std::size_t end = lines.find('\n');
    text.append("\n").append(prefix).append(lines.substr(0, end));
    if (end == std::string_view::npos) return;
    lines.remove_prefix(end + 1);
    prefix = others;
  }
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count).append(" ").append(noun).append(count == 1 ? "" : "s");
}

std::string tree_text(const exception_group& group) {
  const std::span<const std::exception_ptr> exceptions = group.exceptions();
  std::string text(group.message());
  if (!text.empty()) text.append(" ");
  text.append("(").append(counted(exceptions.size(), "sub-exception")).append(")");
  for (const shared_text& note : group.notes()) append_indented(text, note.view(), "| ", "| ");
  if (shown_levels >= shown_levels_max) return text.append("\n+-- ... (deeper levels are not shown)");

  const level_guard guard;
  const std::size_t shown = std::min(exceptions.size(), shown_exceptions_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool is_last = i + 1 == exceptions.size();
    append_indented(text, describe_exception(exceptions[i]).view(), "+-- ", is_last ? "    " : "|   ");
  }
  if (shown < exceptions.size()) {
    text.append("\n+-- ... and ").append(counted(exceptions.size() - shown, "more exception"));
  }
  return text;
}

struct members {
  std::vector<std::exception_ptr> matched;
  std::vector<std::exception_ptr> rest;
};

members split_each(std::span<const std::exception_ptr> exceptions, detail::exception_matcher matcher) {
  members sides;
  for (const std::exception_ptr& exception : exceptions) {
    detail::exception_sides parts = detail::split_exception(exception, matcher);
    if (parts.matched != nullptr) sides.matched.push_back(std::move(parts.matched));
    if (parts.rest != nullptr) sides.rest.push_back(std::move(parts.rest));
  }
  return sides;
}

}  // namespace

struct exception_group::state : detail::shared_object {
  state(std::vector<std::exception_ptr> exceptions_, std::vector<shared_text> notes_)
      : shared_object(&destroy_state), exceptions(std::move(exceptions_)), notes(std::move(notes_)) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() { delete text.load(std::memory_order_relaxed); }

  static void destroy_state(const shared_object* object) noexcept {
    delete static_cast<const state*>(object);
  }

  const std::vector<std::exception_ptr> exceptions;
  const std::vector<shared_text> notes;
  mutable std::atomic<const shared_text*> text{nullptr};  // of what(); set at most once
};

exception_group::exception_group(shared_text message, std::span<const std::exception_ptr> exceptions)
    : error(std::move(message)) {
  if (exceptions.empty()) {
    throw invalid_value_error("an exception_group was made of no exceptions; throw none if nothing failed");
  }
  for (const std::exception_ptr& member : exceptions) {
    if (member == nullptr) {
      throw invalid_value_error(
          "an exception_group was made with a null exception_ptr; leave out what has not failed");
    }
  }
  state_ = detail::shared_reference<detail::shared_object>::adopt(
      new state(std::vector<std::exception_ptr>(exceptions.begin(), exceptions.end()), {}));
}

const exception_group::state& exception_group::shared() const noexcept {
  return static_cast<const state&>(*state_);
}

std::span<const std::exception_ptr> exception_group::exceptions() const& noexcept {
  return shared().exceptions;
}

std::span<const shared_text> exception_group::notes() const& noexcept { return shared().notes; }

const char* exception_group::what() const noexcept {
  const state& own = shared();
  // Acquire pairs with the release below: whoever sees the pointer sees the text.
  if (const shared_text* made = own.text.load(std::memory_order_acquire)) return made->c_str();
  try {
    const auto* made = new shared_text(tree_text(*this));
    const shared_text* first = nullptr;
    if (own.text.compare_exchange_strong(first, made, std::memory_order_release, std::memory_order_acquire)) {
      return made->c_str();
    }
    delete made;
    return first->c_str();
  } catch (...) {
    return error::what();  // out of memory: the message alone
  }
}

void exception_group::add_note(shared_text note) {
  std::vector<shared_text> notes(shared().notes);
  notes.push_back(std::move(note));
  state_ = detail::shared_reference<detail::shared_object>::adopt(
      new state(shared().exceptions, std::move(notes)));
}

std::exception_ptr exception_group::derive(std::span<const std::exception_ptr> exceptions) const {
  return std::make_exception_ptr(exception_group(text(), exceptions));
}

std::exception_ptr exception_group::derived(std::span<const std::exception_ptr> exceptions) const {
  std::exception_ptr result = derive(exceptions);
  const auto* group = exception_cast<exception_group>(result);
  if (group == nullptr) {
    throw invalid_value_error(
        "derive() returned no exception_group; return std::make_exception_ptr of a group made with the "
        "exceptions that it was given");
  }
  if (!notes().empty()) {
    // The object was made for us by derive() a moment ago; only access through the pointer is const.
    const_cast<exception_group*>(group)->state_ = detail::shared_reference<detail::shared_object>::adopt(
        new state(group->shared().exceptions, shared().notes));
  }
  return result;
}

std::exception_ptr exception_group::derived_whole() const { return derived(exceptions()); }

exception_group_split exception_group::split_members(detail::exception_matcher matcher) const {
  const members sides = split_each(exceptions(), matcher);
  return {exception_group_part(sides.matched.empty() ? nullptr : derived(sides.matched)),
          exception_group_part(sides.rest.empty() ? nullptr : derived(sides.rest))};
}

detail::exception_sides detail::split_exception(const std::exception_ptr& whole, exception_matcher matcher) {
  if (matcher(whole)) return {whole, nullptr};
  const auto* group = exception_cast<exception_group>(whole);
  if (group == nullptr) return {nullptr, whole};

  const members sides = split_each(group->exceptions(), matcher);
  if (sides.matched.empty()) return {nullptr, whole};
  if (sides.rest.empty()) return {whole, nullptr};
  return {group->derived(sides.matched), group->derived(sides.rest)};
}

exception_group_part::exception_group_part(std::exception_ptr group)
    : exception_(std::move(group)), group_(exception_cast<exception_group>(exception_)) {
  if (exception_ != nullptr && group_ == nullptr) {
    throw invalid_value_error("an exception_group_part was made of an exception that is no group");
  }
}

const exception_group& exception_group_part::checked() const {
  OVERLAP_ASSERT(group_ != nullptr, "ask whether the part is there before looking into it");
  return *group_;
}

}  // namespace overlap
