// Gradients of a whole plan against central differences of its own forward. The layers of such nets are linear (or
// bilinear in weights and input), so that differences are exact for steps of any size, in float too.
#pragma once

#include <gtest/gtest.h>

#include "tests/model/nets.h"

namespace fovea {

inline double total(const Floats& output, const Floats& diff) {
  double sum = 0;
  for (size_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i]) * static_cast<double>(diff[i]);
  return sum;
}

// Every gradient of the plan against central differences of its own forward: of each weight, and of some of the input.
inline void expect_right_gradients(Model model) {
  constexpr int64_t kBatch = 5;
  const Floats diff = diff_for(model, kBatch);
  Floats pictures = pictures_for(model, kBatch);
  for (const PlanOptions& options :
       {PlanOptions{.batch = kBatch, .lanes = 1}, PlanOptions{.batch = kBatch, .lanes = 2, .tile = 1}}) {
    PlanOptions backward = options;
    backward.gradients = backward.input_gradient = true;
    const ModelRun run = run_model(model, backward, pictures, diff, 2);
    const auto value = [&] { return total(run_model(model, options, pictures).output, diff); };
    constexpr float kStep = 0.5f;
    const auto check = [&](double above, double below, float gradient, const std::string& what) {
      EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 2e-4 * std::max(1.0, std::abs(above))) << what;
    };
    for (size_t i = 0; i < pictures.size(); i += pictures.size() / 9) {
      const float at = pictures[i];
      pictures[i] = at + kStep;
      const double above = value();
      pictures[i] = at - kStep;
      const double below = value();
      pictures[i] = at;
      check(above, below, run.gradients.back()[i], "input " + std::to_string(i));
    }
    for (int p = 0; p < model.parameters().size(); ++p) {
      Array weights = model.parameters().get(p);
      const auto w = weights.values<float>();
      for (size_t i = 0; i < w.size(); i += std::max<size_t>(w.size() / 4, 1)) {
        const float at = w[i];
        w[i] = at + kStep;
        model.parameters().set(p, weights);
        const double above = value();
        w[i] = at - kStep;
        model.parameters().set(p, weights);
        const double below = value();
        w[i] = at;
        model.parameters().set(p, weights);
        check(above, below, run.diff_weights[static_cast<size_t>(p)][i], model.parameters()[p].path);
      }
    }
  }
}

}  // namespace fovea
