// tools/overlap/url_list.cpp
#include "url_list.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "get_errors.hpp"

namespace overlap::get {

namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

[[noreturn]] void refuse(int code, const std::string& path) {
  throw usage_error(os_error(code, "read the list of URLs", path == "-" ? "standard input" : path).message());
}

std::string read_all(int fd, const std::string& path) {
  std::string text;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count > 0) {
      text.append(buffer, static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      refuse(errno, path);
    }
  }
}

}  // namespace

std::vector<listed_url> parse_url_list(std::string_view text, std::string_view name) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<listed_url> urls;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    urls.push_back({std::string(line), std::string(name) + ", line " + std::to_string(number)});
  }
  return urls;
}

std::vector<listed_url> read_url_list(const std::string& path) {
  if (path == "-") return parse_url_list(read_all(STDIN_FILENO, path), "standard input");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) refuse(errno, path);
  struct closer {
    int fd;
    ~closer() { ::close(fd); }
  } const closer{fd};
  return parse_url_list(read_all(fd, path), path);
}

}  // namespace overlap::get
