// include/overlap/base/exception_group.hpp
//
// Several errors in one. What a task_group throws when children failed; except_star.hpp handles it by type.
//
// Threads: copies share what they hold and may be read by several threads at once; add_note() changes one
// copy and belongs to the thread that has it.
//
// Invariants
//   1. A group has at least one exception, and none of them is null.
//   2. Copying allocates nothing and cannot throw.
#pragma once

#include <concepts>
#include <exception>
#include <initializer_list>
#include <span>
#include <type_traits>

#include <overlap/base/detail/shared_object.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_cast.hpp>

namespace overlap {

class exception_group;

/// A group, or nothing: what subgroup() and split() give. Keeps the group alive, with its dynamic type.
class [[nodiscard]] exception_group_part {
 public:
  /// Nothing.
  exception_group_part() noexcept = default;

  /// The group in `group`, or nothing if it is null. Throws invalid_value_error if it is something else.
  explicit exception_group_part(std::exception_ptr group);

  explicit operator bool() const noexcept { return group_ != nullptr; }
  const exception_group& operator*() const& { return checked(); }
  const exception_group* operator->() const& { return &checked(); }
  // What these would point into dies with the temporary, in a range-for before its first turn: name the part.
  void operator*() const&& = delete;
  void operator->() const&& = delete;

  /// The group as it travels, or null.
  [[nodiscard]] const std::exception_ptr& exception() const& noexcept { return exception_; }
  [[nodiscard]] std::exception_ptr exception() && noexcept { return std::move(exception_); }

 private:
  [[nodiscard]] const exception_group& checked() const;

  std::exception_ptr exception_;
  const exception_group* group_ = nullptr;  // inside exception_
};

/// The two sides of a split; either may be nothing. `auto [matched, rest] = group.split<os_error>();`
struct [[nodiscard]] exception_group_split {
  exception_group_part matched;
  exception_group_part rest;
};

namespace detail {
// A borrowed predicate, its type erased so that the splitting is compiled once.
struct exception_matcher {
  bool (*function)(void* predicate, const std::exception_ptr& exception);
  void* predicate;

  bool operator()(const std::exception_ptr& exception) const { return function(predicate, exception); }
};

struct exception_sides {
  std::exception_ptr matched;
  std::exception_ptr rest;
};

/// Splits any exception: one that is no group goes to one side.
[[nodiscard]] exception_sides split_exception(const std::exception_ptr& whole, exception_matcher matcher);

template <class... Errors>
[[nodiscard]] exception_matcher match_types() {
  static_assert(sizeof...(Errors) > 0, "name at least one type of error");
  return {[](void*, const std::exception_ptr& exception) {
            const bool is_group = exception_cast<exception_group>(exception) != nullptr;
            return ((is_group == std::derived_from<Errors, exception_group> &&
                     exception_cast<Errors>(exception) != nullptr) ||
                    ...);
          },
          nullptr};
}

template <class Predicate>
[[nodiscard]] exception_matcher match_by(Predicate& predicate) {
  return {[](void* object, const std::exception_ptr& exception) -> bool {
            return (*static_cast<Predicate*>(object))(exception);
          },
          &predicate};
}
}  // namespace detail

/// Several exceptions, in order, as one. Groups may hold groups.
///
/// Subclasses override derive(), usually in one line, so that parts of them keep their type:
///
///     std::exception_ptr derive(std::span<const std::exception_ptr> exceptions) const override {
///       return std::make_exception_ptr(upload_failed(message(), exceptions, server_));
///     }
///
/// Python   ExceptionGroup and BaseExceptionGroup: here one class may hold anything that was thrown.
class exception_group : public error {
 public:
  /// Throws   invalid_value_error  when `exceptions` is empty or one of them is null.
  exception_group(shared_text message, std::span<const std::exception_ptr> exceptions);
  exception_group(shared_text message, std::initializer_list<std::exception_ptr> exceptions)
      : exception_group(std::move(message), std::span(exceptions.begin(), exceptions.size())) {}

  // No moves: a group that was moved from would be empty.
  exception_group(const exception_group&) noexcept = default;
  exception_group& operator=(const exception_group&) noexcept = default;
  ~exception_group() override = default;

  /// The exceptions in order, groups among them. Borrowed from this group and its copies.
  [[nodiscard]] std::span<const std::exception_ptr> exceptions() const& noexcept;
  void exceptions() const&& = delete;

