#include "fovea/kernels/eltwise.h"

#include "fovea/kernels/eltwise_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

const Activation kActivations[] = {Activation::linear,       Activation::relu,     Activation::sigmoid, Activation::tanh,
                                   Activation::elu,          Activation::selu,     Activation::hard_sigmoid,
                                   Activation::softplus,     Activation::silu,     Activation::hard_silu,
                                   Activation::mish,         Activation::gelu};

// What backward tells the derivative from.
const std::vector<double>& told_from(Activation activation, const std::vector<double>& src, const std::vector<double>& dst) {
  return derivative_from_output(activation) ? dst : src;
}

// Runs src -> dst, out of place and in place: both must give the same bits.
std::vector<double> apply(const KernelPtr& kernel, const Layout& layout, const std::vector<double>& src) {
  Map x(layout, src), y(layout);
  run_loop(kernel, {&x.buffer, &y.buffer});
  run_loop(kernel, {&x.buffer, &x.buffer});
  EXPECT_TRUE(same_bits(x.buffer, y.buffer)) << "in place";
  return y.read();
}

// The same for (values, diff_dst) -> diff_src, diff_src perhaps in the place of diff_dst.
std::vector<double> apply_backward(const KernelPtr& kernel, const Layout& layout, const std::vector<double>& values,
                                   const std::vector<double>& diff) {
  Map v(layout, values), dy(layout, diff), dx(layout);
  run_loop(kernel, {&v.buffer, &dy.buffer, &dx.buffer});
  run_loop(kernel, {&v.buffer, &dy.buffer, &dy.buffer});
  EXPECT_TRUE(same_bits(dy.buffer, dx.buffer)) << "in place";
  return dx.read();
}

template <class F>
std::vector<double> each(const std::vector<double>& src, F&& f) {
  std::vector<double> dst;
  for (const double x : src) dst.push_back(f(x));
  return dst;
}

std::vector<double> scaled(std::vector<double> numbers, double scale) {
  for (double& x : numbers) x *= scale;
  return numbers;
}

template <class F>
void for_layouts(F&& f) {
  for_instruction_sets([&] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) {
        SCOPED_TRACE(to_string(layout));
        f(layout, s.n * s.h * s.w * s.c);
      }
  });
}

TEST(Activation, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_layouts([](const Layout& layout, int64_t count) {
    const std::vector<double> src = scaled(random_numbers(count, 1), 8), diff = random_numbers(count, 2);
    for (const Activation activation : kActivations) {
      const std::vector<double> dst = apply(activation_forward(activation, layout), layout, src);
      expect_close(dst, each(src, [&](double x) { return activation_ref(activation, x); }), 3e-7, "forward");
      const std::vector<double>& values = told_from(activation, src, dst);
      std::vector<double> expected;
      for (size_t i = 0; i < dst.size(); ++i) expected.push_back(diff[i] * activation_slope_ref(activation, values[i]));
      expect_close(apply_backward(activation_backward(activation, layout), layout, values, diff), expected, 1e-6,
                   "backward");
    }
  });
}

TEST(Activation, BackwardIsTheDerivativeOfTheReference) {
  const std::vector<double> src = scaled(random_numbers(50, 3), 3), diff = random_numbers(50, 4);
  for (const Activation activation : kActivations) {
    const auto forward = [&](const std::vector<double>& x) {
      return each(x, [&](double at) { return activation_ref(activation, at); });
    };
    const std::vector<double> dst = forward(src), &values = told_from(activation, src, dst);
    std::vector<double> gradient;
    for (size_t i = 0; i < src.size(); ++i) gradient.push_back(diff[i] * activation_slope_ref(activation, values[i]));
    expect_close(gradient, numeric_gradient(forward, src, diff), 1e-6, "slope");
  }
}

TEST(Activation, IsRightAtTheEndsOfTheNumbers) {
  const std::vector<double> src = {0, -INFINITY, INFINITY, -100, 100, -20, 9, 3.2e38f, -3.2e38f};
  for_instruction_sets([&] {
    for (const Activation activation : kActivations) {
      const Layout layout = Layout::features(1, 9);
      const std::vector<double> dst = apply(activation_forward(activation, layout), layout, src);
      for (size_t i = 0; i < src.size(); ++i) {
        const double expected = activation_ref(activation, src[i]);
        if (std::isnan(expected)) continue;  // -inf · 0, as in Keras
        const double tolerance = std::isinf(expected) ? 0 : 3e-7 * std::max(1e-30, std::abs(expected));
        EXPECT_TRUE(dst[i] == expected || std::abs(dst[i] - expected) <= tolerance) << src[i] << " gives " << dst[i];
      }
      EXPECT_TRUE(
          std::isnan(apply(activation_forward(activation, Layout::features(1, 1)), Layout::features(1, 1), {NAN})[0]));
    }
  });
}

