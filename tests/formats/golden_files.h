// The small files of tools/golden_formats.py.
#pragma once

#include <string>

#include "tests/harness/source_tree.h"

namespace fovea {

inline std::string golden_file(const std::string& name) {
  return source_tree("tests/golden/formats/" + name);
}

}  // namespace fovea
