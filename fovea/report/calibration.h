// Whether a model's probabilities are what they say.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

struct CalibrationBin {
  int64_t count = 0;
  double confidence = 0, accuracy = 0;  // means over its pictures
};

struct Calibration {
  // Of equal width by the probability of the predicted class: bin k holds (k/bins, (k+1)/bins], the first 0 too.
  std::vector<CalibrationBin> bins;
  double ece = 0;    // expected calibration error: Σ count/n |accuracy - confidence| (Naeini et al. 2015)
  double brier = 0;  // mean over pictures of Σ over classes (p - y)² (Brier 1950)
  double nll = 0;    // mean of -log p(label), p at least 1e-7 (Keras's epsilon)
};

// `table` is (pictures, classes) probabilities; labels are classes.
Calibration calibration(std::span<const float> table, int64_t classes, std::span<const int32_t> labels, int bins = 15);

}  // namespace fovea
