// How much memory this process may take.
#pragma once

#include <string>

#include "fovea/base/control_groups.h"

namespace fovea {

// In bytes: what the system could give now without swapping, bounded by the process's own limits (ulimit -d, -v) and
// by those of its control groups, of either version.
double available_memory();

// The smallest limit of a control group and those around it, infinity where there is none: of own_control_groups(), or
// what is like it, in the hierarchies below `root`.
double cgroup_memory(const std::string& groups, const std::string& root = kControlGroups);

}  // namespace fovea
