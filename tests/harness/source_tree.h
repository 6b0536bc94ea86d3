// Where the source tree lies: goldens and problems are read from it.
#pragma once

#include <string>

namespace fovea {

// The absolute path of a file of the tree: source_tree("tests/golden/nets/basic.json").
std::string source_tree(const std::string& path);

}  // namespace fovea
