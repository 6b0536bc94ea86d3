// What holds for every kernel on oneDNN: threads, and the CPU it names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>

#include <thread>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/cpu.h"
#include "fovea/kernels/dense.h"
#include "tests/kernels/buffers.h"

namespace fovea::kernels {
namespace {

constexpr ConvProblem kProblem{.n = 8, .ic = 16, .ih = 14, .iw = 14, .oc = 32, .oh = 12, .ow = 12, .kh = 3, .kw = 3};

// Forward and both backwards of a problem, with numbers of a seed: the bytes of all results.
std::vector<double> results(const ConvForward& forward, const ConvBackwardData& data,
                            const ConvBackwardWeights& weights, uint64_t seed) {
  const ConvProblem& p = kProblem;
  GuardedBuffer src = map_buffer(random_numbers(p.n * p.ih * p.iw * p.ic, seed), forward.src);
  GuardedBuffer w = weights_buffer(random_numbers(p.weights_shape().elements(), seed + 1), forward.weights);
  GuardedBuffer back_w = weights_buffer(random_numbers(p.weights_shape().elements(), seed + 1), data.weights);
  GuardedBuffer bias = plain_buffer(random_numbers(p.oc, seed + 2)), dst(forward.dst.bytes());
  GuardedBuffer diff_src(data.diff_src.bytes()), diff_w(weights.diff_weights.bytes());
  GuardedBuffer diff_bias(static_cast<size_t>(p.oc) * sizeof(float));
  run_kernel(*forward.kernel, {&src, &w, &bias, &dst}, {&dst});
  run_kernel(*data.kernel, {&dst, &back_w, &diff_src}, {&diff_src});
  run_kernel(*weights.kernel, {&src, &dst, &diff_w, &diff_bias}, {&diff_w, &diff_bias});
  std::vector<double> all;
  for (GuardedBuffer* buffer : {&dst, &diff_src, &diff_w, &diff_bias})
    all.insert(all.end(), buffer->data(), buffer->data() + buffer->count());
  return all;
}

struct Kernels {
  ConvForward forward = conv_forward(kProblem, {.relu = true});
  ConvBackwardData data = conv_backward_data(kProblem, forward.dst);
  ConvBackwardWeights weights = conv_backward_weights(kProblem, true, forward.src, forward.dst);
  std::vector<double> run(uint64_t seed) const { return results(forward, data, weights, seed); }
};

TEST(OneDnn, GivesTheSameBitsOnManyThreadsAtOnce) {
  const Kernels kernels;
  std::vector<std::vector<double>> expected(4), got(4);
  for (uint64_t t = 0; t < 4; ++t) expected[t] = kernels.run(10 * t);
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 5; ++round) got[t] = kernels.run(10 * t);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, expected);
}

TEST(OneDnn, GivesTheSameBitsWhateverOpenMpIsSetToAndLeavesThatAlone) {
  const Kernels kernels;
  const std::vector<double> expected = kernels.run(1);
  const int before = omp_get_max_threads();
  for (int threads : {1, 3, 8}) {
    omp_set_num_threads(threads);
    EXPECT_EQ(kernels.run(1), expected) << "run with " << threads;
    EXPECT_EQ(Kernels().run(1), expected) << "created and run with " << threads;
    EXPECT_EQ(omp_get_max_threads(), threads);
  }
  omp_set_num_threads(before);
}

TEST(OneDnn, NamesItsVersionAndInstructions) {
  EXPECT_THAT(library_version(), testing::ContainsRegex("^oneDNN [0-9]+\\.[0-9]+\\.[0-9]+$"));
  EXPECT_THAT(instruction_set(), testing::AnyOf(testing::StartsWith("AVX"), testing::StartsWith("SSE"), "generic"));
}

}  // namespace
}  // namespace fovea::kernels
