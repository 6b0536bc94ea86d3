#include "fovea/kernels/picture_norm.h"

#include "fovea/kernels/picture_norm_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

using Numbers = std::vector<double>;

// What comes of a problem, in double; without gamma and beta where these are empty.
struct Truth {
  PictureNormProblem p;
  Numbers src, gamma, beta, diff_dst;

  explicit Truth(const PictureNormProblem& problem, double middle = 0.5) : p(problem) {
    const int64_t numbers = p.src.n * p.src.h * p.src.w * p.src.c;
    src = random_numbers(numbers, 1);
    for (double& x : src) x = static_cast<float>(middle + 2 * x);
    gamma = random_numbers(picture_norm_size(p, p.weighted), 2);
    beta = random_numbers(picture_norm_size(p, p.weighted), 3);
    diff_dst = random_numbers(numbers, 4);
  }
  static const double* or_null(const Numbers& values) { return values.empty() ? nullptr : values.data(); }

  Numbers dst(const Numbers& x, const Numbers& g, bool relu) const {
    Numbers sum(2 * src.size()), y(src.size());
    picture_norm_forward_ref(p, x.data(), or_null(g), or_null(beta), relu, sum.data(), y.data());
    return y;
  }
  struct Gradients {
    Numbers src, gamma, beta;
  };
  Gradients gradients() const {
    const auto weights = static_cast<size_t>(picture_norm_size(p, p.weighted));
    Gradients g{Numbers(src.size()), Numbers(weights), Numbers(weights)};
    Numbers sum(4 * src.size() + 2 * weights);
    picture_norm_backward_ref(p, src.data(), or_null(gamma), diff_dst.data(), sum.data(), g.src.data(), g.gamma.data(),
                              g.beta.data());
    return g;
  }
};

void check(const Truth& truth) {
  const PictureNormProblem& p = truth.p;
  SCOPED_TRACE(to_string(p.src) + " groups " + std::to_string(p.groups) + (p.rms ? " rms" : ""));
  Map x(p.src, truth.src), dy(p.src, truth.diff_dst);
  GuardedBuffer gamma = floats_buffer(truth.gamma), beta = floats_buffer(truth.beta);
  GuardedBuffer statistics(picture_norm_statistics_bytes(p));
  GuardedBuffer* g = truth.gamma.empty() ? nullptr : &gamma;
  GuardedBuffer* b = truth.beta.empty() ? nullptr : &beta;
  for (const bool relu : {true, false}) {
    Map y(p.src);
    run_loop(picture_norm_forward(p, relu), {&x.buffer, g, b, &y.buffer, &statistics});
    expect_close(y.read(), truth.dst(truth.src, truth.gamma, relu), 4e-6, "forward");
  }
  const Truth::Gradients expected = truth.gradients();
  Map dx(p.src);
  GuardedBuffer diff_gamma(expected.gamma.size() * sizeof(float)), diff_beta(expected.beta.size() * sizeof(float));
  const KernelPtr backward = picture_norm_backward(p);
  run_loop(backward, {&x.buffer, &statistics, g, &dy.buffer, &dx.buffer, &diff_gamma, &diff_beta});
  expect_close(dx.read(), expected.src, 1e-5, "diff_src");
  expect_close(values_of(diff_gamma), expected.gamma, 2e-5, "diff_gamma");
  expect_close(values_of(diff_beta), expected.beta, 1e-5, "diff_beta");
  // Each result alone.
  Map alone(p.src);
  run_loop(backward, {&x.buffer, &statistics, g, &dy.buffer, &alone.buffer, nullptr, nullptr});
  EXPECT_TRUE(same_bits(alone.buffer, dx.buffer));
  GuardedBuffer beta_alone(expected.beta.size() * sizeof(float));
  run_loop(backward, {&x.buffer, &statistics, g, &dy.buffer, nullptr, nullptr, &beta_alone});
  EXPECT_TRUE(same_bits(beta_alone, diff_beta));
}

void check_bare(Truth truth) {
  truth.gamma.clear();
  truth.beta.clear();
  check(truth);
}

TEST(PictureNorm, OfChannelsAgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) {
        check(Truth({.src = layout}));
        check_bare(Truth({.src = layout, .epsilon = 1e-2f, .rms = true}));
      }
    check(Truth({.src = Layout::blocked(2, 20, 20, 12, 8)}));
    check(Truth({.src = Layout::features(3, 9001)}));
  });
}

TEST(PictureNorm, OfGroupsAgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c))
        for (const int64_t groups : {int64_t{1}, s.c % 2 == 0 ? s.c / 2 : int64_t{1}, s.c}) {
          check(Truth({.src = layout, .groups = groups, .together = {true, true, false, true}}));
          check_bare(Truth({.src = layout, .groups = groups, .together = {true, true, false, true}}));
        }
    check(Truth({.src = Layout::blocked(2, 20, 20, 12, 8), .groups = 3, .together = {true, true, false, true}}));
  });
}

TEST(PictureNorm, OfAnyAxesAgreesWithTheReference) {
  for (int axes = 1; axes < 8; ++axes) {
    const bool h = (axes & 1) != 0, w = (axes & 2) != 0, c = (axes & 4) != 0;
    for (const bool rms : {false, true})
      check(Truth({.src = Layout::plain(3, 4, 5, 6), .together = {h, w, false, c}, .weighted = {h, w, c, c}, .rms = rms}));
  }
}

TEST(PictureNorm, BackwardIsTheDerivativeOfTheReference) {
  for (const bool rms : {false, true}) {
    const Truth truth({.src = Layout::plain(2, 1, 3, 4), .groups = rms ? 1 : 2, .together = {false, true, false, true}, .rms = rms});
    const auto gradients = truth.gradients();
    const auto in_src = [&](const Numbers& x) { return truth.dst(x, truth.gamma, false); };
    const auto in_gamma = [&](const Numbers& g) { return truth.dst(truth.src, g, false); };
    expect_close(gradients.src, numeric_gradient(in_src, truth.src, truth.diff_dst), 1e-6, "src");
    expect_close(gradients.gamma, numeric_gradient(in_gamma, truth.gamma, truth.diff_dst), 1e-6, "gamma");
  }
}

TEST(PictureNorm, StaysAccurateFarFromZero) {
  check(Truth({.src = Layout::blocked(1, 40, 40, 8, 8), .groups = 2, .together = {true, true, false, true}}, 64));
  check(Truth({.src = Layout::features(2, 5000)}, 64));
}

}  // namespace
}  // namespace fovea::kernels
