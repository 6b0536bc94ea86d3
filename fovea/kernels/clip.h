// How Keras keeps probabilities off 0 and 1 before it takes their logarithm (backend.epsilon()).
#pragma once

namespace fovea::kernels {

constexpr float kLowest = 1e-7f, kHighest = 1.0f - 1e-7f;

inline float clip(float p) { return p < kLowest ? kLowest : p > kHighest ? kHighest : p; }  // a NaN stays
inline bool is_clipped(float p) { return p < kLowest || p > kHighest; }

}  // namespace fovea::kernels
