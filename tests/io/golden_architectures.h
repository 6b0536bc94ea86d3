// Architectures as real Keras wrote them (tools/golden_architectures.py).
#pragma once

#include <string>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "tests/harness/source_tree.h"

namespace fovea {

inline Json golden_architecture(const std::string& name) {
  const std::string path = source_tree("tests/golden/architectures/" + name + ".json");
  return parse_json(read_file(path), path);
}

}  // namespace fovea
