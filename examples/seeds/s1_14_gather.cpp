// examples/seeds/s1_14_gather.cpp
//
// Three slow calls at once with gather: the results come in the order of the arguments, not of the ends.

#include <chrono>
#include <cstdio>
#include <string>

#include <overlap/asyncio.hpp>

namespace asyncio = overlap::asyncio;
using namespace std::chrono_literals;

asyncio::task<std::string> fetch(std::string name, std::chrono::seconds delay) {
  std::printf("  Starting %s...\n", name.c_str());
  co_await asyncio::sleep(delay);  // the others go on meanwhile
  std::printf("  Finished %s (%llds)\n", name.c_str(), static_cast<long long>(delay.count()));
  co_return "Data from " + name;
}

asyncio::task<> fetch_all() {
  const auto [users, posts, comments] =
      co_await asyncio::gather(fetch("users", 1s), fetch("posts", 2s), fetch("comments", 1s));
  std::printf("Results: ['%s', '%s', '%s']\n", users.c_str(), posts.c_str(), comments.c_str());
}

int main() { asyncio::run(fetch_all()); }
