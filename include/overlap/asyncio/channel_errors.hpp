// include/overlap/asyncio/channel_errors.hpp
//
// The errors of channels.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <overlap/base/error.hpp>

namespace overlap::asyncio {

/// Every sender is closed and nothing is left: no item will come any more.
///
/// Python   anyio.EndOfStream, trio.EndOfChannel
class end_of_channel : public error {
 public:
  using error::error;
  end_of_channel() : error("every sender of the channel is closed; a loop over next() ends by itself then") {}
};

/// Every receiver is closed: nobody will ever take the item.
///
/// Python   anyio.BrokenResourceError, trio.BrokenResourceError
class broken_channel : public error {
 public:
  using error::error;
  broken_channel() : error("every receiver of the channel is closed; stop sending, nobody will take it") {}
};

/// This end itself was closed or moved away, here or in another task, before or during the call.
///
/// Python   anyio.ClosedResourceError, trio.ClosedResourceError
class closed_channel : public error {
 public:
  using error::error;
  closed_channel()
      : error("this end of the channel is closed; give each task an end of its own by clone()") {}
};

/// The call does not wait, and would have to.
///
/// Python   anyio.WouldBlock, trio.WouldBlock
class would_block : public error {
 public:
  using error::error;
};

}  // namespace overlap::asyncio
