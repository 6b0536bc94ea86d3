// How large a learning rate may be: the loss while the rate grows from step to step, by equal factors (L. Smith, Cyclical
// Learning Rates for Training Neural Networks, 2017, section 3.3).
#pragma once

#include <vector>

#include "fovea/train/trainer.h"

namespace fovea {

struct LearningRateFinderOptions {
  double from = 1e-7, to = 10;
  int64_t steps = 200;
  int64_t batch_size = 32;
  bool shuffle = true;  // this and the weights as in FitOptions
  std::vector<float> class_weight = {}, sampling_weight = {};
  double smoothing = 0.9;  // share that the average of losses keeps a step
  double blow_up = 4;      // ends where that average is so many times its lowest
};

struct LearningRateCurve {
  struct Point {
    double learning_rate, loss;  // the smoothed loss of the batch at which this rate was used
  };
  std::vector<Point> points;
  double steepest = 0;  // where the loss falls fastest; 0: it never falls
  double lowest = 0;    // where it is lowest
};

// Weights and optimizer are afterwards what they were. Throws Error (usage) where rates or steps cannot be, or the optimizer
// has a schedule.
LearningRateCurve find_learning_rate(Trainer& trainer, const Examples& examples, const LearningRateFinderOptions& options = {});

}  // namespace fovea
