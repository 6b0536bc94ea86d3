#include "fovea/kernels/conv.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "fovea/base/error.h"
#include "fovea/kernels/conv_ref.h"
#include "fovea/kernels/conv_tries.h"
#include "fovea/kernels/winograd_loops.h"
#include "tests/harness/problems.h"
#include "tests/kernels/buffers.h"

namespace fovea::kernels {
namespace {

using Numbers = std::vector<double>;

Layout src_layout(const ConvProblem& p, int64_t block) { return Layout::blocked(p.n, p.ih, p.iw, p.ic, block); }
Layout dst_layout(const ConvProblem& p, int64_t block) { return Layout::blocked(p.n, p.oh, p.ow, p.oc, block); }

// Numbers of a problem (nhwc, Keras's order), and what becomes of them, in double.
struct Truth {
  explicit Truth(const ConvProblem& p)
      : src(random_numbers(p.n * p.ih * p.iw * p.ic, 1)),
        weights(random_numbers(p.weights_shape().elements(), 2)),
        bias(random_numbers(p.oc, 3)),
        diff_dst(random_numbers(p.n * p.oh * p.ow * p.oc, 4)),
        product(diff_dst.size()),
        diff_src(src.size()),
        diff_weights(weights.size()),
        diff_bias(bias.size()) {
    Numbers sum(std::max({src.size(), weights.size() + bias.size(), diff_dst.size()}));
    const double* none = nullptr;
    conv_forward_ref(p, src.data(), weights.data(), none, false, sum.data(), product.data());
    conv_backward_data_ref(p, diff_dst.data(), weights.data(), sum.data(), diff_src.data());
    conv_backward_weights_ref(p, src.data(), diff_dst.data(), sum.data(), diff_weights.data(), diff_bias.data());
  }
  Numbers dst(bool with_bias, bool relu) const {
    Numbers numbers = product;
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (with_bias) numbers[i] += bias[i % bias.size()];
      if (relu) numbers[i] = std::max(0.0, numbers[i]);
    }
    return numbers;
  }

