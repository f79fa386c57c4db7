// tools/overlap/get_url.cpp
#include "get_url.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "get_errors.hpp"

namespace overlap::get {

namespace {

// Linux takes 255 bytes (NAME_MAX); ".part" needs five.
constexpr std::size_t name_bytes_max = 250;

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7f;
}

std::string in_small_letters(std::string_view text) {
  std::string result(text);
  for (char& character : result)
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  return result;
}

std::optional<int> hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] == '%' && index + 2 < text.size()) {
      const auto high = hex_digit(text[index + 1]);
      const auto low = hex_digit(text[index + 2]);
      if (high && low) {
        result += static_cast<char>(*high * 16 + *low);
        index += 2;
        continue;
      }
    }
    result += text[index];
  }
  return result;
}

// "[::1]:80" has colons inside its brackets.
std::size_t port_colon(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
}

void check_port(std::string_view port) {
  const bool is_number =
      std::all_of(port.begin(), port.end(), [](unsigned char digit) { return std::isdigit(digit) != 0; });
  if (!is_number || port.size() > 5 || (!port.empty() && std::stoi(std::string(port)) > 65535))
    throw usage_error("':" + printable(port) + "' is no port");
}

std::string_view scheme_of(std::string_view url) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos || end == 0)
    throw usage_error("it has no scheme: write http://… or https://…");
  return url.substr(0, end);
}

}  // namespace

url_parts split_url(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](char each) { return each == ' ' || is_control(each); }))
    throw usage_error("it contains a space or a control character: write %20 for a space");
  const std::string_view given_scheme = scheme_of(url);
  const std::string scheme = in_small_letters(given_scheme);
  if (scheme != "http" && scheme != "https")
    throw usage_error("'" + scheme + "' is not spoken here, only http and https");

  const std::string_view rest = url.substr(given_scheme.size() + 3);
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  const std::size_t colon = port_colon(authority);
  const std::string_view host = authority.substr(0, colon);
  if (host.empty()) throw usage_error("it names no host");
  std::string_view port = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
  check_port(port);
  if (port.empty()) port = scheme == "http" ? "80" : "443";

  const std::string_view tail = rest.substr(authority_end);
  return {.host_key = in_small_letters(host) + ":" + std::string(port),
          .path = std::string(tail.substr(0, std::min(tail.find_first_of("?#"), tail.size())))};
}

std::string file_name_of(std::string_view url_path) {
  const std::size_t slash = url_path.rfind('/');
  std::string name = percent_decoded(slash == std::string_view::npos ? url_path : url_path.substr(slash + 1));
  for (char& character : name)
    if (character == '/' || is_control(character)) character = '_';
  if (name.empty()) return "index.html";
  if (name == "." || name == "..")
    throw usage_error("a file cannot be named '" + name + "': give a name with -o");
  if (name.size() > name_bytes_max)
    throw usage_error("its file's name would have " + std::to_string(name.size()) + " bytes, " +
                      std::to_string(name_bytes_max) + " are possible: give a name with -o");
  return name;
}

std::string without_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(url);
  return std::string(url.substr(0, start)).append(url.substr(at + 1));
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(result.begin(), result.end(), is_control, '?');
  return result;
}

}  // namespace overlap::get
