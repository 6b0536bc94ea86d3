// Noise by the book, one number at a time: what the loops must agree with.
#pragma once

#include "fovea/base/random.h"

namespace fovea::kernels {

// The normal number of an element: one of the four of counter element / 4.
inline float normal_ref(uint64_t seed, uint32_t stream, uint64_t epoch, uint64_t position, uint64_t element) {
  const uint64_t counter = element / 4;
  return normals(philox({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
                         static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32)},
                        random_key(seed, stream, epoch)))[element % 4];
}

}  // namespace fovea::kernels
