// The small files of tools/golden_formats.py.
#pragma once

#include <string>

namespace fovea {

inline std::string golden_file(const std::string& name) {
  return std::string(FOVEA_SOURCE_DIR) + "/tests/golden/formats/" + name;
}

}  // namespace fovea
