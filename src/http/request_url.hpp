// src/http/request_url.hpp
//
// The text that is asked for: joined to the base, with the parameters, percent-encoded where it must be.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include <overlap/http/header_map.hpp>

namespace overlap::http::detail {

/// The whole URL. Throws invalid_url if it cannot be read or is neither http nor https.
[[nodiscard]] std::string request_url(std::string_view base, std::string_view url, const header_map& params);

/// "a=1&b=%20": fields as a query or a form.
[[nodiscard]] std::string percent_encoded(const header_map& fields);

/// "https://host:443" of a URL: what a limit per host counts by.
[[nodiscard]] std::string host_of(std::string_view url);

}  // namespace overlap::http::detail
