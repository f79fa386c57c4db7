// tools/overlap/get_signals.cpp
#include "get_signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>

namespace overlap::get {

const int ending_signals[ending_signals_count] = {SIGINT, SIGTERM, SIGHUP};

namespace {

// Written before the handler is installed, only read in it.
char last_words_text[512];
std::size_t last_words_bytes = 0;

void end_process(int signal) {
  // Nothing can be done about a failure here.
  [[maybe_unused]] const ssize_t count = ::write(STDERR_FILENO, last_words_text, last_words_bytes);
  ::_exit(128 + signal);
}

}  // namespace

bool is_ignored(int signal) {
  struct sigaction present{};
  ::sigaction(signal, nullptr, &present);
  return (present.sa_flags & SA_SIGINFO) == 0 && present.sa_handler == SIG_IGN;
}

void ignore(int signal) {
  struct sigaction action{};
  action.sa_handler = SIG_IGN;
  ::sigaction(signal, &action, nullptr);
}

std::string_view name_of_signal(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "a signal";
  }
}

void end_at_next_signal(std::string_view last_words) {
  last_words_bytes = std::min(last_words.size(), sizeof last_words_text);
  std::copy_n(last_words.data(), last_words_bytes, last_words_text);
  struct sigaction action{};
  action.sa_handler = end_process;
  for (const int signal : ending_signals)
    if (!is_ignored(signal)) ::sigaction(signal, &action, nullptr);
}

}  // namespace overlap::get
