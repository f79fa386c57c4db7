// src/threading/timer.cpp
//
// A thread whose work waits first.

#include <overlap/threading/event.hpp>
#include <overlap/threading/timer.hpp>

namespace overlap::threading {

namespace {

class delayed_work final : public detail::thread_work {
 public:
  delayed_work(duration interval, detail::thread_work* work) noexcept : interval_(interval), work_(work) {}
  delayed_work(const delayed_work&) = delete;
  delayed_work& operator=(const delayed_work&) = delete;
  ~delayed_work() override { delete work_; }

  void call(detail::stop_handle stop) override {
    event never;
    never.wait({interval_, stop});
    if (!stop.stop_requested()) work_->call(stop);
  }

 private:
  duration interval_;
  detail::thread_work* work_;
};

detail::thread_work* delayed(duration interval, detail::thread_work* work) {
  try {
    return new delayed_work(interval, work);
  } catch (...) {
    delete work;
    throw;
  }
}

}  // namespace

timer::timer(from_work_tag, duration interval, detail::thread_work* work)
    : thread(make_state(delayed(interval, work), thread_options())) {}

}  // namespace overlap::threading
