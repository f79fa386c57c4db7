// src/testing/shrink.cpp
//
// Four kinds of steps, from coarse to fine, until none of them helps: delta debugging (Zeller, Hildebrandt
// 2002) on a list in which zero is nothing.

#include "testing/shrink.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace overlap::testing::detail {

namespace {

void drop_zeros_at_end(choice_list& list) {
  while (!list.empty() && list.back() == 0) list.pop_back();
}

std::vector<std::size_t> departures_of(const choice_list& list) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i] != 0) positions.push_back(i);
  return positions;
}

auto cost_of(const choice_list& list) {
  return std::tuple(list.size() - static_cast<std::size_t>(std::ranges::count(list, 0U)), list.size(),
                    std::accumulate(list.begin(), list.end(), std::uint64_t{0}));
}

}  // namespace

bool is_simpler(const choice_list& one, const choice_list& other) {
  const auto cost = cost_of(one);
  const auto other_cost = cost_of(other);
  return cost != other_cost ? cost < other_cost : one < other;
}

bool shrinker::try_list(const choice_list& candidate) {
  choice_list wanted = candidate;
  drop_zeros_at_end(wanted);
  if (runs_left_ == 0 || !is_simpler(wanted, best_) || !tried_.insert(wanted).second) return false;
  --runs_left_;
  std::optional<choice_list> chosen = try_out_(wanted);
  // What it really chose is as good as what was asked for, or better: numbers that did not fit became 0.
  if (!chosen || !is_simpler(*chosen, best_)) return false;
  best_ = std::move(*chosen);
  return true;
}

bool shrinker::zero_blocks() {
  bool has_helped = false;
  std::vector<std::size_t> positions = departures_of(best_);
  for (std::size_t size = positions.size(); size > 0; size /= 2) {
    for (std::size_t start = 0; start < positions.size();) {
      choice_list candidate = best_;
      const std::size_t end = std::min(start + size, positions.size());
      for (std::size_t i = start; i < end; ++i) candidate[positions[i]] = 0;
      if (try_list(candidate)) {
        has_helped = true;
        positions = departures_of(best_);  // those before `start` are still there, or the list is shorter
      } else {
        start += size;
      }
    }
  }
  return has_helped;
}

bool shrinker::remove_blocks() {
  bool has_helped = false;
  for (std::size_t size = std::max<std::size_t>(best_.size() / 2, 1); size > 0; size /= 2) {
    for (std::size_t start = 0; start + size <= best_.size();) {
      choice_list candidate = best_;
      const auto first = candidate.begin() + static_cast<std::ptrdiff_t>(start);
      candidate.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (try_list(candidate)) {
        has_helped = true;
      } else {
        ++start;
      }
    }
  }
  return has_helped;
}

bool shrinker::lower_numbers() {
  bool has_helped = false;
  for (std::size_t i = 0; i < best_.size(); ++i) {
    for (std::uint32_t lower = 1; i < best_.size() && lower < best_[i]; ++lower) {
      choice_list candidate = best_;
      candidate[i] = lower;
      has_helped |= try_list(candidate);
    }
  }
  return has_helped;
}

// A departure may be possible earlier, and smaller there.
bool shrinker::move_forward() {
  bool has_helped = false;
  for (std::size_t from = 1; from < best_.size(); ++from) {
    if (best_[from] == 0) continue;
    for (std::size_t to = 0; to < from && from < best_.size(); ++to) {
      if (best_[to] != 0) continue;
      choice_list candidate = best_;
      candidate[to] = std::exchange(candidate[from], 0);
      has_helped |= try_list(candidate);
      candidate[to] = 1;
      has_helped |= from < best_.size() && try_list(candidate);
    }
  }
  return has_helped;
}

const choice_list& shrinker::run() {
  drop_zeros_at_end(best_);
  while (zero_blocks() || remove_blocks() || lower_numbers() || move_forward()) {
  }
  return best_;
}

}  // namespace overlap::testing::detail
