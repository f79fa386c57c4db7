// tools/overlap/get_plan.cpp
#include "get_plan.hpp"

#include <unistd.h>

#include <cerrno>
#include <unordered_map>
#include <utility>

#include "get_errors.hpp"
#include "get_url.hpp"

namespace overlap::get {

namespace {

constexpr std::size_t complaints_shown_max = 10;

std::string shown(const listed_url& listed) {
  const std::string url = printable(without_credentials(listed.url));
  return listed.place.empty() ? "'" + url + "'" : listed.place + ": '" + url + "'";
}

class planner {
 public:
  planner(const get_options& options, const output_folder& folder) : options_(options), folder_(folder) {}

  void add(const listed_url& listed) {
    try {
      const url_parts parts = split_url(listed.url);
      const std::string name = options_.output_name.empty() ? file_name_of(parts.path) : options_.output_name;
      claim(name, listed);
      plan_.files.push_back({.url = listed.url,
                             .shown_url = without_credentials(listed.url),
                             .name = name,
                             .path = folder_.path_of(name),
                             .host = host_index(parts.host_key),
                             .is_skipped = is_there(name)});
    } catch (const usage_error& failure) {
      complaints_.push_back(shown(listed) + ": " + failure.what());
    }
  }

  get_plan finish() {
    if (complaints_.empty()) return std::move(plan_);
    std::string text;
    for (std::size_t index = 0; index < complaints_.size() && index < complaints_shown_max; ++index)
      text += (index == 0 ? "" : "\n") + complaints_[index];
    if (complaints_.size() > complaints_shown_max)
      text += "\n… and " + std::to_string(complaints_.size() - complaints_shown_max) + " more";
    throw usage_error(text + "\nnothing was downloaded");
  }

 private:
  void claim(const std::string& name, const listed_url& listed) {
    const auto take = [&](const std::string& taken) {
      const auto [found, is_new] = owners_.try_emplace(taken, &listed);
      if (!is_new)
        throw usage_error("its file would be '" + printable(name) + "', as that of " + shown(*found->second) +
                          ": download one of them by itself, with -o or into another folder with -d");
    };
    take(name);
    take(name + std::string(part_suffix));
  }

  std::size_t host_index(const std::string& key) {
    const auto [found, is_new] = hosts_.try_emplace(key, plan_.hosts.size());
    if (is_new) plan_.hosts.push_back(key);
    return found->second;
  }

  // Whether the file may be skipped. Throws if it is in the way.
  bool is_there(const std::string& name) const {
    const auto found = folder_.look_up(name);
    if (found == output_folder::entry::absent) return false;
    const std::string path = printable(folder_.path_of(name));
    if (found == output_folder::entry::other)
      throw usage_error(path + " is in the way, and no ordinary file");
    if (options_.existing == existing_policy::refuse)
      throw usage_error(path + " exists already: --skip-existing keeps it, --overwrite replaces it");
    return options_.existing == existing_policy::skip;
  }

  const get_options& options_;
  const output_folder& folder_;
  get_plan plan_;
  std::vector<std::string> complaints_;
  std::unordered_map<std::string, const listed_url*> owners_;
  std::unordered_map<std::string, std::size_t> hosts_;
};

}  // namespace

std::vector<listed_url> collect_urls(const get_options& options) {
  std::vector<listed_url> urls;
  const auto append_list = [&](const std::string& path) {
    for (listed_url& listed : read_url_list(path)) urls.push_back(std::move(listed));
  };
  for (const std::string& url : options.urls) {
    if (url == "-") {
      append_list(url);
    } else {
      urls.push_back({url, {}});
    }
  }
  for (const std::string& path : options.list_files) append_list(path);
  if (urls.empty()) throw usage_error("the list holds no URL: nothing was downloaded");
  if (urls.size() > 1 && !options.output_name.empty())
    throw usage_error("-o names one file, but there are " + std::to_string(urls.size()) + " URLs: use -d");
  return urls;
}

void require_readable_ca_file(const get_options& options) {
  if (options.ca_file.empty() || ::access(options.ca_file.c_str(), R_OK) == 0) return;
  throw usage_error(os_error(errno, "read the certificates", options.ca_file).message());
}

get_plan make_plan(const std::vector<listed_url>& urls, const get_options& options,
                   const output_folder& folder) {
  planner planner(options, folder);
  for (const listed_url& listed : urls) planner.add(listed);
  return planner.finish();
}

}  // namespace overlap::get
