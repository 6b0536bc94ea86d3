#include "tests/harness/source_tree.h"

namespace fovea {

std::string source_tree(const std::string& path) { return std::string(FOVEA_SOURCE_DIR) + "/" + path; }

}  // namespace fovea
