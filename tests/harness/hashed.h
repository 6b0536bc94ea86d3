// Numbers that tests and tools/golden_nets.py both compute, so that goldens need not hold weights and pictures: see
// tests/golden/README.md.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "fovea/model/model.h"
#include "fovea/train/examples.h"

namespace fovea::hashed {

inline uint64_t splitmix64(uint64_t x) {
  uint64_t z = x + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
// Number i of a stream.
inline uint64_t number(uint64_t stream, uint64_t i) { return splitmix64((stream << 32) + i + 1); }

inline constexpr uint64_t kSeed = 31;
inline constexpr uint64_t kPictures = 10000 * kSeed, kProbes = kPictures + 500, kLabels = kPictures + 1000;
inline constexpr uint64_t kBlocks = 2000;  // from a stream of pictures to that of its blocks

// Kernels uniform in Glorot's range, stream k for the k-th trainable weight; all else as it starts.
inline void set_weights(Model& model) {
  Parameters& parameters = model.parameters();
  uint64_t stream = 0;
  for (int p = 0; p < parameters.size(); ++p) {
    const Parameter& parameter = parameters[p];
    if (!parameter.spec.trainable) continue;
    const uint64_t k = stream++;
    if (parameter.spec.name != "kernel") continue;
    const Shape& shape = parameter.spec.shape;
    Array values(DType::f32, shape);
    const double window = static_cast<double>(shape.elements() / (shape[shape.rank() - 2] * shape.back()));
    const double limit = std::sqrt(6 / (window * static_cast<double>(shape[shape.rank() - 2]) + window * static_cast<double>(shape.back())));
    for (size_t i = 0; i < values.values<float>().size(); ++i)
      values.values<float>()[i] = static_cast<float>((2 * (static_cast<double>(number(k, i) >> 40) / (1 << 24)) - 1) * limit);
    parameters.set(p, values);
  }
}

// Pictures of 32x32x3: blocks of 8x8 pixels with noise, x / 255; and their labels.
inline ArrayExamples examples(uint64_t pictures, uint64_t labels, int64_t count) {
  Array array(DType::f32, {count, 32, 32, 3});
  const auto values = array.values<float>();
  for (uint64_t n = 0; n < static_cast<uint64_t>(count); ++n)
    for (uint64_t y = 0; y < 32; ++y)
      for (uint64_t x = 0; x < 32; ++x)
        for (uint64_t c = 0; c < 3; ++c) {
          const uint64_t noise = number(pictures, ((n * 32 + y) * 32 + x) * 3 + c) >> 56;
          const uint64_t block = number(pictures + kBlocks, ((n * 4 + y / 8) * 4 + x / 8) * 3 + c) >> 56;
          values[((n * 32 + y) * 32 + x) * 3 + c] = static_cast<float>((3 * block + noise) >> 2) / 255.0f;
        }
  std::vector<int32_t> classes;
  for (uint64_t n = 0; n < static_cast<uint64_t>(count); ++n) classes.push_back(static_cast<int32_t>((number(labels, n) >> 40) % 10));
  return ArrayExamples(std::move(array), std::move(classes), 10);
}

// The places of a tensor that a golden's digest holds.
inline std::vector<size_t> positions(size_t size) {
  std::vector<size_t> places;
  for (uint64_t i = 0; i < 32; ++i) places.push_back(static_cast<size_t>(splitmix64(i + 1) % size));
  return places;
}

}  // namespace fovea::hashed