TEST(Activation, OfEluHasTheGivenDepth) {
  const Layout layout = Layout::features(1, 4);
  const std::vector<double> src = {-1, 0, 2, -50};
  for_instruction_sets([&] {
    const std::vector<double> dst = apply(activation_forward(Activation::elu, layout, .5f), layout, src);
    expect_close(dst, {.5 * std::expm1(-1), 0, 2, -.5}, 2e-7, "forward");
    expect_close(apply_backward(activation_backward(Activation::elu, layout, .5f), layout, dst, {1, 1, 1, 1}),
                 {.5 * std::exp(-1), .5, 1, 0}, 2e-7, "backward");
  });
}

// What Keras 3.15's ReLU layer and TensorFlow 2.21's GradientTape give.
TEST(Relu, IsAsKerasAtItsKinks) {
  struct Case {
    ReluProblem problem;
    std::vector<double> x, y, slope;
  };
  const Layout layout = Layout::features(1, 5);
  const std::vector<Case> cases = {
      {{.layout = layout}, {-1, 0, .5, 5, -INFINITY}, {0, 0, .5, 5, 0}, {0, 0, 1, 1, 0}},
      {{.layout = layout, .max_value = 6, .has_max = true}, {-1, 0, 5, 6, 7}, {0, 0, 5, 6, 6}, {0, 0, 1, 0, 0}},
      {{.layout = layout, .max_value = 4, .has_max = true}, {-1, 0, 3, 4, 5}, {0, 0, 3, 4, 4}, {0, 0, 1, 1, 0}},
      {{.layout = layout, .negative_slope = .25f}, {-1, 0, .5, 5, 6}, {-.25, 0, .5, 5, 6}, {.25, .25, 1, 1, 1}},
      {{.layout = layout, .threshold = 1}, {-1, .5, 1, 1.25, 6}, {0, 0, 0, 1.25, 6}, {0, 0, 0, 1, 1}},
      {{.layout = layout, .max_value = 6, .has_max = true, .negative_slope = .25f, .threshold = 1},
       {-1, 1, 1.25, 6, 7},
       {-.5, 0, 1.25, 6, 6},
       {.25, 0, 1, 1, 0}},
      {{.layout = layout, .max_value = 4, .has_max = true, .negative_slope = .25f},
       {-1, 0, .5, 4, 5},
       {-.25, 0, .5, 4, 4},
       {.25, 0, 1, 1, 0}},
      {{.layout = layout, .max_value = 2, .has_max = true, .negative_slope = .5f, .threshold = 3},
       {-1, 2, 2.5, 3, 3.25},
       {-2, -.5, -.25, 0, 2},
       {.5, .5, .5, 0, 0}},
      {{.layout = layout, .max_value = 0, .has_max = true, .negative_slope = .25f},
       {-1, 0, .5, 1, 3},
       {-.25, 0, 0, 0, 0},
       {.25, 0, 0, 0, 0}}};
  for_instruction_sets([&] {
    for (const Case& c : cases) {
      EXPECT_EQ(apply(relu_forward(c.problem), layout, c.x), c.y);
      EXPECT_EQ(apply_backward(relu_backward(c.problem), layout, c.x, std::vector<double>(5, 1)), c.slope);
      EXPECT_EQ(
          each(c.x, [&](double x) { return c.problem.negative_slope == 0 && x < 0 ? 0 : relu_ref(c.problem, x); }),
          c.y);
      EXPECT_EQ(each(c.x, [&](double x) { return relu_slope_ref(c.problem, x); }), c.slope);
      EXPECT_TRUE(std::isnan(apply(relu_forward(c.problem), layout, {NAN, 0, 0, 0, 0})[0]));
    }
  });
}

TEST(Relu, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_layouts([](const Layout& layout, int64_t count) {
    const std::vector<double> src = scaled(random_numbers(count, 5), 8), diff = random_numbers(count, 6);
    for (const bool has_max : {false, true})
      for (const float threshold : {0.0f, 1.5f}) {
        const ReluProblem p{layout, 4, has_max, .125f, threshold};
        expect_close(apply(relu_forward(p), layout, src), each(src, [&](double x) { return relu_ref(p, x); }), 1e-6,
                     "forward");
        std::vector<double> expected;
        for (size_t i = 0; i < src.size(); ++i) expected.push_back(diff[i] * relu_slope_ref(p, src[i]));
        expect_close(apply_backward(relu_backward(p), layout, src, diff), expected, 1e-6, "backward");
      }
  });
}

