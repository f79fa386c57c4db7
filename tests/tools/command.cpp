// tests/tools/command.cpp
#include "command.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace overlap::get {

namespace {

struct pipe_pair {
  explicit pipe_pair(bool is_terminal) {
    const int code =
        is_terminal ? ::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) : ::pipe2(ends, O_CLOEXEC);
    if (code != 0) throw std::runtime_error("no pipe or terminal");
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  int ends[2] = {-1, -1};
};

// False at the end.
bool read_some(int fd, std::string& text) {
  char buffer[4096];
  ssize_t count = 0;
  do {
    count = ::read(fd, buffer, sizeof buffer);
  } while (count < 0 && errno == EINTR);
  if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

// The signals that the test program's parent ignores shall not be ignored in the command.
void set_default_signals(posix_spawnattr_t& attributes) {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::sigaddset(&signals, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

bool command::has_terminals() {
  int ends[2];
  if (::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) != 0) return false;
  for (const int end : ends) ::close(end);
  return true;
}

command::command(std::vector<std::string> arguments, bool has_terminal) {
  arguments.insert(arguments.begin(), OVERLAP_COMMAND);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);

  const pipe_pair output_pipe(false), errors_pipe(has_terminal);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output_pipe.ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors_pipe.ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  set_default_signals(attributes);
  const int code = ::posix_spawn(&process_, OVERLAP_COMMAND, &actions, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(output_pipe.ends[1]);
  ::close(errors_pipe.ends[1]);
  output_fd_ = output_pipe.ends[0];
  errors_fd_ = errors_pipe.ends[0];
  if (code != 0) throw std::runtime_error("posix_spawn failed");
}

command::~command() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  close_output();
  if (errors_fd_ >= 0) ::close(errors_fd_);
}

std::string command::read_line() {
  std::size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos)
    if (!read_some(output_fd_, unread_)) return std::exchange(unread_, {});
  const std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::string command::read_line_with(std::string_view part) {
  for (;;) {
    const std::string line = read_line();
    if (line.empty() || line.find(part) != std::string::npos) return line;
  }
}

void command::wait_for_error_text(std::string_view part) {
  while (errors.find(part) == std::string::npos && read_some(errors_fd_, errors)) {
  }
}

void command::close_output() {
  if (output_fd_ >= 0) ::close(std::exchange(output_fd_, -1));
}

void command::send(int signal) const { ::kill(process_, signal); }

int command::wait() {
  output = std::exchange(unread_, {});
  pollfd ends[2] = {{output_fd_, POLLIN, 0}, {errors_fd_, POLLIN, 0}};
  // A negative descriptor is one that poll leaves alone.
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    ::poll(ends, 2, -1);
    if (ends[0].revents != 0 && !read_some(ends[0].fd, output)) ends[0].fd = -1;
    if (ends[1].revents != 0 && !read_some(ends[1].fd, errors)) ends[1].fd = -1;
  }
  int status = 0;
  ::waitpid(std::exchange(process_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

test_server::test_server() : command_({"serve"}) {
  const std::string line = command_.read_line();
  url_ = line.substr(line.rfind(' ') + 1);
}

test_server::~test_server() {
  command_.send(SIGTERM);
  EXPECT_EQ(command_.wait(), 0) << command_.errors;
}

}  // namespace overlap::get
