// src/platform/cpu_count.hpp
//
// How many CPUs this process may really use: a container often has fewer than the machine.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace overlap::platform {

/// The CPUs of the calling thread's affinity mask, at least 1.
int affinity_cpu_count() noexcept;

/// The CPU quota of a control group and of all above it, rounded up to whole CPUs; 0 if there is none.
///
/// Parameters
///   membership   the text of /proc/self/cgroup
///   root         where the groups are mounted: /sys/fs/cgroup
int cgroup_cpu_quota(std::string_view membership, const std::string& root);

/// The smaller of both, at least 1. Asked anew at every call, because both may be changed while we run.
int usable_cpu_count();

}  // namespace overlap::platform
