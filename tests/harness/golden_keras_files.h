// Model files that real Keras wrote (tools/golden_keras_files.py), and the index of them.
#pragma once

#include <cctype>
#include <string>

#include "fovea/base/file.h"
#include "fovea/base/json.h"
#include "tests/harness/source_tree.h"

namespace fovea {

inline std::string golden_path(const std::string& file) { return source_tree("tests/golden/keras_files/" + file); }

inline const Json& golden_index() {
  static const Json index = parse_json(read_file(golden_path("index.json")), "index.json");
  return index;
}

// Of the index's file, as a test's name may be.
inline std::string golden_file_name(size_t place) {
  std::string name = golden_index()["files"][place]["file"];
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

}  // namespace fovea
