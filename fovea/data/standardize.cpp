#include "fovea/data/standardize.h"

#include <cmath>

#include "fovea/base/error.h"
#include "fovea/data/whitening.h"

namespace fovea {
namespace {

constexpr float kLeast = 1e-6f;  // Keras adds it to deviations

}  // namespace

Standardize::Standardize(StandardizeOptions options, const Shape& picture) : options_(options), shape_(picture) {
  if (options_.zca_whitening) {
    options_.featurewise_center = true;
    options_.featurewise_std_normalization = false;
  }
  options_.featurewise_center |= options_.featurewise_std_normalization;
  options_.samplewise_center |= options_.samplewise_std_normalization;
}

void Standardize::fit(const Array& pictures) {
  const Shape& whole = pictures.shape();
  const bool fits = pictures.dtype() == DType::f32 && whole.rank() == 4 && whole[0] > 0 && whole[1] == shape_[0] &&
                    whole[2] == shape_[1] && whole[3] == shape_[2];
  if (!fits)
    throw usage_error("standardize", "cannot be fitted to these (got {} {}, expected float32 pictures of {})",
                      to_string(pictures.dtype()), to_string(whole), to_string(shape_));
  fitted_ = true;
  if (!options_.featurewise_center) return;
  const auto channels = static_cast<size_t>(shape_[2]);
  std::vector<float> numbers(pictures.values<float>().begin(), pictures.values<float>().end());
  if (options_.rescale)
    for (float& x : numbers) x *= static_cast<float>(*options_.rescale);
  const double count = static_cast<double>(numbers.size() / channels);
  std::vector<double> sums(channels), squares(channels);
  for (size_t i = 0; i < numbers.size(); ++i) sums[i % channels] += numbers[i];
  mean_.resize(channels);
  for (size_t c = 0; c < channels; ++c) mean_[c] = static_cast<float>(sums[c] / count);
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] -= mean_[i % channels];
    squares[i % channels] += static_cast<double>(numbers[i]) * numbers[i];
  }
  deviation_.assign(channels, 1);
  if (options_.featurewise_std_normalization)
    for (size_t c = 0; c < channels; ++c) deviation_[c] = static_cast<float>(std::sqrt(squares[c] / count)) + kLeast;
  if (options_.zca_whitening) whitening_ = zca_matrix(numbers, whole[0], options_.zca_epsilon);
}

void Standardize::apply(float* picture) const {
  if (needs_fit() && !fitted_)
    throw usage_error("standardize", "featurewise statistics have to be fitted first (got none)");
  const auto count = static_cast<size_t>(shape_.elements()), channels = static_cast<size_t>(shape_[2]);
  if (options_.rescale)
    for (size_t i = 0; i < count; ++i) picture[i] *= static_cast<float>(*options_.rescale);
  if (options_.samplewise_center) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; ++i) sum += picture[i];
    const auto mean = static_cast<float>(sum / static_cast<double>(count));
    for (size_t i = 0; i < count; ++i) {
      picture[i] -= mean;
      squares += static_cast<double>(picture[i]) * picture[i];
    }
    if (options_.samplewise_std_normalization) {
      const auto deviation = static_cast<float>(std::sqrt(squares / static_cast<double>(count))) + kLeast;
      for (size_t i = 0; i < count; ++i) picture[i] /= deviation;
    }
  }
  if (!options_.featurewise_center) return;
  for (size_t i = 0; i < count; ++i) picture[i] = (picture[i] - mean_[i % channels]) / deviation_[i % channels];
  if (!options_.zca_whitening) return;
  thread_local std::vector<float> white;
  white.assign(count, 0);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = 0; j < count; ++j) white[j] += picture[i] * whitening_[i * count + j];
  std::copy(white.begin(), white.end(), picture);
}

}  // namespace fovea
