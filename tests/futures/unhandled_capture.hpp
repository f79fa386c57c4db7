// tests/futures/unhandled_capture.hpp
//
// Collects what goes to the unhandled_exception_handler while it lives.
//
// Threads: the handler may be called from any thread; one capture at a time.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <overlap/futures/unhandled_exception.hpp>

namespace overlap::futures {

class unhandled_capture {
 public:
  unhandled_capture() : before_(set_unhandled_exception_handler(&unhandled_capture::collect)) {
    const std::lock_guard lock(mutex());
    collected().clear();
  }
  unhandled_capture(const unhandled_capture&) = delete;
  unhandled_capture& operator=(const unhandled_capture&) = delete;
  ~unhandled_capture() { set_unhandled_exception_handler(before_); }

  /// "where: what" of each, in order.
  [[nodiscard]] std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex());
    return collected();
  }

 private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  static std::vector<std::string>& collected() {
    static std::vector<std::string> instance;
    return instance;
  }
  static void collect(const unhandled_exception& unhandled) noexcept {
    try {
      std::rethrow_exception(unhandled.error);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex());
      collected().push_back(std::string(unhandled.where) + ": " + error.what());
    }
  }

  unhandled_exception_handler before_;
};

}  // namespace overlap::futures
