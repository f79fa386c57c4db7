// A reference into a guarded value would be used without its lock.
#include <string>
#include <vector>

#include <overlap/threading.hpp>

int main() {
  overlap::threading::guarded<std::vector<std::string>> names;
#ifdef OVERLAP_BAD
  names.with([](auto& list) -> std::string& { return list.emplace_back("a"); });
#else
  names.with([](auto& list) { return list.emplace_back("a"); });
#endif
}
