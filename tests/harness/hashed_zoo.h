// The zoo's weights that tests and tools/golden_zoo.py both compute: a weight's numbers follow from its path alone.
#pragma once

#include <fstream>
#include <string>

#include "fovea/base/json.h"
#include "fovea/model/model.h"
#include "tests/harness/hashed.h"
#include "tests/harness/source_tree.h"

namespace fovea::hashed {

inline Json zoo_golden(const std::string& net) {
  return Json::parse(std::ifstream(source_tree("tests/golden/zoo/" + net + ".json")));
}

// The low half of FNV-1a of 64 bits, plus the seed.
inline uint64_t stream_of(const std::string& path, uint64_t seed = 0) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : path) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return (hash + seed) & 0xffffffffu;
}

// Uniform around the centre.
inline void fill(Array& values, uint64_t stream, double centre, double width) {
  uint64_t i = 0;
  for (float& value : values.values<float>()) {
    const double u = static_cast<double>(number(stream, i++) >> 40) / (1 << 24);
    value = static_cast<float>((2 * u - 1) * width + centre);
  }
}

// A parameter of a net whose golden says the ranges, under the path that it has there; of others, what they start with.
inline void set_zoo_weight(Model& model, int parameter, const Json& golden, const std::string& path) {
  const ParameterSpec& spec = model.parameters()[parameter].spec;
  double centre = 0, width = 0;
  Array values(DType::f32, spec.shape);
  if (spec.name.find("kernel") == std::string::npos && !golden["ranges"].contains(spec.name)) {
    spec.initializer.fill(spec.shape, 0, 0, values.values<float>());
    return model.parameters().set(parameter, values);
  }
  if (spec.name.find("kernel") != std::string::npos) {
    width = golden["limits"].at(path.substr(0, path.rfind('/'))).get<double>();
  } else {
    centre = golden["ranges"].at(spec.name).at(0).get<double>();
    width = golden["ranges"].at(spec.name).at(1).get<double>();
  }
  fill(values, stream_of(path, golden["seed"].get<uint64_t>()), centre, width);
  model.parameters().set(parameter, values);
}

}  // namespace fovea::hashed
