// include/overlap/http.hpp
//
// The door to HTTP: a session for tasks (as aiohttp) and its blocking twin (as requests).
// JSON values are in <overlap/http/json.hpp>.
#pragma once

#include <overlap/http/blocking.hpp>
#include <overlap/http/client_response.hpp>
#include <overlap/http/client_session.hpp>
#include <overlap/http/errors.hpp>
#include <overlap/http/header_map.hpp>
#include <overlap/http/request_options.hpp>
