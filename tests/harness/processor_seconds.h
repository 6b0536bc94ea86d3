// Seconds of the processor.
#pragma once

#include <sys/resource.h>

namespace fovea {

// Of this process so far, and of those that it forked and that have ended.
inline double processor_seconds() {
  double seconds = 0;
  for (const __rusage_who who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used = {};
    ::getrusage(who, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime})
      seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  }
  return seconds;
}

}  // namespace fovea
