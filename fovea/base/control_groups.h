// The control groups (cgroups, of either version) that bound this process.
#pragma once

#include <string>
#include <vector>

namespace fovea {

inline constexpr const char* kControlGroups = "/sys/fs/cgroup";

// What the system says of this process's groups; empty where it says nothing.
std::string own_control_groups();

// The folders below `root` in which limits may stand: of a controller's group and of those around it, by what
// own_control_groups() says (`groups`). Not all of them need be there.
std::vector<std::string> control_group_folders(const std::string& controller, const std::string& groups,
                                               const std::string& root);

}  // namespace fovea
