// tests/repository/include_rules.cpp
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "repository/rules.hpp"

namespace overlap::repository {

namespace {

struct include_line {
  int line;
  std::string target;  // "overlap/base/error.hpp"
  bool is_quoted;
};

std::vector<include_line> includes_of(const source_file& file) {
  std::vector<include_line> found;
  for (std::size_t index = 0; index < file.lines.size(); ++index) {
    std::string_view line = file.lines[index];
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == line.npos || line[hash] != '#') continue;
    const std::size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == line.npos || !line.substr(word).starts_with("include")) continue;
    const std::size_t open = line.find_first_of("<\"", word);
    if (open == line.npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == line.npos) continue;
    found.push_back({static_cast<int>(index) + 1, std::string(line.substr(open + 1, close - open - 1)),
                     line[open] == '"'});
  }
  return found;
}

// cmake/modules.txt: what each module may include, itself and what is below those it names included.
std::map<std::string, std::set<std::string>> modules_of(const source_tree& tree) {
  std::map<std::string, std::set<std::string>> modules;
  const source_file* table = tree.find("cmake/modules.txt");
  if (table == nullptr) return modules;
  for (const std::string& line : table->lines) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == line.npos) continue;
    const std::string name = line.substr(0, colon);
    std::set<std::string>& below = modules[name];
    below.insert(name);
    std::istringstream words(line.substr(colon + 1));
    for (std::string word; words >> word;) {
      below.insert(word);
      below.merge(std::set<std::string>(modules[word]));
    }
  }
  return modules;
}

std::string first_folder(std::string_view path) {
  const std::size_t end = path.find('/');
  return end == path.npos ? std::string() : std::string(path.substr(0, end));
}

// "asyncio" for include/overlap/asyncio.hpp, include/overlap/asyncio/… and src/asyncio/…; else nothing.
std::string module_of(const source_file& file) {
  std::string_view path = file.path;
  if (path.starts_with("src/")) return first_folder(path.substr(4));
  if (!path.starts_with("include/overlap/")) return {};
  path.remove_prefix(16);
  const std::string folder = first_folder(path);
  return folder.empty() ? file.stem() : folder;
}

// The module that an include names: "asyncio" for <overlap/asyncio.hpp>, <overlap/asyncio/…> and "asyncio/…".
std::string module_named_by(const include_line& include) {
  std::string_view target = include.target;
  if (!target.starts_with("overlap/")) return include.is_quoted ? first_folder(target) : std::string();
  target.remove_prefix(8);
  const std::string folder = first_folder(target);
  return folder.empty() ? std::string(target.substr(0, target.find('.'))) : folder;
}

bool is_system_header(std::string_view target) {
  static constexpr std::string_view folders[] = {"sys/", "linux/", "netinet/", "arpa/", "asm/", "net/"};
  static constexpr std::string_view headers[] = {"unistd.h",   "liburing.h", "pthread.h", "poll.h", "fcntl.h",
                                                 "signal.h",   "csignal",    "time.h",    "ctime",  "sched.h",
                                                 "dlfcn.h",    "spawn.h",    "netdb.h",   "pwd.h",  "thread",
                                                 "stop_token", "fstream"};
  return std::ranges::any_of(folders, [&](std::string_view each) { return target.starts_with(each); }) ||
         std::ranges::find(headers, target) != std::end(headers);
}

// Pools, threads and the portal are made of std::thread; their sources may say so, their headers hide it. A
// receiver of std::execution has a std::stop_token to give, in a header that nobody includes who has no use
// for it.
bool may_make_threads(const source_file& file) {
  return file.is_under("src/futures/") || file.is_under("src/threading/") ||
         file.path == "src/asyncio/blocking_portal.cpp" || file.path == "include/overlap/asyncio/senders.hpp";
}

}  // namespace

violations includes_follow_the_modules(const source_tree& tree) {
  violations found;
  const auto modules = modules_of(tree);
  if (modules.empty())
    found.push_back({"cmake/modules.txt", 0, "no module is listed", "list each with its includes"});
  for (const source_file& file : tree.files()) {
    const std::string from = file.is_cpp() ? module_of(file) : std::string();
    if (from.empty()) continue;
    const auto allowed = modules.find(from);
    if (allowed == modules.end()) {
      found.push_back(
          {file.path, 0, "module " + from + " is not in cmake/modules.txt", "add a line for it there"});
      continue;
    }
    for (const include_line& include : includes_of(file)) {
      const std::string to = module_named_by(include);
      if (to.empty() || allowed->second.contains(to)) continue;
      if (!modules.contains(to) && include.is_quoted) continue;  // a folder of the module's own
      found.push_back({file.path, include.line, from + " includes " + include.target + " of module " + to,
                       "move the code up, or what it needs down: cmake/modules.txt does not let " + from +
                           " include " + to});
    }
  }
  return found;
}

violations includes_have_the_right_form(const source_tree& tree) {
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp()) continue;
    const bool is_user = file.is_under("tools/") || file.is_under("examples/");
    for (const include_line& include : includes_of(file)) {
      const std::string& target = include.target;
      if (target.starts_with("overlap/") && include.is_quoted)
        found.push_back({file.path, include.line, "a public header in quotes", "write <" + target + ">"});
      else if (file.is_under("include/") && include.is_quoted)
        found.push_back({file.path, include.line, "a public header includes a private one, " + target,
                         "declare what it needs and hide the rest in src/"});
      else if (is_user && include.is_quoted && tree.has("src/" + target))
        found.push_back({file.path, include.line, "a program includes the private header " + target,
                         "use the public headers only, as every user must"});
      else if (is_user && target.starts_with("overlap/") && target.find("/detail/") != target.npos)
        found.push_back({file.path, include.line, "a program includes a header of detail, " + target,
                         "include the header that offers the thing"});
    }
  }
  return found;
}

violations system_stays_in_platform(const source_tree& tree) {
  static constexpr std::string_view calls[] = {"steady_clock::now", "system_clock::now",
                                               "high_resolution_clock", "random_device"};
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_cpp() || !(file.is_under("include/") || file.is_under("src/"))) continue;
    if (file.is_under("src/platform/")) continue;
    for (const include_line& include : includes_of(file)) {
      if (!is_system_header(include.target)) continue;
      const bool is_thread = include.target == "thread" || include.target == "stop_token";
      if (is_thread && may_make_threads(file)) continue;
      found.push_back(
          {file.path, include.line, "<" + include.target + "> outside src/platform",
           "put the call behind a function of src/platform, so that a simulation can replace it"});
    }
    for (std::size_t index = 0; index < file.code_lines.size(); ++index)
      for (const std::string_view call : calls)
        if (find_word(file.code_lines[index], call) != std::string::npos)
          found.push_back({file.path, static_cast<int>(index) + 1,
                           std::string(call) + " outside src/platform",
                           "take the time from the loop or platform/clock.hpp, and chance from a seed"});
  }
  return found;
}

violations public_headers_are_cheap(const source_tree& tree) {
  static constexpr std::string_view banned[] = {"chrono", "functional", "memory",   "atomic",
                                                "thread", "mutex",      "iostream", "future",
                                                "regex",  "filesystem", "ranges"};
  violations found;
  for (const source_file& file : tree.files()) {
    if (!file.is_header() || !file.is_under("include/")) continue;
    for (const include_line& include : includes_of(file))
      if (std::ranges::find(banned, include.target) != std::end(banned))
        found.push_back({file.path, include.line, "<" + include.target + "> in a public header",
                         "hide it in src/; it costs every user 100 to 450 ms of compile time"});
  }
  return found;
}

}  // namespace overlap::repository