  /// The whole tree, one line for each exception with its type, notes in between:
  ///
  ///     3 of 20 downloads failed (2 sub-exceptions)
  ///     | the server is behind a proxy
  ///     +-- overlap::timeout_error: no answer within 10 s
  ///     +-- overlap::exception_group: mirrors (1 sub-exception)
  ///         +-- overlap::os_error: connect to 10.0.0.7:80: Connection refused (ECONNREFUSED)
  ///
  /// Shows the first 15 exceptions of a group and 10 levels, as Python's traceback does; exceptions() has
  /// all. Made when first asked for. message() is the bare message.
  [[nodiscard]] const char* what() const noexcept override;

  /// Adds a line to this copy, shown below the message. Parts split off later carry it too.
  void add_note(shared_text note);
  [[nodiscard]] std::span<const shared_text> notes() const& noexcept;
  void notes() const&& = delete;

  /// A group like this one, of the same type, with other exceptions. Called for each group of which a part
  /// is taken, and for this one by subgroup() and split() in any case. Notes are copied afterwards.
  [[nodiscard]] virtual std::exception_ptr derive(std::span<const std::exception_ptr> exceptions) const;

  /// The part that holds errors of one of the types, in the same nesting, or nothing.
  ///
  /// Goes by the leaves. A group counts as a whole only if a type is exception_group or derived from it.
  /// (Python lets a group pass as a whole also when its class derives from the type; here `error` is a base
  /// of exception_group, and a group of strangers would pass as one of errors.)
  template <class... Errors>
  exception_group_part subgroup() const {
    return split<Errors...>().matched;
  }

  /// The part for which `predicate(const std::exception_ptr&)` holds, or nothing. Groups are asked about
  /// before their members, this one first: where it holds they are taken as a whole.
  template <std::predicate<const std::exception_ptr&> Predicate>
  exception_group_part subgroup(Predicate&& predicate) const {
    return split(predicate).matched;
  }

  /// The part that holds errors of type `Error` for which `predicate(const Error&)` holds, or nothing.
  template <class Error, std::predicate<const Error&> Predicate>
  exception_group_part subgroup(Predicate&& predicate) const {
    return split<Error>(predicate).matched;
  }

  /// What subgroup() gives, and what is left. Each leaf is on exactly one side; a nested group that goes to
  /// one side as a whole stays the object that it was.
  ///
  /// Throws   what the predicate or derive() throws; invalid_value_error when derive() gives no group.
  /// Python   split(type or tuple of types)
  template <class... Errors>
  exception_group_split split() const {
    if ((... || is_a<Errors>())) return {exception_group_part(derived_whole()), {}};
    return split_members(detail::match_types<Errors...>());
  }

  template <std::predicate<const std::exception_ptr&> Predicate>
  exception_group_split split(Predicate&& predicate) const {
    std::exception_ptr whole = derived_whole();
    if (predicate(whole)) return {exception_group_part(std::move(whole)), {}};
    auto ask = [&predicate](const std::exception_ptr& member) -> bool { return predicate(member); };
    return split_members(detail::match_by(ask));
  }

  template <class Error, std::predicate<const Error&> Predicate>
  exception_group_split split(Predicate&& predicate) const {
    static_assert(!std::derived_from<Error, exception_group>, "the predicate is asked about leaves");
    auto ask = [&predicate](const std::exception_ptr& member) -> bool {
      if (exception_cast<exception_group>(member) != nullptr) return false;
      const Error* leaf = exception_cast<Error>(member);
      return leaf != nullptr && predicate(*leaf);
    };
    return split_members(detail::match_by(ask));
  }

  /// Calls `function(const Error&)` for each leaf of that type, depth first, also in nested groups.
  template <class Error, std::invocable<const Error&> Function>
  void for_each(Function&& function) const {
    static_assert(!std::derived_from<Error, exception_group>, "for_each visits leaves, not groups");
    for (const std::exception_ptr& member : exceptions()) {
      if (const auto* group = exception_cast<exception_group>(member)) {
        group->template for_each<Error>(function);
      } else if (const auto* leaf = exception_cast<Error>(member)) {
        function(*leaf);
      }
    }
  }

 private:
  struct state;
  friend detail::exception_sides detail::split_exception(const std::exception_ptr&,
                                                         detail::exception_matcher);

  template <class Error>
  [[nodiscard]] bool is_a() const noexcept {
    if constexpr (std::same_as<Error, exception_group>) {
      return true;
    } else if constexpr (std::derived_from<Error, exception_group>) {
      return dynamic_cast<const Error*>(this) != nullptr;
    } else {
      return false;
    }
  }

  [[nodiscard]] const state& shared() const noexcept;
  [[nodiscard]] exception_group_split split_members(detail::exception_matcher matcher) const;
  [[nodiscard]] std::exception_ptr derived_whole() const;
  [[nodiscard]] std::exception_ptr derived(std::span<const std::exception_ptr> exceptions) const;

  detail::shared_reference<detail::shared_object> state_;
};

}  // namespace overlap
