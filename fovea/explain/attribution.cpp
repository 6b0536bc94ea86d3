// Attributions: how much each pixel, all its colours together, speaks for the class.
#include <algorithm>
#include <cmath>

#include "fovea/base/random.h"
#include "fovea/explain/methods.h"

namespace fovea::explain {
namespace {

constexpr double kComplete = 0.01;

int64_t channels_of(const Subject& s) { return s.network.picture_shape()[2]; }

// Of each pixel's numbers: combine(so far, number), from 0.
template <class Combine>
Map per_pixel(const Subject& s, const std::vector<float>& numbers, Combine&& combine) {
  Map map(s.network.picture_shape()[0], s.network.picture_shape()[1]);
  for (size_t i = 0; i < numbers.size(); ++i) {
    float& pixel = map.values[i / static_cast<size_t>(channels_of(s))];
    pixel = combine(pixel, numbers[i]);
  }
  return map;
}

Map largest_of(const Subject& s, const std::vector<float>& numbers) {
  return per_pixel(s, numbers, [](float most, float x) { return std::max(most, std::abs(x)); });
}
Map sum_of(const Subject& s, const std::vector<float>& numbers) {
  return per_pixel(s, numbers, [](float sum, float x) { return sum + x; });
}

std::vector<float> gradient(const Subject& s, bool guided = false) {
  return s.network.input_gradients(s.picture, std::vector<int>{s.class_index}, guided);
}

// The mean of the gradients at `count` pictures, which draw(i, dst) makes.
template <class Draw>
std::vector<double> mean_gradient(const Subject& s, int64_t count, Draw&& draw) {
  std::vector<double> mean(s.picture.size());
  for (int64_t first = 0; first < count; first += s.network.batch()) {
    const int64_t rows = std::min(s.network.batch(), count - first);
    std::vector<float> pictures(static_cast<size_t>(rows) * s.picture.size());
    for (int64_t i = 0; i < rows; ++i) draw(first + i, pictures.data() + static_cast<size_t>(i) * s.picture.size());
    const std::vector<float> gradients = s.network.input_gradients(pictures, std::vector<int>(static_cast<size_t>(rows), s.class_index));
    for (size_t i = 0; i < gradients.size(); ++i) mean[i % mean.size()] += static_cast<double>(gradients[i]) / static_cast<double>(count);
  }
  return mean;
}

}  // namespace

// How fast the target changes with a pixel.
Map saliency(const Subject& s) { return largest_of(s, gradient(s)); }

Map gradient_x_input(const Subject& s) {
  std::vector<float> numbers = gradient(s);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] *= s.picture[i];
  return sum_of(s, numbers);
}

// The saliency of a mean gradient: of copies of the picture with noise on them.
Map smooth_grad(const Subject& s) {
  const auto [least, most] = std::minmax_element(s.picture.begin(), s.picture.end());
  const double deviation = s.options.noise * static_cast<double>(*most - *least);
  const std::vector<double> mean = mean_gradient(s, s.options.samples, [&](int64_t copy, float* dst) {
    RandomStream random(s.options.seed, purpose::kSample, 0, static_cast<uint64_t>(copy));
    for (const float x : s.picture) *dst++ = x + static_cast<float>(deviation * random.normal());
  });
  return largest_of(s, {mean.begin(), mean.end()});
}

// The gradient's mean over the straight way from a picture of zeros, times the picture: its numbers add up to the
// difference of the two targets, as nearly as the way has points (Sundararajan et al. 2017, completeness).
Map integrated_gradients(const Subject& s) {
  const std::vector<float> zeros(s.picture.size());
  const double difference = s.value - s.network.values(zeros, std::vector<int>{s.class_index})[0];
  for (int64_t steps = s.options.steps;; steps *= 2) {
    const std::vector<double> mean = mean_gradient(s, steps, [&](int64_t step, float* dst) {
      const float share = (static_cast<float>(step) + 0.5f) / static_cast<float>(steps);
      for (const float x : s.picture) *dst++ = x * share;
    });
    std::vector<float> numbers;
    double sum = 0;
    for (size_t i = 0; i < mean.size(); ++i) {
      sum += mean[i] * static_cast<double>(s.picture[i]);
      numbers.push_back(static_cast<float>(mean[i] * static_cast<double>(s.picture[i])));
    }
    if (std::abs(sum - difference) <= kComplete * std::abs(difference) || 2 * steps > s.options.most_steps) return sum_of(s, numbers);
  }
}

// The gradient where, on its way back, it was cut at 0 behind every ReLU.
Map guided_backpropagation(const Subject& s) { return largest_of(s, gradient(s, true)); }

// How much the target falls where a patch covers the picture: of each pixel, the mean over the patches that cover it.
Map occlusion(const Subject& s) {
  const Shape& shape = s.network.picture_shape();
  const int64_t height = shape[0], width = shape[1], channels = shape[2];
  const int64_t side = std::min(height, width);
  const int64_t patch = std::min(s.options.patch > 0 ? s.options.patch : std::max<int64_t>(side / 4, 1), side);
  const int64_t stride = std::min(s.options.stride > 0 ? s.options.stride : std::max<int64_t>(patch / 2, 1), patch);
  const auto places = [&](int64_t size) {
    std::vector<int64_t> at;
    for (int64_t i = 0; i < size - patch; i += stride) at.push_back(i);
    at.push_back(size - patch);
    return at;
  };
  std::vector<std::pair<int64_t, int64_t>> corners;
  for (const int64_t y : places(height))
    for (const int64_t x : places(width)) corners.emplace_back(y, x);
  const auto for_covered = [&](const std::pair<int64_t, int64_t>& corner, auto&& f) {
    for (int64_t y = corner.first; y < corner.first + patch; ++y)
      for (int64_t x = corner.second; x < corner.second + patch; ++x) f(static_cast<size_t>(y * width + x));
  };
  std::vector<double> falls(static_cast<size_t>(height * width)), covered(falls.size());
  const auto batch = static_cast<size_t>(s.network.batch());
  for (size_t first = 0; first < corners.size(); first += batch) {
    const size_t rows = std::min(batch, corners.size() - first);
    std::vector<float> pictures;
    for (size_t i = 0; i < rows; ++i) {
      pictures.insert(pictures.end(), s.picture.begin(), s.picture.end());
      float* copy = pictures.data() + i * s.picture.size();
      for_covered(corners[first + i], [&](size_t pixel) { std::fill_n(copy + pixel * static_cast<size_t>(channels), channels, s.options.fill); });
    }
    const std::vector<double> values = s.network.values(pictures, std::vector<int>(rows, s.class_index));
    for (size_t i = 0; i < rows; ++i)
      for_covered(corners[first + i], [&](size_t pixel) { falls[pixel] += s.value - values[i], covered[pixel] += 1; });
  }
  Map map(height, width);
  for (size_t i = 0; i < falls.size(); ++i) map.values[i] = static_cast<float>(falls[i] / covered[i]);
  return map;
}

}  // namespace fovea::explain
