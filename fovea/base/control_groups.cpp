#include "fovea/base/control_groups.h"

#include <fstream>
#include <sstream>

namespace fovea {

std::string own_control_groups() {
  std::ostringstream text;
  text << std::ifstream("/proc/self/cgroup").rdbuf();
  return text.str();
}

std::vector<std::string> control_group_folders(const std::string& controller, const std::string& groups,
                                               const std::string& root) {
  std::vector<std::string> folders;
  // Inside a container the group's own path may not be there: its root is.
  const auto add = [&](const std::string& hierarchy, std::string group) {
    folders.push_back(hierarchy);
    for (; group.size() > 1; group.resize(group.rfind('/'))) folders.push_back(hierarchy + group);
  };
  std::istringstream lines(groups);
  // HIERARCHY:CONTROLLERS:PATH; version 2 has no controllers there.
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':'), second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos || !line.substr(second + 1).starts_with('/')) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") add(root, group);
    if (controllers.find("," + controller + ",") != std::string::npos) add(root + "/" + controller, group);
  }
  return folders;
}

}  // namespace fovea
