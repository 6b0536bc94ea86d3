// Numbers that real Keras gave: tests/golden/README.md says what is in the files and how they are compared.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/formats/safetensors.h"

namespace fovea {

class Golden {
 public:
  // `kind` is the folder in tests/golden, "layers". Not all have arrays beside their JSON.
  Golden(const std::string& kind, const std::string& name);

  const std::string& name() const { return name_; }
  const Json& json() const { return json_; }
  const Safetensors& arrays() const { return **arrays_; }
  bool has(const std::string& array) const { return arrays().find(array) != nullptr; }
  std::vector<float> floats(const std::string& array) const;
  Shape shape(const std::string& array) const;

  // Fails a test where `got` is further from the golden array than its tolerance.
  void expect(const std::string& array, std::span<const float> got) const;

 private:
  std::string name_;
  Json json_;
  std::shared_ptr<SafetensorsFile> arrays_;
};

// All of tests/golden/KIND, by name.
std::vector<std::string> golden_names(const std::string& kind);

// max |a - b| / max(1, max |b|); infinite where a is not finite and b is, or the sizes differ.
double golden_difference(std::span<const float> a, std::span<const float> b);

}  // namespace fovea
