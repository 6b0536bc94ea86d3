// Batch normalisation in the pieces a tiled step needs. Statistics are over n, h, w, per channel; all per-channel
// arrays are plain floats, one a channel, padded with zeros to the layout's padded_channels().
//
// With biased variance var = M2 / count:  inv = 1 / sqrt(var + epsilon),  y = (x - mean) · gamma · inv + beta
// (Keras: batch_normalization.py). Backward, with x̂ = (x - mean) · inv over all `count` elements of a channel:
//   diff_beta = Σ dy,  diff_gamma = Σ dy · x̂,  dx = gamma · inv · (dy - diff_beta / count - x̂ · diff_gamma / count)
#pragma once

#include <limits>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// A tile's share: mean and M2 (sum of squared deviations from that mean), two passes over x, or better in accuracy.
// Arguments: src, moments (2 · padded channels: means, then M2s), scratch.
KernelPtr norm_moments(const Layout& src);

// Merges the tiles' moments in order of tile (Chan et al. 1983), in double, on one thread.
// `rows[i]` is the number of elements a channel of tile i. Arguments: the tiles' moments (rows.size() pointers),
// statistics (written: mean, inv, biased var; 3 · padded channels), scratch.
KernelPtr norm_merge(std::span<const int64_t> rows, int64_t padded_channels, int64_t channels, float epsilon);

// y = (x - mean) · inv · gamma + beta, then min(limit, max(0, ·)) where relu. May run in place (dst = src).
// Arguments: src, statistics, gamma (null: 1), beta (null: 0), dst, scratch.
KernelPtr norm_forward(const Layout& src, bool relu, float limit = std::numeric_limits<float>::infinity());

// A tile's share of diff_beta and diff_gamma. Arguments: src, statistics, diff_dst,
// sums (2 · padded channels: Σ dy, Σ dy · x̂), scratch.
KernelPtr norm_sums(const Layout& src);

// Adds the tiles' sums in order of tile. Arguments: the tiles' sums (`tiles` pointers), totals (2 · padded channels),
// scratch.
KernelPtr norm_total(int64_t tiles, int64_t padded_channels);

// dx as above, `count` elements a channel in the whole batch; with `fixed_statistics` (inference mode: moving
// statistics, no gradient through them) dx = gamma · inv · dy and src and totals may be null. May run in place (diff_src =
// diff_dst). Arguments: src, statistics, gamma (null: 1), totals, diff_dst, diff_src, scratch.
KernelPtr norm_backward(const Layout& src, int64_t count, bool fixed_statistics);

// statistics from moving mean and variance, for inference. Arguments: moving_mean, moving_variance, statistics,
// scratch.
KernelPtr norm_fixed_statistics(int64_t padded_channels, int64_t channels, float epsilon);

// statistics of Keras's Normalization: mean and inv = 1 / max(√variance, 1e-7); inverted, 0 and max(√variance, 1e-7), so
// that norm_forward with the mean as beta undoes it. Arguments: mean, variance, statistics, scratch.
KernelPtr norm_given_statistics(int64_t padded_channels, int64_t channels, bool inverted);

// moving ← moving · momentum + batch · (1 - momentum), for mean and (biased) variance.
// Arguments: statistics, moving_mean, moving_variance, scratch.
KernelPtr norm_update_moving(int64_t padded_channels, int64_t channels, double momentum);

}  // namespace fovea::kernels
