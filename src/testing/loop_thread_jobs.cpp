// src/testing/loop_thread_jobs.cpp
//
// A node of the ready queue for each job.

#include <memory>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>

#include "testing/loop_thread_jobs.hpp"

namespace overlap::testing::detail {

namespace {

struct queued_job : asyncio::detail::ready_node {
  asyncio::detail::job* work = nullptr;
};

void run_job(asyncio::detail::ready_node* node) {
  const std::unique_ptr<queued_job> queued(static_cast<queued_job*>(node));
  // To the job this is another thread: no loop runs here, so it may even run one of its own.
  asyncio::detail::loop_core* loop = std::exchange(asyncio::detail::running_loop, nullptr);
  queued->work->run();
  asyncio::detail::running_loop = loop;
}

}  // namespace

void loop_thread_jobs::start(asyncio::detail::job& work) {
  auto* queued = new queued_job;
  queued->run = &run_job;
  queued->work = &work;
  asyncio::detail::running_loop->push(*queued);
}

}  // namespace overlap::testing::detail
