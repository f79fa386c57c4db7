// src/testing/step_log.hpp
//
// What happens in a simulation, step by step, as seen by the hooks of the loop and the source of its choices.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. Tasks have the numbers in which they were spawned, since their ids differ from run to run.
//   2. Hooks that were there before are told everything, too, and are there again afterwards.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <unordered_map>
#include <vector>

#include <overlap/base/hooks.hpp>
#include <overlap/base/shared_text.hpp>

#include "testing/choice_source.hpp"
#include "testing/simulation.hpp"

namespace overlap::testing::detail {

enum class step_kind : std::uint8_t { spawned, goes_on, finished, chosen };

struct logged_step {
  step_kind kind = step_kind::chosen;
  std::uint64_t number = 0;  // of the task; of a choice: what was chosen
  std::uint64_t count = 0;   // of a choice: among how many
  std::int64_t time = 0;     // virtual, in nanoseconds
  shared_text name{};        // of the task
  std::source_location place{};

  [[nodiscard]] bool same_as(const logged_step& other) const noexcept;
  /// For people.
  [[nodiscard]] std::string text() const;
};

class step_log final : public hooks, public choice_source {
 public:
  ~step_log() override { end(); }

  /// Logs from now on, with the time of `run`. `source` decides. Both are borrowed until end().
  void begin(choice_source& source, const simulation& run) noexcept {
    source_ = &source;
    run_ = &run;
    before_ = set_hooks(this);
  }
  void end() noexcept {
    if (run_ != nullptr) set_hooks(before_);
    run_ = nullptr;
  }

  [[nodiscard]] const std::vector<logged_step>& steps() const noexcept { return steps_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Places in the source do not count, so that it stays the same where a program only moves.
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

  std::size_t choose(const choice_question& asked) override;

  void task_spawned(const task_view& task) noexcept override;
  void step_begins(const task_view& task) noexcept override;
  void step_ends(const task_view& task) noexcept override;
  void finished(const task_view& task) noexcept override;
  void never_awaited(std::source_location place) noexcept override;
  void about_to_wait(time_point until) noexcept override;
  void woke_up() noexcept override;

 private:
  // What a message can name; the hash goes on.
  static constexpr std::size_t kept_max = 1'000'000;

  void add_task(step_kind kind, const task_view& task) noexcept;
  void add(logged_step step) noexcept;

  choice_source* source_ = nullptr;
  hooks* before_ = nullptr;
  const simulation* run_ = nullptr;
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;  // of tasks, by id
  std::vector<logged_step> steps_;
  std::uint64_t count_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace overlap::testing::detail
