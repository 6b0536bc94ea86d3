// What Keras's ImageDataGenerator does to every picture, random or not: rescaled, then centred and scaled by the
// picture's own numbers, by those of many pictures, or whitened.
//
//   rescale · x → samplewise (x - mean) / (std + 1e-6) → featurewise, by channel → ZCA whitening of the whole picture
//
// It changes what a model sees, so it has to be done to the pictures of training and of use alike.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fovea/tensor/array.h"

namespace fovea {

struct StandardizeOptions {
  std::optional<double> rescale = {};
  bool samplewise_center = false, samplewise_std_normalization = false;
  bool featurewise_center = false, featurewise_std_normalization = false;
  bool zca_whitening = false;
  double zca_epsilon = 1e-6;

  template <class Visitor>
  void fields(Visitor& v) {
    v("rescale", rescale);
    v("samplewise_center", samplewise_center);
    v("samplewise_std_normalization", samplewise_std_normalization);
    v("featurewise_center", featurewise_center);
    v("featurewise_std_normalization", featurewise_std_normalization);
    v("zca_whitening", zca_whitening);
    v("zca_epsilon", zca_epsilon);
  }
};

// What is found in the pictures of training.
struct StandardizeStatistics {
  std::vector<float> mean, deviation;  // by channel
  std::vector<float> whitening;        // (h · w · c) squared, symmetric
};

class Standardize {
 public:
  // As Keras: a deviation asked for asks for its mean too, and whitening for the mean of the pictures alone.
  // Throws Error (usage) for whitening of pictures of more than kMostWhitened numbers.
  Standardize(StandardizeOptions options, const Shape& picture);
  // With statistics that were found before. Throws Error (file) naming `where` for those that cannot be.
  Standardize(StandardizeOptions options, const Shape& picture, StandardizeStatistics statistics, const std::string& where);

  static constexpr int64_t kMostWhitened = 4096;  // its square are the numbers of the matrix

  const StandardizeOptions& options() const { return options_; }
  const StandardizeStatistics& statistics() const { return statistics_; }
  bool needs_fit() const { return options_.featurewise_center; }

  // Finds mean, deviation and whitening of pictures (n, h, w, c) as float32. Throws Error (usage) where their shape is
  // another, Error (failed) where whitening has no solution.
  void fit(const Array& pictures);
  // The same of n pictures, each asked for twice: `read` gives the numbers of the i-th.
  void fit(int64_t n, const std::function<void(int64_t i, float* dst)>& read);

  // In place; may be called by several threads. Throws Error (usage) before a fit that is needed.
  void apply(float* picture) const;

 private:
  StandardizeOptions options_;
  Shape shape_;
  bool fitted_ = false;
  StandardizeStatistics statistics_;
};

}  // namespace fovea
