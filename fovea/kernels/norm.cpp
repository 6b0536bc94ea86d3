// The kernels of normalisation: those over tiles, with their scratch, and the small ones over channels alone.
#include "fovea/kernels/norm.h"

#include <cmath>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/norm_loops.h"

namespace fovea::kernels {
namespace {

struct ChannelsProblem {
  std::vector<int64_t> rows;  // elements a channel of each tile (merge)
  int64_t tiles = 0, padded = 0, channels = 0;
  double epsilon = 0, momentum = 0;
  bool inverted = false;
};

// statistics: mean, inv, biased variance.
void write_statistics(const ChannelsProblem& p, int64_t c, double mean, double variance, float* statistics) {
  statistics[c] = static_cast<float>(mean);
  statistics[p.padded + c] = static_cast<float>(1 / std::sqrt(variance + p.epsilon));
  statistics[2 * p.padded + c] = static_cast<float>(variance);
}

void merge(const ChannelsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  float* statistics = arguments.out(p.rows.size());
  std::fill(statistics, statistics + 3 * p.padded, 0.0f);
  for (int64_t c = 0; c < p.channels; ++c) {
    double seen = 0, mean = 0, m2 = 0;
    for (size_t tile = 0; tile < p.rows.size(); ++tile) {
      const float* moments = arguments.in(tile);
      const double count = static_cast<double>(p.rows[tile]), share = count / (seen + count);
      const double delta = moments[c] - mean;
      m2 += moments[p.padded + c] + delta * delta * seen * share;
      mean += delta * share;
      seen += count;
    }
    write_statistics(p, c, mean, m2 / seen, statistics);
  }
}

void total(const ChannelsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  float* totals = arguments.out(static_cast<size_t>(p.tiles));
  for (int64_t c = 0; c < 2 * p.padded; ++c) {
    double sum = 0;
    for (int64_t tile = 0; tile < p.tiles; ++tile) sum += arguments.in(static_cast<size_t>(tile))[c];
    totals[c] = static_cast<float>(sum);
  }
}

void fixed_statistics(const ChannelsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* mean = arguments.in(0);
  const float* variance = arguments.in(1);
  float* statistics = arguments.out(2);
  std::fill(statistics, statistics + 3 * p.padded, 0.0f);
  for (int64_t c = 0; c < p.channels; ++c) write_statistics(p, c, mean[c], variance[c], statistics);
}

void given_statistics(const ChannelsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* mean = arguments.in(0);
  const float* variance = arguments.in(1);
  float* statistics = arguments.out(2);
  std::fill(statistics, statistics + 3 * p.padded, 0.0f);
  for (int64_t c = 0; c < p.channels; ++c) {
    const float deviation = std::max(std::sqrt(variance[c]), 1e-7f);
    statistics[c] = p.inverted ? 0 : mean[c];
    statistics[p.padded + c] = p.inverted ? deviation : 1 / deviation;
    statistics[2 * p.padded + c] = variance[c];
  }
}

void update_moving(const ChannelsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* mean = arguments.in(0);
  const float* variance = mean + 2 * p.padded;
  float* moving_mean = arguments.out(1);
  float* moving_variance = arguments.out(2);
  const float keep = static_cast<float>(p.momentum), take = static_cast<float>(1 - p.momentum);
  for (int64_t c = 0; c < p.channels; ++c) {
    moving_mean[c] = moving_mean[c] * keep + mean[c] * take;
    moving_variance[c] = moving_variance[c] * keep + variance[c] * take;
  }
}

}  // namespace

KernelPtr norm_moments(const Layout& src) {
  const ChannelMaps maps(src);
  const size_t scratch = static_cast<size_t>(maps.padded_channels()) * 2 * sizeof(double) +
                         static_cast<size_t>(maps.block) * 3 * sizeof(float);
  return make_loop_kernel(src, norm_moments_loop(), 3, scratch);
}

KernelPtr norm_forward(const Layout& src, bool relu, float limit) {
  const size_t scratch = static_cast<size_t>(ChannelMaps(src).padded_channels()) * 3 * sizeof(float);
  return make_loop_kernel(NormForwardProblem{src, relu, limit}, norm_forward_loop(), 6, scratch);
}

KernelPtr norm_sums(const Layout& src) {
  const ChannelMaps maps(src);
  const size_t scratch = static_cast<size_t>(maps.padded_channels()) * 2 * sizeof(double) +
                         static_cast<size_t>(maps.block) * 2 * sizeof(float);
  return make_loop_kernel(src, norm_sums_loop(), 5, scratch);
}

KernelPtr norm_backward(const Layout& src, int64_t count, bool fixed) {
  assert((fixed || count > 0) && "a batch has elements");
  const size_t scratch = static_cast<size_t>(ChannelMaps(src).padded_channels()) * 4 * sizeof(float);
  return make_loop_kernel(NormBackwardProblem{src, static_cast<double>(count), fixed}, norm_backward_loop(), 7,
                          scratch);
}

KernelPtr norm_merge(std::span<const int64_t> rows, int64_t padded_channels, int64_t channels, float epsilon) {
  assert(!rows.empty() && padded_channels >= channels && "tiles to merge");
  for (const int64_t count : rows) assert(count > 0 && "a tile has elements"), (void)count;
  ChannelsProblem problem{.rows = {rows.begin(), rows.end()}, .padded = padded_channels, .channels = channels};
  problem.epsilon = epsilon;
  return make_loop_kernel(problem, Loop<ChannelsProblem>{merge}, rows.size() + 2);
}

KernelPtr norm_total(int64_t tiles, int64_t padded_channels) {
  return make_loop_kernel(ChannelsProblem{.rows = {}, .tiles = tiles, .padded = padded_channels},
                          Loop<ChannelsProblem>{total}, static_cast<size_t>(tiles) + 2);
}

KernelPtr norm_fixed_statistics(int64_t padded_channels, int64_t channels, float epsilon) {
  ChannelsProblem problem{.rows = {}, .padded = padded_channels, .channels = channels, .epsilon = epsilon};
  return make_loop_kernel(problem, Loop<ChannelsProblem>{fixed_statistics}, 4);
}

KernelPtr norm_given_statistics(int64_t padded_channels, int64_t channels, bool inverted) {
  ChannelsProblem problem{.rows = {}, .padded = padded_channels, .channels = channels, .inverted = inverted};
  return make_loop_kernel(problem, Loop<ChannelsProblem>{given_statistics}, 4);
}

KernelPtr norm_update_moving(int64_t padded_channels, int64_t channels, double momentum) {
  ChannelsProblem problem{.rows = {}, .padded = padded_channels, .channels = channels, .momentum = momentum};
  return make_loop_kernel(problem, Loop<ChannelsProblem>{update_moving}, 4);
}

}  // namespace fovea::kernels