TEST(ReluDeathTest, RefusesANegativeThreshold) {
  EXPECT_DEATH(relu_forward({.layout = Layout::features(1, 1), .threshold = -1}), "Keras refuses a threshold below 0");
}

TEST(Softmax, AgreesWithTheReferenceInEveryLayout) {
  for_layouts([](const Layout& layout, int64_t count) {
    const std::vector<double> src = scaled(random_numbers(count, 7), 10), diff = random_numbers(count, 8);
    const size_t c = static_cast<size_t>(layout.c);
    const auto forward = [&](const std::vector<double>& x) {
      std::vector<double> dst;
      for (size_t row = 0; row < x.size(); row += c)
        for (const double p :
             softmax_ref<double>({x.begin() + static_cast<long>(row), x.begin() + static_cast<long>(row + c)}))
          dst.push_back(p);
      return dst;
    };
    const std::vector<double> dst = apply(softmax_forward(layout), layout, src);
    expect_close(dst, forward(src), 1e-6, "forward");
    if (count > 200) return;
    expect_close(apply_backward(softmax_backward(layout), layout, forward(src), diff),
                 numeric_gradient(forward, src, diff), 1e-6, "backward");
  });
}

TEST(Softmax, TakesTheMaximumAwayFirst) {
  const Layout layout = Layout::features(2, 3);
  const std::vector<double> dst = apply(softmax_forward(layout), layout, {2, 1, .1f, 1000, 1000, -1000});
  const double expected[] = {.65900111, .24243295, .09856590, .5, .5, 0};
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(dst[i], expected[i], 1e-7);
}

TEST(Affine, ScalesAndShiftsInEveryLayoutAndInstructionSet) {
  for_layouts([](const Layout& layout, int64_t count) {
    const std::vector<double> src = random_numbers(count, 9);
    expect_close(apply(affine(layout, 2.5f, -1), layout, src), each(src, [](double x) { return 2.5 * x - 1; }), 2e-7,
                 "affine");
  });
}

TEST(Add, SumsItsInputsInOrder) {
  for_layouts([](const Layout& layout, int64_t count) {
    const std::vector<double> a = random_numbers(count, 10), b = random_numbers(count, 11),
                              c = random_numbers(count, 12);
    Map x(layout, a), y(layout, b), z(layout, c), one(layout), two(layout), three(layout);
    std::vector<double> two_ref, three_ref;
    for (size_t i = 0; i < a.size(); ++i) {
      const float sum = static_cast<float>(a[i]) + static_cast<float>(b[i]);
      two_ref.push_back(sum), three_ref.push_back(sum + static_cast<float>(c[i]));
    }
    run_loop(add(layout, 1), {&x.buffer, &one.buffer});
    run_loop(add(layout, 2), {&x.buffer, &y.buffer, &two.buffer});
    run_loop(add(layout, 3), {&x.buffer, &y.buffer, &z.buffer, &three.buffer});
    EXPECT_EQ(one.read(), a);
    EXPECT_EQ(two.read(), two_ref);
    EXPECT_EQ(three.read(), three_ref);
    run_loop(add(layout, 3), {&x.buffer, &y.buffer, &z.buffer, &x.buffer});
    EXPECT_EQ(x.read(), three_ref);
  });
}

TEST(Accumulate, AddsToWhatIsThere) {
  for (const size_t count : {0, 1, 3, 7, 8, 9, 64, 1001}) {
    GuardedBuffer src = floats_buffer(std::vector<double>(count, 2)),
                  acc = floats_buffer(std::vector<double>(count, 1));
    run_loop(accumulate(static_cast<int64_t>(count)), {&src, &acc});
    EXPECT_EQ(values_of(acc), std::vector<double>(count, 3));
  }
}

TEST(Loop, NamesTheInstructionSetItWasCompiledFor) {
  const std::string best = hwy::TargetName(hwy::SupportedAndGeneratedTargets().front());
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());  // asking for targets forgets what was limited
  EXPECT_EQ(activation_forward(Activation::relu, Layout::features(1, 8))->implementation(), "loop:" + best);
}

TEST(LoopDeathTest, RefusesAMissingArgument) {
  float x = 0;
  void* const arguments[] = {&x, nullptr};
  EXPECT_DEATH(activation_forward(Activation::relu, Layout::features(1, 1))->bind(arguments, 0), "as many arguments");
}

}  // namespace
}  // namespace fovea::kernels
