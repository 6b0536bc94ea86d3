// The first values of weights (Keras: initializers/random_initializers.py): the same distributions, from our own streams.
#pragma once

#include <span>
#include <string>

#include "fovea/base/fields.h"
#include "fovea/tensor/shape.h"

namespace fovea {

enum class InitializerKind {
  zeros, ones, constant,
  glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal,
  random_uniform, random_normal, truncated_normal, variance_scaling
};

// What variance_scaling divides by, and draws from: uniformly, from a normal cut at two deviations, or from a whole one.
enum class Fan { fan_in, fan_out, fan_avg };
enum class Distribution { uniform, truncated_normal, untruncated_normal };

struct Initializer {
  InitializerKind kind = InitializerKind::glorot_uniform;
  double value = 0;                      // constant
  double minval = -0.05, maxval = 0.05;  // random_uniform
  double mean = 0, stddev = 0.05;        // random_normal, truncated_normal (cut at two deviations)
  double scale = 1;                      // variance_scaling
  Fan mode = Fan::fan_in;
  Distribution distribution = Distribution::truncated_normal;

  Initializer() = default;
  Initializer(InitializerKind k) : kind(k) {}  // NOLINT: a kind stands for itself with its defaults

  // Fans as Keras counts them: (in, out) of a matrix, (kh · kw · in, kh · kw · out) of a convolution, n of a vector.
  // The numbers depend on (seed, stream) alone.
  void fill(const Shape& shape, uint64_t seed, uint64_t stream, std::span<float> values) const;
};
void read_field(const Json& json, Initializer& value, const std::string& where);
Json write_field(const Initializer& value);

}  // namespace fovea
