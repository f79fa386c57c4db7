// tests/tools/command.hpp
//
// The built command overlap as a child process.
//
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace overlap::get {

/// `overlap` with arguments, its standard output and error in pipes, or the latter in a terminal of its own;
/// standard input is empty.
class command {
 public:
  explicit command(std::vector<std::string> arguments, bool has_terminal = false);
  /// Whether the machine gives terminals: a chroot without /dev/pts does not.
  static bool has_terminals();
  command(const command&) = delete;
  command& operator=(const command&) = delete;
  /// Kills it if it still runs.
  ~command();

  /// The next line of its standard output, without the end; empty at the end.
  std::string read_line();
  /// Reads lines up to one that has `part`, which it gives; empty if there is none.
  std::string read_line_with(std::string_view part);
  /// Reads its standard error until it has `part`.
  void wait_for_error_text(std::string_view part);
  void close_output();
  void send(int signal) const;

  /// Waits for its end. Gives its exit code, or minus the signal that killed it.
  int wait();
  /// What it printed, all that nobody has read; after wait().
  std::string output;
  std::string errors;

 private:
  pid_t process_ = -1;
  int output_fd_ = -1;
  int errors_fd_ = -1;
  std::string unread_;
};

/// `overlap serve`, for one test.
class test_server {
 public:
  test_server();
  /// Ends it and checks that it ended well.
  ~test_server();
  [[nodiscard]] std::string url(std::string_view path) const { return url_ + std::string(path); }

 private:
  command command_;
  std::string url_;
};

}  // namespace overlap::get
