// src/testing/step_log.cpp
//
// Everything is passed on to the hooks that were there before.

#include "testing/step_log.hpp"

#include <string_view>
#include <utility>

namespace overlap::testing::detail {

namespace {

void mix(std::uint64_t& hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x100000001b3U;  // FNV-1a, over whole numbers
}

std::string seconds_text(std::int64_t nanoseconds) {
  std::string fraction = std::to_string(nanoseconds % 1'000'000'000);
  fraction.insert(0, 9 - fraction.size(), '0');
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return std::to_string(nanoseconds / 1'000'000'000) + "." + fraction + " s";
}

const char* verb_of(step_kind kind) noexcept {
  switch (kind) {
    case step_kind::spawned:
      return " is made";
    case step_kind::goes_on:
      return " goes on";
    case step_kind::finished:
      return " ends";
    case step_kind::chosen:
      break;
  }
  return "";
}

}  // namespace

bool logged_step::same_as(const logged_step& other) const noexcept {
  return kind == other.kind && number == other.number && count == other.count && time == other.time &&
         name.view() == other.name.view() && place.line() == other.place.line() &&
         std::string_view(place.file_name()) == other.place.file_name();
}

std::string logged_step::text() const {
  if (kind == step_kind::chosen)
    return "at " + seconds_text(time) + " choice " + std::to_string(number) + " of " + std::to_string(count);
  std::string text = "at " + seconds_text(time) + " task " + std::to_string(number);
  if (!name.empty()) text.append(" '").append(name.view()).append("'");
  text.append(verb_of(kind)).append(" (created at ").append(place.file_name()).append(":");
  return text.append(std::to_string(place.line())).append(")");
}

std::size_t step_log::choose(const choice_question& asked) {
  const std::size_t chosen = source_->choose(asked);
  if (asked.count > 1) add({.kind = step_kind::chosen, .number = chosen, .count = asked.count});
  return chosen;
}

void step_log::add(logged_step step) noexcept {
  step.time = run_->now().since_start().nanoseconds();
  mix(hash_, static_cast<std::uint64_t>(step.kind));
  mix(hash_, step.number);
  mix(hash_, step.count);
  mix(hash_, static_cast<std::uint64_t>(step.time));
  for (const char each : step.name.view()) mix(hash_, static_cast<unsigned char>(each));
  ++count_;
  if (steps_.size() < kept_max) steps_.push_back(std::move(step));
}

void step_log::add_task(step_kind kind, const task_view& task) noexcept {
  const std::uint64_t number = numbers_.try_emplace(task.id, numbers_.size() + 1).first->second;
  add({.kind = kind, .number = number, .name = shared_text(task.name), .place = task.place});
}

void step_log::task_spawned(const task_view& task) noexcept {
  add_task(step_kind::spawned, task);
  if (before_ != nullptr) before_->task_spawned(task);
}

void step_log::step_begins(const task_view& task) noexcept {
  add_task(step_kind::goes_on, task);
  if (before_ != nullptr) before_->step_begins(task);
}

void step_log::step_ends(const task_view& task) noexcept {
  if (before_ != nullptr) before_->step_ends(task);
}

void step_log::finished(const task_view& task) noexcept {
  add_task(step_kind::finished, task);
  if (before_ != nullptr) before_->finished(task);
}

void step_log::never_awaited(std::source_location place) noexcept {
  if (before_ != nullptr) before_->never_awaited(place);
}

void step_log::about_to_wait(time_point until) noexcept {
  if (before_ != nullptr) before_->about_to_wait(until);
}

void step_log::woke_up() noexcept {
  if (before_ != nullptr) before_->woke_up();
}

}  // namespace overlap::testing::detail
