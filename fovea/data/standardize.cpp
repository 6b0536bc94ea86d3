#include "fovea/data/standardize.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
  if (options_.zca_whitening && shape_.elements() > kMostWhitened)
    throw usage_error("zca_whitening", "is for smaller pictures (got {} numbers, expected at most {})", shape_.elements(),
                      kMostWhitened);
}

Standardize::Standardize(StandardizeOptions options, const Shape& picture, StandardizeStatistics statistics,
                         const std::string& where)
    : Standardize(options, picture) {
  statistics_ = std::move(statistics);
  fitted_ = true;
  const auto count = static_cast<size_t>(shape_.elements());
  const auto check = [&](const char* name, const std::vector<float>& numbers, size_t wanted, float least) {
    if (numbers.size() != wanted)
      throw file_error(where, "{} cannot be (got {} numbers, expected {})", name, numbers.size(), wanted);
    for (const float x : numbers)
      if (!std::isfinite(x) || x < least) throw file_error(where, "{} cannot be (got {})", name, x);
  };
  const size_t channels = options_.featurewise_center ? static_cast<size_t>(shape_[2]) : 0;
  check("mean", statistics_.mean, channels, -std::numeric_limits<float>::max());
  check("deviation", statistics_.deviation, channels, kLeast);
  check("whitening", statistics_.whitening, options_.zca_whitening ? count * count : 0, -std::numeric_limits<float>::max());
}

void Standardize::fit(const Array& pictures) {
  const Shape& whole = pictures.shape();
  const bool fits = pictures.dtype() == DType::f32 && whole.rank() == 4 && whole[0] > 0 && whole[1] == shape_[0] &&
                    whole[2] == shape_[1] && whole[3] == shape_[2];
  if (!fits)
    throw usage_error("standardize", "cannot be fitted to these (got {} {}, expected float32 pictures of {})",
                      to_string(pictures.dtype()), to_string(whole), to_string(shape_));
  fit(whole[0], [&](int64_t i, float* dst) {
    std::copy_n(pictures.values<float>().data() + i * shape_.elements(), shape_.elements(), dst);
  });
}

void Standardize::fit(int64_t n, const std::function<void(int64_t i, float* dst)>& read) {
  fitted_ = true;
  if (!options_.featurewise_center) return;
  const auto count = static_cast<size_t>(shape_.elements()), channels = static_cast<size_t>(shape_[2]);
  std::vector<float> picture(count), centred;
  const auto read_rescaled = [&](int64_t i) {
    read(i, picture.data());
    if (options_.rescale)
      for (float& x : picture) x *= static_cast<float>(*options_.rescale);
  };
  const double all = static_cast<double>(n) * static_cast<double>(count / channels);  // numbers of a channel
  std::vector<double> sums(channels), squares(channels);
  for (int64_t i = 0; i < n; ++i) {
    read_rescaled(i);
    for (size_t k = 0; k < count; ++k) sums[k % channels] += picture[k];
  }
  auto& [mean, deviation, whitening] = statistics_;
  mean.resize(channels);
  for (size_t c = 0; c < channels; ++c) mean[c] = static_cast<float>(sums[c] / all);
  deviation.assign(channels, 1);
  if (!options_.featurewise_std_normalization && !options_.zca_whitening) return;
  for (int64_t i = 0; i < n; ++i) {
    read_rescaled(i);
    for (size_t k = 0; k < count; ++k) {
      picture[k] -= mean[k % channels];
      squares[k % channels] += static_cast<double>(picture[k]) * picture[k];
    }
    if (options_.zca_whitening) centred.insert(centred.end(), picture.begin(), picture.end());
  }
  if (options_.featurewise_std_normalization)
    for (size_t c = 0; c < channels; ++c) deviation[c] = static_cast<float>(std::sqrt(squares[c] / all)) + kLeast;
  if (options_.zca_whitening) whitening = zca_matrix(centred, n, options_.zca_epsilon);
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
  for (size_t i = 0; i < count; ++i) picture[i] = (picture[i] - statistics_.mean[i % channels]) / statistics_.deviation[i % channels];
  if (!options_.zca_whitening) return;
  thread_local std::vector<float> white;
  white.assign(count, 0);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = 0; j < count; ++j) white[j] += picture[i] * statistics_.whitening[i * count + j];
  std::copy(white.begin(), white.end(), picture);
}

}  // namespace fovea
