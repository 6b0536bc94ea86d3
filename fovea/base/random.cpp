#include "fovea/base/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {

std::array<uint32_t, 2> random_key(uint64_t seed, uint32_t stream, uint64_t epoch) {
  const Philox4 mixed = philox({stream, static_cast<uint32_t>(epoch), static_cast<uint32_t>(epoch >> 32), 0x666f7665},
                               {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  return {mixed[0], mixed[1]};
}

std::array<float, 4> normals(const Philox4& words) {
  std::array<float, 4> numbers;
  for (size_t i = 0; i < 4; i += 2) {
    // (0, 1], so that the logarithm is finite.
    const double u = (static_cast<double>(words[i]) + 1) * 0x1p-32;
    const double angle = 2 * 3.14159265358979323846 * (static_cast<double>(words[i + 1]) * 0x1p-32);
    const double radius = std::sqrt(-2 * std::log(u));
    numbers[i] = static_cast<float>(radius * std::cos(angle));
    numbers[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
  return numbers;
}

RandomStream::RandomStream(uint64_t seed, uint32_t stream, uint64_t epoch, uint64_t position)
    : key_(random_key(seed, stream, epoch)),
      counter_{0, 0, static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32)} {}

uint32_t RandomStream::bits() {
  if (used_ == 4) {
    block_ = philox(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[static_cast<size_t>(used_++)];
}

double RandomStream::unit_double() {
  const uint64_t high = bits() >> 5, low = bits() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double RandomStream::normal() {
  const double u = 1.0 - unit_double(), v = unit_double();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * 3.14159265358979323846 * v);
}

uint64_t RandomStream::below(uint64_t bound) {
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    const uint64_t high = bits(), low = bits(), value = high << 32 | low;
    if (value < limit) return value % bound;
  }
}

std::vector<uint32_t> permutation(uint32_t n, uint64_t seed, uint32_t stream, uint64_t epoch) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  RandomStream random(seed, stream, epoch);
  for (uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

std::vector<uint32_t> weighted_draws(std::span<const float> weights, uint64_t seed, uint32_t stream, uint64_t epoch) {
  std::vector<double> sums(weights.size());
  double sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sums[i] = sum += static_cast<double>(weights[i]);
  // A product may round up to the sum itself: the last picture that has a weight is the last that is drawn.
  const auto last = std::lower_bound(sums.begin(), sums.end(), sum);
  RandomStream random(seed, stream, epoch);
  std::vector<uint32_t> order(weights.size());
  for (uint32_t& place : order)
    place = static_cast<uint32_t>(std::upper_bound(sums.begin(), last, random.unit_double() * sum) - sums.begin());
  return order;
}

}  // namespace fovea
