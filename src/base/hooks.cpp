// src/base/hooks.cpp
//
// The bodies that do nothing, here so that the table of virtual functions exists once.

#include <overlap/base/hooks.hpp>

namespace overlap {

hooks::~hooks() = default;

void hooks::task_spawned(const task_view&) noexcept {}
void hooks::step_begins(const task_view&) noexcept {}
void hooks::step_ends(const task_view&) noexcept {}
void hooks::finished(const task_view&) noexcept {}
void hooks::never_awaited(std::source_location) noexcept {}
void hooks::about_to_wait(time_point) noexcept {}
void hooks::woke_up() noexcept {}

}  // namespace overlap
