// --measure: how well methods point at what a model goes by, as a mean over pictures.
#pragma once

#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/explain/explainer.h"

namespace fovea::app {

class FaithfulnessTable {
 public:
  // `measures`: insertion, deletion, average_drop. Throws Error (usage) for others.
  FaithfulnessTable(std::vector<std::string> measures, const std::vector<explain::Method>& methods);

  // Explanations of `pictures` by method `method`, one a picture.
  void add(size_t method, explain::Network& network, std::span<const float> pictures, const std::vector<explain::Explanation>& explanations);

  // A list of {method, pictures, MEASURE…}, in the order of the methods.
  Json json() const;
  std::string text() const;

 private:
  double measured(const std::string& measure, explain::Network& network, std::span<const float> picture, const explain::Map& map, int class_index) const;

  std::vector<std::string> measures_;
  std::vector<explain::Method> methods_;
  std::vector<std::vector<double>> sums_;  // by method, by measure
  std::vector<int64_t> pictures_;          // by method
};

}  // namespace fovea::app
