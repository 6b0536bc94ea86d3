// The loss over learning rates, as a learning-rate finder measured it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace fovea {

struct LearningRatePlot {
  std::string title{};
  std::vector<std::pair<double, double>> points{};  // rate and loss, rates above 0 and growing
  double suggested = 0;                             // marked; 0 for none
};

std::string learning_rate_svg(const LearningRatePlot& plot);

}  // namespace fovea
