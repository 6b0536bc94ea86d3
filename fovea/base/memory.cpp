#include "fovea/base/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace fovea {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

// "max", or what cannot be read, is no limit; so is what version 1 writes for none, about 2^63.
double limit_in(const std::string& path) {
  std::ifstream file(path);
  double bytes = 0;
  return file >> bytes && bytes > 0 && bytes < 0x1p60 ? bytes : kNone;
}

// Of a group and of all around it. Inside a container the group's own path may not be there: its root is.
double smallest_limit(const std::string& root, std::string group, const char* name) {
  double least = limit_in(root + "/" + name);
  for (; group.size() > 1; group.resize(group.rfind('/'))) least = std::min(least, limit_in(root + group + "/" + name));
  return least;
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

std::string content(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

double cgroup_memory(const std::string& groups, const std::string& root) {
  double least = kNone;
  std::istringstream lines(groups);
  // HIERARCHY:CONTROLLERS:PATH; version 2 has no controllers there.
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos || !line.substr(second + 1).starts_with('/')) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",", group = line.substr(second + 1);
    if (controllers == ",,") least = std::min(least, smallest_limit(root, group, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, smallest_limit(root + "/memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

double available_memory() {
  return std::min({physical_memory(), own_limit(RLIMIT_DATA), own_limit(RLIMIT_AS),
                   cgroup_memory(content("/proc/self/cgroup"))});
}

}  // namespace fovea
