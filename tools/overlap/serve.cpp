// tools/overlap/serve.cpp
//
// The command line of `overlap serve`, its accept loop, and its end.
#include "serve.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include <overlap/asyncio.hpp>
#include <overlap/asyncio/signals.hpp>
#include <overlap/asyncio/sockets.hpp>

#include "serve_connection.hpp"
#include "serve_routes.hpp"
#include "serve_socket.hpp"

namespace overlap::serve {

namespace {

using namespace std::chrono_literals;

struct serve_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  double grace_seconds = 2;
  bool is_verbose = false;
};

// Too few descriptors or too little memory for one more connection: it stays in the kernel's queue meanwhile.
bool passes_by_waiting(const os_error& failure) {
  return failure.code() == EMFILE || failure.code() == ENFILE || failure.code() == ENOBUFS ||
         failure.code() == ENOMEM;
}

asyncio::task<> accept_all(int listener, asyncio::task_group& connections, server_state& server) {
  for (;;) {
    bool is_full = false;
    try {
      owned_fd accepted(co_await asyncio::sock_accept(listener));
      connections.create_task(serve_connection(std::move(accepted), server));
    } catch (const os_error& failure) {
      is_full = passes_by_waiting(failure);
      if (!is_full && failure.code() != ECONNABORTED) throw;
    }
    if (is_full) co_await asyncio::sleep(20ms);
  }
}

// The body of the group of all connections: ends when the group may be left.
asyncio::task<> serve_until_signal(owned_fd listener, asyncio::task_group& connections,
                                   server_state& server) {
  std::optional<asyncio::signal_receiver> signals(std::in_place, std::initializer_list<int>{SIGINT, SIGTERM});
  auto accepting = connections.create_task(accept_all(listener.get(), connections, server));
  // Only now: a signal that comes after this line ends the server cleanly.
  std::printf("listening on %s\n", url_of(listener.get()).c_str());
  std::fflush(stdout);

  co_await signals->next();
  signals.reset();  // the next one ends the process at once
  server.is_stopping = true;
  accepting.cancel("the server stops");
  for (connection* each = server.connections.front(); each != nullptr; each = server.connections.next(*each))
    each->stop_reading();
  // The listener is closed with this frame, and its accept must have come back by then.
  const std::vector<asyncio::task_handle<>> ending(1, accepting);
  co_await asyncio::wait(ending);
}

asyncio::task<> serve(const serve_options& options) {
  server_state server;
  server.is_verbose = options.is_verbose;
  owned_fd listener = listen_at(options.host, options.port);
  std::optional<asyncio::callback_handle> end_of_grace;
  co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& connections) -> asyncio::task<> {
    co_await serve_until_signal(std::move(listener), connections, server);
    const auto end_all = [&connections] { connections.cancel("the server's grace is over"); };
    end_of_grace =
        asyncio::get_running_loop().call_later(duration::from_seconds(options.grace_seconds), end_all);
  });
  if (end_of_grace) end_of_grace->cancel();
}

int parse(int argc, char** argv, serve_options& options) {
  CLI::App app("A server on the loopback whose answers are slow, broken or large on demand.",
               "overlap serve");
  app.footer(help_text());
  app.add_option("--host", options.host, "The address to listen at")->capture_default_str();
  app.add_option("--port", options.port, "The port; 0 takes a free one")->capture_default_str();
  app.add_option("--grace", options.grace_seconds, "Seconds that running requests get at the end")
      ->check(CLI::Range(0.0, 86'400.0))
      ->capture_default_str();
  app.add_flag("-v,--verbose", options.is_verbose, "Print a line for each request on standard error");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : 2;
  }
  return -1;
}

}  // namespace
}  // namespace overlap::serve

int run_serve(int argc, char** argv) {
  overlap::serve::serve_options options;
  if (const int code = overlap::serve::parse(argc, argv, options); code >= 0) return code;
  try {
    overlap::serve::raise_descriptor_limit();
    overlap::asyncio::run(overlap::serve::serve(options));
    return 0;
  } catch (const overlap::keyboard_interrupt&) {
    return 130;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "overlap serve: %s\n", failure.what());
    return 1;
  }
}