  Numbers src, weights, bias, diff_dst;
  Numbers product, diff_src, diff_weights, diff_bias;
};

void check_forward(const ConvProblem& p, const Truth& truth, const ConvForwardOptions& options,
                   const std::string& what) {
  const ConvForward conv = conv_forward(p, options);
  GuardedBuffer src = map_buffer(truth.src, conv.src), weights = weights_buffer(truth.weights, conv.weights);
  GuardedBuffer bias = plain_buffer(truth.bias), dst(conv.dst.bytes());
  run_kernel(*conv.kernel, {&src, &weights, options.bias ? &bias : nullptr, &dst}, {&dst});
  expect_near(read_map(conv.dst, dst.data()), truth.dst(options.bias, options.relu), p.kh * p.kw * p.ic / p.groups,
              what + " forward " + conv.kernel->implementation(), rounding_of(conv.kernel->implementation()));
}

void check_backward_data(const ConvProblem& p, const Truth& truth, std::optional<Layout> diff_dst_layout,
                         const std::string& what) {
  const ConvBackwardData conv = conv_backward_data(p, diff_dst_layout);
  GuardedBuffer diff_dst = map_buffer(truth.diff_dst, conv.diff_dst);
  GuardedBuffer weights = weights_buffer(truth.weights, conv.weights), diff_src(conv.diff_src.bytes());
  run_kernel(*conv.kernel, {&diff_dst, &weights, &diff_src}, {&diff_src});
  expect_near(read_map(conv.diff_src, diff_src.data()), truth.diff_src, p.kh * p.kw * p.oc / p.groups,
              what + " backward data " + conv.kernel->implementation(), rounding_of(conv.kernel->implementation()));
}

void check_backward_weights(const ConvProblem& p, const Truth& truth, bool bias, const ConvBackwardWeights& conv,
                            const std::string& what) {
  GuardedBuffer src = map_buffer(truth.src, conv.src), diff_dst = map_buffer(truth.diff_dst, conv.diff_dst);
  GuardedBuffer diff_weights(conv.diff_weights.bytes()), diff_bias(static_cast<size_t>(p.oc) * sizeof(float));
  std::vector<GuardedBuffer*> written = {&diff_weights};
  if (bias) written.push_back(&diff_bias);
  run_kernel(*conv.kernel, {&src, &diff_dst, &diff_weights, bias ? &diff_bias : nullptr}, written);
  const std::string name = what + " backward weights " + conv.kernel->implementation();
  expect_near(read_weights(conv.diff_weights, diff_weights), truth.diff_weights, p.n * p.oh * p.ow, name,
              rounding_of(conv.kernel->implementation()));
  if (bias)
    expect_near({diff_bias.data(), diff_bias.data() + p.oc}, truth.diff_bias, p.n * p.oh * p.ow, name + " bias");
}

TEST(Conv, GivesWhatAPersonComputes) {
  // A 2x2 kernel (1 2; 3 4) over the picture (1 2 3; 4 5 6; 7 8 9), plus 10.
  const ConvProblem p{.n = 1, .ic = 1, .ih = 3, .iw = 3, .oc = 1, .oh = 2, .ow = 2, .kh = 2, .kw = 2};
  const ConvForward conv = conv_forward(p);
  GuardedBuffer src = map_buffer({1, 2, 3, 4, 5, 6, 7, 8, 9}, conv.src), bias = plain_buffer({10});
  GuardedBuffer weights = weights_buffer({1, 2, 3, 4}, conv.weights), dst(conv.dst.bytes());
  run_kernel(*conv.kernel, {&src, &weights, &bias, &dst}, {&dst});
  EXPECT_EQ(read_map(conv.dst, dst.data()), (Numbers{47, 57, 77, 87}));
}

void check_all(const ConvProblem& p, const Truth& truth, const std::string& what) {
  for (bool bias : {true, false})
    for (bool relu : {true, false})
      check_forward(p, truth, {.bias = bias, .relu = relu}, what);
  check_backward_data(p, truth, {}, what);
  for (bool bias : {true, false})
    check_backward_weights(p, truth, bias, conv_backward_weights(p, bias), what);
}

TEST(Conv, AgreesWithTheReference) {
  for (const Problem& problem : problems("conv")) {
    ConvProblem p = conv_problem(problem);
    const Truth truth(p);
    check_all(p, truth, problem.line);
    p.training = true;
    check_all(p, truth, problem.line + " in training");
  }
}

TEST(Conv, CutsMapsOf5x5KernelsIntoLargerTilesInTraining) {
  ConvProblem p{.n = 8, .ic = 32, .ih = 14, .iw = 14, .oc = 64, .oh = 10, .ow = 10, .kh = 5, .kw = 5};
  const ConvForward inference = conv_forward(p);
  if (inference.kernel->implementation().find("winograd") == std::string::npos || winograd_lanes_of_cpu() < 8)
    GTEST_SKIP() << "this CPU has no fused additions";
  p.training = true;
  const ConvForward training = conv_forward(p);
  EXPECT_EQ(training.weights.bytes(), inference.weights.bytes() / 36 * 64);
  EXPECT_TRUE(training.kernel->implementation().starts_with("winograd8x8:")) << training.kernel->implementation();
  // Tiles of 4x4 would hang over the border of a map of 2x2.
  p.ih = p.iw = 6;
  p.oh = p.ow = 2;
  const ConvForward of_small = conv_forward(p);
  EXPECT_EQ(of_small.weights.bytes(), inference.weights.bytes()) << of_small.kernel->implementation();
}

TEST(Conv, IsCutIntoSharesThatWriteTheWhole) {
  int cut = 0;
  for (const char* name : {"conv", "depthwise"})
    for (const Problem& problem : problems(name)) {
      ConvProblem p = conv_problem(problem);
      p.n = 1;
      const Truth truth(p);
      const ConvForward conv = conv_forward(p, {.relu = true});
      for (int count : {2, 3}) {
        const std::vector<Share> shares = conv.kernel->shares(count);
        if (shares.empty()) continue;
        ++cut;
        GuardedBuffer src = map_buffer(truth.src, conv.src), weights = weights_buffer(truth.weights, conv.weights), bias = plain_buffer(truth.bias);
        GuardedBuffer together(conv.dst.bytes());
        for (const Share& share : shares) {
          GuardedBuffer scratch(share.kernel->scratch_bytes());
          std::vector<void*> pointers = {src.data(), weights.data(), bias.data(), together.data()};
          for (size_t a = 0; a < pointers.size(); ++a) pointers[a] = static_cast<char*>(pointers[a]) + share.offsets[a];
          pointers.push_back(scratch.data());
          share.kernel->bind(pointers, 0)->run({});
        }
        expect_near(read_map(conv.dst, together.data()), truth.dst(true, true), p.kh * p.kw * p.ic / p.groups,
                    problem.line + " in " + std::to_string(shares.size()));
      }
    }
  EXPECT_GT(cut, 10);
}

TEST(Conv, AgreesWithTheReferenceInEveryLayoutInsistedOn) {
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    const Truth truth(p);
    const WeightsLayout picked = conv_forward(p).weights.home();
    for (int64_t block : {int64_t{1}, int64_t{8}, int64_t{16}, int64_t{0}}) {
      const Layout src = src_layout(p, block ? block : p.ic), dst = dst_layout(p, block ? block : p.oc);
      const std::string what = problem.line + " block " + std::to_string(block);
      check_forward(p, truth, {.src = src}, what);
      check_backward_data(p, truth, dst, what);
      check_backward_weights(p, truth, true, conv_backward_weights(p, true, src, dst), what);
      check_backward_weights(p, truth, true, conv_backward_weights(p, true, src, dst, picked), what + " given weights");
    }
    for (const WeightsLayout& weights :
         {picked, WeightsLayout::plain(p.weights_shape()), conv_backward_data(p).weights.home()}) {
      check_forward(p, truth, {.weights = weights}, problem.line + " weights " + weights.name());
      check_backward_weights(p, truth, false, conv_backward_weights(p, false, {}, {}, weights),
                             problem.line + " weights " + weights.name());
    }
  }
}

