#include "fovea/data/mix.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

// The logarithm of a gamma variate (Marsaglia and Tsang 2000): those of small shapes are too small for a number.
double log_gamma_variate(double shape, RandomStream& random) {
  if (shape < 1) {
    const double larger = log_gamma_variate(shape + 1, random), u = 1 - random.unit_double();
    return larger + std::log(u) / shape;
  }
  const double d = shape - 1.0 / 3.0, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal(), v = std::pow(1 + c * x, 3), u = 1 - random.unit_double();
    if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

double symmetric_beta(double alpha, RandomStream& random) {
  const double a = log_gamma_variate(alpha, random), b = log_gamma_variate(alpha, random);
  return 1 / (1 + std::exp(b - a));
}

// A box of the partner's share around a random pixel, cut off at the edges.
Box box_of(double share, const Shape& shape, RandomStream& random) {
  const double side = std::sqrt(1 - share);
  const auto part = [&](int64_t length) {
    const auto size = static_cast<int64_t>(side * static_cast<double>(length));
    const auto middle = static_cast<int64_t>(random.below(static_cast<uint64_t>(length)));
    const int64_t first = std::max<int64_t>(middle - size / 2, 0);
    return std::pair{first, std::max<int64_t>(std::min(middle + size / 2, length) - first, 0)};
  };
  const auto [top, height] = part(shape[0]);
  const auto [left, width] = part(shape[1]);
  return {top, left, height, width};
}

}  // namespace

void check(const MixOptions& options, const std::string& where) {
  check_size(options.mixup, "mixup", where);
  check_size(options.cutmix, "cutmix", where);
}

Mix draw_mix(const MixOptions& options, int64_t pictures, const Shape& shape, RandomStream& random) {
  Mix mix{.partner = static_cast<int64_t>(random.below(static_cast<uint64_t>(pictures)))};
  const bool cut = options.cutmix > 0 && (options.mixup == 0 || (random.bits() & 1));
  mix.share = symmetric_beta(cut ? options.cutmix : options.mixup, random);
  if (cut) {
    mix.box = box_of(mix.share, shape, random);
    mix.share = 1 - static_cast<double>(mix.box->area()) / static_cast<double>(shape[0] * shape[1]);
  }
  return mix;
}

void apply_mix(const Mix& mix, const Shape& shape, const float* partner, float* dst) {
  if (!mix.box) {
    const auto own = static_cast<float>(mix.share), other = static_cast<float>(1 - mix.share);
    const int64_t count = shape.elements();
    for (int64_t i = 0; i < count; ++i) dst[i] = own * dst[i] + other * partner[i];
    return;
  }
  const Box& box = *mix.box;
  for (int64_t row = box.top; row < box.top + box.height; ++row) {
    const int64_t at = (row * shape[1] + box.left) * shape[2];
    std::copy(partner + at, partner + at + box.width * shape[2], dst + at);
  }
}

}  // namespace fovea
