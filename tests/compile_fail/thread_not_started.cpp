// A thread that is made and dropped has done nothing; forgetting to start it is an error under -Werror.
#include <overlap/threading.hpp>

void work() {}

int main() {
#ifdef OVERLAP_BAD
  overlap::threading::thread{work};
#else
  overlap::threading::thread{work}.start();
#endif
}