// The picker's own choice is tested above; here are the kernels it did not choose.
TEST(Conv, AgreesWithTheReferenceByEveryKernelOfBackwardByWeights) {
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    const Truth truth(p);
    std::vector<std::string> refused;
    bool direct = false;
    for (bool bias : {true, false})
      for (int64_t block : {int64_t{8}, int64_t{16}, int64_t{0}}) {
        const ConvWeightsWishes wishes{.bias = bias,
                                       .src = src_layout(p, block ? block : p.ic),
                                       .diff_dst = dst_layout(p, block ? block : p.oc),
                                       .diff_weights = conv_forward(p).weights.home()};
        const std::string what = problem.line + " block " + std::to_string(block);
        if (const auto conv = library_backward_weights(p, wishes, refused, direct))
          check_backward_weights(p, truth, bias, *conv, what);
        if (const auto conv = loop_backward_weights(p, wishes, refused))
          check_backward_weights(p, truth, bias, *conv, what);
      }
  }
}

TEST(Conv, AgreesWithTheReferenceWhereThatServes) {
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    if (p.n * p.oh * p.ow * p.oc * p.kh * p.kw * p.ic / p.groups > 2'000'000) continue;  // slow
    const Truth truth(p);
    GuardedBuffer src = plain_buffer(truth.src), weights = plain_buffer(truth.weights), bias = plain_buffer(truth.bias);
    GuardedBuffer dst(truth.product.size() * sizeof(float)), diff_src(truth.src.size() * sizeof(float));
    GuardedBuffer diff_dst = plain_buffer(truth.diff_dst), diff_weights(truth.weights.size() * sizeof(float));
    GuardedBuffer diff_bias(truth.bias.size() * sizeof(float));
    run_kernel(*conv_forward_ref_kernel(p, true, std::numeric_limits<float>::infinity()), {&src, &weights, &bias, &dst}, {&dst});
    run_kernel(*conv_backward_data_ref_kernel(p), {&diff_dst, &weights, &diff_src}, {&diff_src});
    run_kernel(*conv_backward_weights_ref_kernel(p), {&src, &diff_dst, &diff_weights, &diff_bias},
               {&diff_weights, &diff_bias});
    expect_near(all_of(dst), truth.dst(true, true), 50, problem.line);
    expect_near(all_of(diff_src), truth.diff_src, 50, problem.line);
    expect_near(all_of(diff_weights), truth.diff_weights, 50, problem.line);
    expect_near(all_of(diff_bias), truth.diff_bias, 50, problem.line);
  }
}

TEST(Conv, NeverPicksASlowReferenceForTheSharedProblems) {
  for (const Problem& problem : problems("conv")) {
    const ConvProblem p = conv_problem(problem);
    EXPECT_FALSE(conv_forward(p).kernel->implementation().starts_with("ref")) << problem.line;
    EXPECT_FALSE(conv_backward_data(p).kernel->implementation().starts_with("ref")) << problem.line;
    EXPECT_FALSE(conv_backward_weights(p, true).kernel->implementation().starts_with("ref")) << problem.line;
  }
}

TEST(Conv, RefusesSizesThatDoNotFit) {
  const ConvProblem p{.ic = 1, .ih = 4, .iw = 4, .oc = 1, .oh = 3, .ow = 2, .kh = 3, .kw = 3};
  try {
    conv_forward(p);
    FAIL() << "4 rows under 3 give 2, not 3";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "convolution: 4x4 maps under a 3x3 kernel do not become 3x2");
  }
}

}  // namespace
}  // namespace fovea::kernels
