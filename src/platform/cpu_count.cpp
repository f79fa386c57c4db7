// src/platform/cpu_count.cpp
//
// sched_getaffinity(2), and cpu.max (cgroup 2) or cpu.cfs_quota_us (cgroup 1).

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

#include "platform/cpu_count.hpp"

namespace overlap::platform {

namespace {

// A short file as text; empty if it cannot be read, which is normal outside of containers.
std::string read_file(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return text;
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    text.append(buffer, count);
  }
  std::fclose(file);
  return text;
}

// Quota and period in microseconds as whole CPUs; 0 for no quota ("max", -1, unreadable).
int whole_cpus(const std::string& quota_text, const std::string& period_text) {
  long long quota = -1;
  long long period = 0;
  if (std::sscanf(quota_text.c_str(), "%lld", &quota) != 1) return 0;
  if (std::sscanf(period_text.c_str(), "%lld", &period) != 1) return 0;
  if (quota <= 0 || period <= 0) return 0;
  const long long cpus = (quota - 1) / period + 1;
  return static_cast<int>(std::min<long long>(cpus, std::numeric_limits<int>::max()));
}

int quota_of_group(const std::string& folder, bool is_version_2) {
  if (is_version_2) {
    const std::string limit = read_file(folder + "/cpu.max");  // "max 100000" or "150000 100000"
    const std::size_t space = limit.find(' ');
    return space == std::string::npos ? 0 : whole_cpus(limit.substr(0, space), limit.substr(space + 1));
  }
  return whole_cpus(read_file(folder + "/cpu.cfs_quota_us"), read_file(folder + "/cpu.cfs_period_us"));
}

// A group is bound by every group above it, too.
int smallest_quota(const std::string& root, std::string path, bool is_version_2) {
  int smallest = 0;
  for (;;) {
    const int quota = quota_of_group(root + path, is_version_2);
    if (quota > 0) smallest = smallest == 0 ? quota : std::min(smallest, quota);
    if (path.empty()) return smallest;
    path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
}

bool names_cpu_controller(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == "cpu") return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

int affinity_cpu_count() noexcept {
  // The kernel refuses a mask smaller than its own; CPU_SETSIZE (1024) is not always enough.
  for (int cpus = CPU_SETSIZE; cpus <= CPU_SETSIZE * 64; cpus *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(cpus));
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus));
    const bool known = ::sched_getaffinity(0, bytes, set) == 0;
    const int count = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

int cgroup_cpu_quota(std::string_view membership, const std::string& root) {
  // Lines are "id:controllers:path"; version 2 has the one line "0::path".
  while (!membership.empty()) {
    const std::string_view line = membership.substr(0, std::min(membership.find('\n'), membership.size()));
    membership.remove_prefix(std::min(line.size() + 1, membership.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    std::string path(line.substr(second + 1));
    if (path == "/") path.clear();
    const bool is_version_2 = controllers.empty();
    if (!is_version_2 && !names_cpu_controller(controllers)) continue;
    const std::string base = is_version_2 ? root : root + "/" + std::string(controllers);
    if (const int quota = smallest_quota(base, path, is_version_2); quota > 0) return quota;
  }
  return 0;
}

int usable_cpu_count() {
  const int allowed = affinity_cpu_count();
  const int quota = cgroup_cpu_quota(read_file("/proc/self/cgroup"), "/sys/fs/cgroup");
  return quota > 0 ? std::min(allowed, quota) : allowed;
}

}  // namespace overlap::platform
