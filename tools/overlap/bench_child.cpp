// tools/overlap/bench_child.cpp
#include "bench_child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include <overlap/base/error.hpp>

#include "serve_socket.hpp"

namespace overlap::bench {

namespace {

constexpr int exec_failed = 127;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Becomes the child. Between fork and exec only calls that a signal handler may make, too.
[[noreturn]] void become_child(char* const* arguments, int output, pid_t parent) {
  // A benchmark that nobody waits for must not go on; the second line is for a parent that died before the
  // first.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(exec_failed);
  dup2(output, STDOUT_FILENO);
  execv("/proc/self/exe", arguments);
  _exit(exec_failed);
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t came = read(fd, buffer, sizeof buffer);
    if (came > 0) text.append(buffer, static_cast<std::size_t>(came));
    if (came == 0 || (came < 0 && errno != EINTR)) return text;
  }
}

/// Waits for a child and adds what the kernel counted of it. Throws if it was killed.
void add_usage(pid_t child, measurement& result) {
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0)
    if (errno != EINTR) throw os_error(errno, "wait for the process of the benchmark");
  if (WIFSIGNALED(status))
    throw error("the process that ran the model was killed by signal " + std::to_string(WTERMSIG(status)));
  result.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  result.context_switches = static_cast<std::uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw);
}

}  // namespace

measurement measure_in_child(model which, const workload& work) {
  std::vector<std::string> words = {"overlap",    "bench",
                                    child_option, std::string(name_of(which)),
                                    "--url",      work.url,
                                    "-n",         std::to_string(work.requests),
                                    "-j",         std::to_string(work.at_once)};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw os_error(errno, "make a pipe to the process of the benchmark");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become_child(arguments.data(), ends[1], parent);
  const int fork_failure = errno;
  close(ends[1]);
  const std::string text = child < 0 ? std::string() : read_all(ends[0]);
  close(ends[0]);
  if (child < 0) throw os_error(fork_failure, "start the process of the benchmark");

  measurement result;
  add_usage(child, result);
  const auto told = nlohmann::json::parse(text, nullptr, false);
  if (!told.is_object()) throw error("the process that ran the model gave no result");
  if (told.contains("error")) throw error(told["error"].get<std::string>());
  result.which = which;
  result.seconds = told.at("seconds");
  result.request_seconds = told.at("request_seconds");
  result.threads = told.at("threads");
  result.peak_memory_bytes = told.at("peak_memory_bytes");
  return result;
}

int run_as_child(model which, const workload& work) {
  nlohmann::json told;
  serve::raise_descriptor_limit();
  try {
    const measurement result = run_model(which, work);
    told = {{"seconds", result.seconds},
            {"request_seconds", result.request_seconds},
            {"threads", result.threads},
            {"peak_memory_bytes", result.peak_memory_bytes}};
  } catch (const std::exception& failure) {
    told = {{"error", failure.what()}};
  }
  std::printf("%s\n", told.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return told.contains("error") ? 1 : 0;
}

}  // namespace overlap::bench
