// ZCA whitening (Krizhevsky 2009, "Learning multiple layers of features from tiny images", appendix A).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

// The symmetric matrix W, by which n centred rows of numbers lose their correlations: W = U · diag(sqrt(n) / (S +
// epsilon)) · Uᵀ with U and S from the thin singular value decomposition of the rows, transposed (Keras:
// legacy/preprocessing/image.py). Directions that fewer rows than numbers do not reach are left out; those of Keras are
// arbitrary there. Throws Error (failed) where there is none.
std::vector<float> zca_matrix(std::span<const float> rows, int64_t n, double epsilon);

}  // namespace fovea
