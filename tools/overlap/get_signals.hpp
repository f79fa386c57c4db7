// tools/overlap/get_signals.hpp
//
// What is left of signal handling when the event loop cannot be relied upon any more.
//
// Threads: main's only.
#pragma once

#include <string_view>

namespace overlap::get {

/// The signals that end `overlap get`.
inline constexpr int ending_signals_count = 3;
extern const int ending_signals[ending_signals_count];

/// The parent wants the signal ignored (nohup, a shell's background job): it has to stay so.
bool is_ignored(int signal);
void ignore(int signal);

/// "SIGINT".
std::string_view name_of_signal(int signal);

/// From now on each of ending_signals that is not ignored ends the process at once, whatever it is doing:
/// `last_words` (cut to a few hundred bytes) go to standard error, and the exit code is 128 + the number.
void end_at_next_signal(std::string_view last_words);

}  // namespace overlap::get
