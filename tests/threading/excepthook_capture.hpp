// tests/threading/excepthook_capture.hpp
//
// Collects what goes to the excepthook while it lives.
//
// Threads: the hook may be called from any thread; one capture at a time.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <overlap/threading/excepthook.hpp>

namespace overlap::threading {

class excepthook_capture {
 public:
  excepthook_capture() : before_(set_excepthook(&excepthook_capture::collect)) {
    const std::lock_guard lock(guarding());
    collected().clear();
  }
  excepthook_capture(const excepthook_capture&) = delete;
  excepthook_capture& operator=(const excepthook_capture&) = delete;
  ~excepthook_capture() { set_excepthook(before_); }

  /// "thread: what" of each, in order.
  [[nodiscard]] std::vector<std::string> texts() const {
    const std::lock_guard lock(guarding());
    return collected();
  }

 private:
  static std::mutex& guarding() {
    static std::mutex instance;
    return instance;
  }
  static std::vector<std::string>& collected() {
    static std::vector<std::string> instance;
    return instance;
  }
  static void collect(const excepthook_arguments& arguments) noexcept {
    try {
      std::rethrow_exception(arguments.error);
    } catch (const std::exception& error) {
      const std::lock_guard lock(guarding());
      collected().push_back(std::string(arguments.thread.name().view()) + ": " + error.what());
    }
  }

  excepthook_function before_;
};

}  // namespace overlap::threading
