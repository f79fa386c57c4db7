// tools/overlap/serve_routes.hpp
//
// What the server answers, by the first part of the path.
//
// Threads: the loop's thread only.
#pragma once

#include <string>

#include <overlap/asyncio/task.hpp>

#include "serve_exchange.hpp"

namespace overlap::serve {

struct route {
  const char* name;   ///< the first part of the path; empty: the help page
  const char* usage;  ///< with what follows it
  const char* help;
  /// Answers. Throws refusal for parameters that make no sense, before the answer begins.
  asyncio::task<> (*serve)(exchange& answer);
  bool is_counted = true;  ///< as a request, in /stats
};

/// The route of a request, or null.
const route* find_route(const request& asked) noexcept;

/// All routes with their help.
std::string help_text();

}  // namespace overlap::serve
