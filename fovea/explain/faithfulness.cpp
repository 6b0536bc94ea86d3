#include "fovea/explain/faithfulness.h"

#include <algorithm>
#include <cmath>

namespace fovea::explain {
namespace {

std::vector<double> gaussian(double deviation) {
  const auto radius = static_cast<int64_t>(std::ceil(2 * deviation));
  std::vector<double> weights;
  double sum = 0;
  for (int64_t i = -radius; i <= radius; ++i) {
    weights.push_back(std::exp(-static_cast<double>(i * i) / (2 * deviation * deviation)));
    sum += weights.back();
  }
  for (double& w : weights) w /= sum;
  return weights;
}

// From `begin` to `end` in steps, pixel after pixel in the map's order.
Curve changed(Network& network, std::span<const float> begin, std::span<const float> end, const Map& map, int class_index, int64_t steps) {
  const std::vector<int64_t> order = ranked(map);
  const auto channels = static_cast<size_t>(network.picture_shape()[2]), classes = static_cast<size_t>(network.classes());
  std::vector<float> now(begin.begin(), begin.end()), pictures;
  Curve curve;
  size_t done = 0;
  for (int64_t step = 0; step <= steps; ++step) {
    const size_t wanted = order.size() * static_cast<size_t>(step) / static_cast<size_t>(steps);
    for (; done < wanted; ++done) {
      const size_t at = static_cast<size_t>(order[done]) * channels;
      std::copy_n(end.begin() + static_cast<std::ptrdiff_t>(at), channels, now.begin() + static_cast<std::ptrdiff_t>(at));
    }
    pictures.insert(pictures.end(), now.begin(), now.end());
  }
  const std::vector<float> probabilities = network.probabilities(pictures);
  for (size_t i = static_cast<size_t>(class_index); i < probabilities.size(); i += classes) curve.probabilities.push_back(probabilities[i]);
  for (size_t i = 1; i < curve.probabilities.size(); ++i)
    curve.area += (curve.probabilities[i - 1] + curve.probabilities[i]) / 2 / static_cast<double>(steps);
  return curve;
}

}  // namespace

std::vector<float> blurred(std::span<const float> picture, const Shape& shape, double deviation) {
  const std::vector<double> weights = gaussian(deviation);
  const auto radius = static_cast<int64_t>(weights.size() / 2);
  const int64_t height = shape[0], width = shape[1], channels = shape[2];
  // One axis after the other; the edge's pixels go on beyond it.
  std::vector<float> rows(picture.size()), result(picture.size());
  const auto blur = [&](std::span<const float> src, std::vector<float>& dst, bool down) {
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x)
        for (int64_t c = 0; c < channels; ++c) {
          double sum = 0;
          for (int64_t i = -radius; i <= radius; ++i) {
            const int64_t sy = down ? std::clamp<int64_t>(y + i, 0, height - 1) : y, sx = down ? x : std::clamp<int64_t>(x + i, 0, width - 1);
            sum += weights[static_cast<size_t>(i + radius)] * static_cast<double>(src[static_cast<size_t>((sy * width + sx) * channels + c)]);
          }
          dst[static_cast<size_t>((y * width + x) * channels + c)] = static_cast<float>(sum);
        }
  };
  blur(picture, rows, true);
  blur(rows, result, false);
  return result;
}

Curve deletion(Network& network, std::span<const float> picture, std::span<const float> other, const Map& map, int class_index,
               int64_t steps) {
  return changed(network, picture, other, map, class_index, steps);
}

Curve insertion(Network& network, std::span<const float> picture, std::span<const float> other, const Map& map, int class_index,
                int64_t steps) {
  return changed(network, other, picture, map, class_index, steps);
}

double average_drop(Network& network, std::span<const float> picture, const Map& map, int class_index) {
  const Map mask = normalised(map);
  const auto channels = static_cast<size_t>(network.picture_shape()[2]), classes = static_cast<size_t>(network.classes());
  std::vector<float> both(picture.begin(), picture.end());
  for (size_t i = 0; i < picture.size(); ++i) both.push_back(picture[i] * mask.values[i / channels]);
  const std::vector<float> probabilities = network.probabilities(both);
  const double whole = probabilities[static_cast<size_t>(class_index)], seen = probabilities[classes + static_cast<size_t>(class_index)];
  return whole > 0 ? std::max(0.0, whole - seen) / whole : 0;
}

}  // namespace fovea::explain
