#include "fovea/data/statistics.h"

#include <cmath>
#include <set>
#include <tuple>

namespace fovea {

ChannelStatistics channel_statistics(const Split& split) {
  if (split.empty()) return {};
  const Shape shape = split.picture_shape();
  const auto channels = static_cast<size_t>(shape[2]);
  const int64_t pixels = shape[0] * shape[1];
  std::vector<double> sums(channels), squares(channels);
  const auto add = [&](const auto* picture, double scale) {
    for (size_t c = 0; c < channels; ++c) {
      double sum = 0, square = 0;
      for (int64_t p = 0; p < pixels; ++p) {
        const double x = static_cast<double>(picture[static_cast<size_t>(p) * channels + c]) * scale;
        sum += x;
        square += x * x;
      }
      sums[c] += sum;
      squares[c] += square;
    }
  };
  for (int64_t i = 0; i < split.size(); ++i) {
    if (split.dtype() == DType::u8)
      add(split.bytes(i), 1.0 / 255);
    else
      add(split.floats(i), 1.0);
  }
  ChannelStatistics result;
  const double count = static_cast<double>(split.size()) * static_cast<double>(pixels);
  for (size_t c = 0; c < channels; ++c) {
    const double mean = sums[c] / count;
    result.mean.push_back(mean);
    result.deviation.push_back(std::sqrt(std::max(squares[c] / count - mean * mean, 0.0)));
  }
  return result;
}

OwnSizes own_sizes(const Dataset& dataset) {
  OwnSizes result;
  result.channels.resize(4);
  std::set<std::tuple<int64_t, int64_t, int64_t>> sizes;  // pixels, height, width
  for (const SplitKind kind : kSplitKinds) {
    const Split& split = dataset.split(kind);
    for (int64_t i = 0; i < split.size(); ++i) {
      const PictureOrigin* origin = split.origin(i);
      if (origin == nullptr) return result;
      sizes.emplace(origin->height * origin->width, origin->height, origin->width);
      ++result.channels[static_cast<size_t>(origin->channels)];
    }
  }
  if (sizes.empty()) return result;
  const auto size_of = [](const auto& entry) { return PictureSize{std::get<1>(entry), std::get<2>(entry)}; };
  result.smallest = size_of(*sizes.begin());
  result.largest = size_of(*sizes.rbegin());
  result.different = static_cast<int64_t>(sizes.size());
  return result;
}

}  // namespace fovea
