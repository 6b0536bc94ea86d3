#include "fovea/base/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "fovea/base/control_groups.h"

namespace fovea {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

// "max", or what cannot be read, is no limit; so is what version 1 writes for none, about 2^63.
double limit_in(const std::string& path) {
  std::ifstream file(path);
  double bytes = 0;
  return file >> bytes && bytes > 0 && bytes < 0x1p60 ? bytes : kNone;
}

double physical_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string key, line; file >> key; std::getline(file, line))
    if (double kilobytes = 0; key == "MemAvailable:" && file >> kilobytes) return 1024 * kilobytes;
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
}

double own_limit(__rlimit_resource_t resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNone;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

double cgroup_memory(const std::string& groups, const std::string& root) {
  double least = kNone;
  for (const std::string& folder : control_group_folders("memory", groups, root))
    least = std::min({least, limit_in(folder + "/memory.max"), limit_in(folder + "/memory.limit_in_bytes")});
  return least;
}

double available_memory() {
  return std::min({physical_memory(), own_limit(RLIMIT_DATA), own_limit(RLIMIT_AS),
                   cgroup_memory(own_control_groups())});
}

}  // namespace fovea
