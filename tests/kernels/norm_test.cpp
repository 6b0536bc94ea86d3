#include "fovea/kernels/norm.h"

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/norm_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

constexpr double kEpsilon = 1e-3f;

// `values`, one a channel, padded with zeros as the layout's channels are.
GuardedBuffer channels_of(const Layout& layout, const std::vector<double>& values) {
  std::vector<double> padded = values;
  padded.resize(static_cast<size_t>(ChannelMaps(layout).padded_channels()));
  return floats_buffer(padded);
}

// Mean, inv and variance of a map, through moments and merge.
GuardedBuffer statistics_of(Map& x) {
  const int64_t padded = ChannelMaps(x.layout).padded_channels();
  GuardedBuffer moments(static_cast<size_t>(2 * padded) * sizeof(float));
  GuardedBuffer statistics(static_cast<size_t>(3 * padded) * sizeof(float));
  run_loop(norm_moments(x.layout), {&x.buffer, &moments});
  const std::vector<int64_t> rows = {x.layout.n * x.layout.h * x.layout.w};
  run_loop(norm_merge(rows, padded, x.layout.c, static_cast<float>(kEpsilon)), {&moments, &statistics});
  return statistics;
}

std::vector<double> random_around(int64_t count, uint64_t seed, double middle, double deviation) {
  std::vector<double> numbers = random_numbers(count, seed);
  for (double& x : numbers) x = static_cast<float>(middle + deviation * x);
  return numbers;
}

void check(const Layout& layout) {
  SCOPED_TRACE(to_string(layout));
  const size_t channels = static_cast<size_t>(layout.c);
  const int64_t rows = layout.n * layout.h * layout.w, padded = ChannelMaps(layout).padded_channels();
  const std::vector<double> src = random_around(rows * layout.c, 1, 0.5, 2);
  const std::vector<double> gamma = random_around(layout.c, 2, 1, 0.5), beta = random_around(layout.c, 3, 0, 1);
  const std::vector<double> diff = random_numbers(rows * layout.c, 4);
  const NormStatisticsRef<double> reference = norm_statistics_ref(src, channels);

  Map x(layout, src), y(layout), dy(layout, diff), dx(layout);
  GuardedBuffer statistics = statistics_of(x), g = channels_of(layout, gamma), b = channels_of(layout, beta);
  for (size_t c = 0; c < static_cast<size_t>(padded); ++c) {
    const size_t stride = static_cast<size_t>(padded);
    const double mean = c < channels ? reference.mean[c] : 0, variance = c < channels ? reference.variance[c] : 0;
    EXPECT_NEAR(statistics.data()[c], mean, 1e-6) << "mean";
    EXPECT_NEAR(statistics.data()[stride + c], c < channels ? 1 / std::sqrt(variance + kEpsilon) : 0,
                1e-6 / std::sqrt(variance + kEpsilon))
        << "inv";
    EXPECT_NEAR(statistics.data()[2 * stride + c], variance, 1e-6 * std::max(1.0, variance)) << "variance";
  }

  const std::vector<double> dst_ref = norm_forward_ref(src, reference, gamma, beta, kEpsilon);
  run_loop(norm_forward(layout, false), {&x.buffer, &statistics, &g, &b, &y.buffer});
  expect_close(y.read(), dst_ref, 4e-6, "forward");
  Map in_place(layout, src);
  run_loop(norm_forward(layout, false), {&in_place.buffer, &statistics, &g, &b, &in_place.buffer});
  EXPECT_TRUE(same_bits(in_place.buffer, y.buffer));
  std::vector<double> relu_ref = dst_ref;
  for (double& value : relu_ref) value = std::max(value, 0.0);
  run_loop(norm_forward(layout, true), {&x.buffer, &statistics, &g, &b, &y.buffer});
  expect_close(y.read(), relu_ref, 4e-6, "forward with relu");
  run_loop(norm_forward(layout, false), {&x.buffer, &statistics, nullptr, nullptr, &y.buffer});
  expect_close(
      y.read(),
      norm_forward_ref(src, reference, std::vector<double>(channels, 1), std::vector<double>(channels, 0), kEpsilon),
      4e-6, "without gamma and beta");

  const double tolerance = 1e-6 * std::sqrt(static_cast<double>(rows)) + 2e-6;
  const auto gradients = norm_backward_ref(src, reference, gamma, diff, kEpsilon, true);
  GuardedBuffer sums(static_cast<size_t>(2 * padded) * sizeof(float)), totals(sums.count() * sizeof(float));
  run_loop(norm_sums(layout), {&x.buffer, &statistics, &dy.buffer, &sums});
  run_loop(norm_total(1, padded), {&sums, &totals});
  EXPECT_TRUE(same_bits(sums, totals));
  std::vector<double> expected = gradients.beta;
  expected.resize(static_cast<size_t>(padded));
  expected.insert(expected.end(), gradients.gamma.begin(), gradients.gamma.end());
  expected.resize(static_cast<size_t>(2 * padded));
  expect_close(values_of(totals), expected, tolerance, "sums");
  run_loop(norm_backward(layout, rows, false), {&x.buffer, &statistics, &g, &totals, &dy.buffer, &dx.buffer});
  expect_close(dx.read(), gradients.src, tolerance, "backward");
  Map dy_in_place(layout, diff);
  run_loop(norm_backward(layout, rows, false),
           {&x.buffer, &statistics, &g, &totals, &dy_in_place.buffer, &dy_in_place.buffer});
  EXPECT_TRUE(same_bits(dy_in_place.buffer, dx.buffer));
  run_loop(norm_backward(layout, rows, true), {&x.buffer, &statistics, &g, nullptr, &dy.buffer, &dx.buffer});
  expect_close(dx.read(), norm_backward_ref(src, reference, gamma, diff, kEpsilon, false).src, 1e-5, "fixed backward");
}

TEST(Norm, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) check(layout);
    for (const Layout& layout : layouts_of(2, 30, 30, 12)) check(layout);
    check(Layout::features(32, 512));
  });
}

TEST(Norm, BackwardIsTheDerivativeOfTheReference) {
  const std::vector<double> src = random_numbers(24, 5), gamma = {0.5, -2, 1.5}, beta = {1, 0, -1};
  const std::vector<double> diff = random_numbers(24, 6);
  const auto forward = [&](const std::vector<double>& x) {
    return norm_forward_ref(x, norm_statistics_ref(x, 3), gamma, beta, kEpsilon);
  };
  const auto gradients = norm_backward_ref(src, norm_statistics_ref(src, 3), gamma, diff, kEpsilon, true);
  expect_close(gradients.src, numeric_gradient(forward, src, diff), 1e-6, "through the statistics");
  const auto in_gamma = [&](const std::vector<double>& g) {
    return norm_forward_ref(src, norm_statistics_ref(src, 3), g, beta, kEpsilon);
  };
  expect_close(gradients.gamma, numeric_gradient(in_gamma, gamma, diff), 1e-6, "gamma");
}

// Rows (1,2) (3,6) (5,4) (7,8): means 4 and 5, variances 5 and 5.
TEST(Norm, NormalisesFourRowsAsKerasDoes) {
  const Layout layout = Layout::features(4, 2);
  Map x(layout, {1, 2, 3, 6, 5, 4, 7, 8}), y(layout);
  GuardedBuffer statistics = statistics_of(x);
  EXPECT_EQ(statistics.data()[0], 4);
  EXPECT_EQ(statistics.data()[1], 5);
  EXPECT_EQ(statistics.data()[4], 5);
  run_loop(norm_forward(layout, false), {&x.buffer, &statistics, nullptr, nullptr, &y.buffer});
  for (const auto& [at, value] : {std::pair<size_t, double>{0, -1.34150660}, {2, -.44716886}, {4, .44716886}})
    EXPECT_NEAR(y.buffer.data()[at], value, 2e-7);

  GuardedBuffer moving_mean = floats_buffer({0, 0}), moving_variance = floats_buffer({1, 1});
  run_loop(norm_update_moving(2, 2, 0.99), {&statistics, &moving_mean, &moving_variance});
  EXPECT_FLOAT_EQ(moving_mean.data()[0], 0.04f);
  EXPECT_FLOAT_EQ(moving_mean.data()[1], 0.05f);
  EXPECT_FLOAT_EQ(moving_variance.data()[0], 1.04f);
  GuardedBuffer fixed(6 * sizeof(float));
  run_loop(norm_fixed_statistics(2, 2, 1e-3f), {&moving_mean, &moving_variance, &fixed});
  EXPECT_FLOAT_EQ(fixed.data()[0], 0.04f);
  EXPECT_FLOAT_EQ(fixed.data()[2], static_cast<float>(1 / std::sqrt(1.04 + 1e-3)));
  EXPECT_FLOAT_EQ(fixed.data()[4], 1.04f);
}

TEST(Norm, MergesTilesOfDifferentSizesIntoTheStatisticsOfTheBatch) {
  const std::vector<double> src = random_around(11 * 6 * 6 * 10, 7, 3, 1);
  const std::vector<int64_t> pictures = {4, 4, 2, 1};
  std::vector<GuardedBuffer> moments;
  std::vector<int64_t> rows;
  size_t at = 0;
  for (const int64_t n : pictures) {
    const size_t count = static_cast<size_t>(n * 6 * 6 * 10);
    Map x(Layout::blocked(n, 6, 6, 10, 8),
          {src.begin() + static_cast<long>(at), src.begin() + static_cast<long>(at + count)});
    moments.emplace_back(32 * sizeof(float));
    run_loop(norm_moments(x.layout), {&x.buffer, &moments.back()});
    rows.push_back(n * 6 * 6);
    at += count;
  }
  GuardedBuffer statistics(48 * sizeof(float));
  run_loop(norm_merge(rows, 16, 10, 1e-3f), {&moments[0], &moments[1], &moments[2], &moments[3], &statistics});
  const NormStatisticsRef<double> reference = norm_statistics_ref(src, 10);
  for (size_t c = 0; c < 16; ++c) {
    EXPECT_NEAR(statistics.data()[c], c < 10 ? reference.mean[c] : 0, 1e-6);
    EXPECT_NEAR(statistics.data()[32 + c], c < 10 ? reference.variance[c] : 0, 1e-6);
    EXPECT_EQ(statistics.data()[16 + c] == 0, c >= 10);
  }
}

TEST(Norm, AddsTheSumsOfTiles) {
  GuardedBuffer a = floats_buffer({1, 2}), b = floats_buffer({10, 20}), c = floats_buffer({100, 200});
  GuardedBuffer totals(2 * sizeof(float));
  run_loop(norm_total(3, 1), {&a, &b, &c, &totals});
  EXPECT_EQ(values_of(totals), (std::vector<double>{111, 222}));
}

// A whole batch of large maps whose mean is a hundred deviations from zero.
TEST(Norm, StaysAccurateOverManyElementsFarFromZero) {
  for (const Layout& layout : {Layout::blocked(32, 30, 30, 8, 8), Layout::plain(32, 30, 30, 8)}) {
    const std::vector<double> src = random_around(32 * 30 * 30 * 8, 8, 100, 1);
    const NormStatisticsRef<double> reference = norm_statistics_ref(src, 8);
    Map x(layout, src);
    GuardedBuffer statistics = statistics_of(x);
    for (size_t c = 0; c < 8; ++c) {
      EXPECT_NEAR(statistics.data()[c] / reference.mean[c], 1, 1e-7);
      EXPECT_NEAR(statistics.data()[16 + c] / reference.variance[c], 1, 1e-6);
    }
  }
}

TEST(Norm, GivesBetaForAChannelWithoutVariance) {
  const Layout layout = Layout::blocked(2, 1, 1, 3, 8);
  Map x(layout, {0.1, 7, -1e6, 0.1, 7, -1e6}), y(layout);
  GuardedBuffer statistics = statistics_of(x), beta = channels_of(layout, {1, 2, 3});
  run_loop(norm_forward(layout, false), {&x.buffer, &statistics, nullptr, &beta, &y.buffer});
  EXPECT_EQ(y.read(), (std::vector<double>{1, 2, 3, 1, 2, 3}));
}

TEST(Norm, ReluKeepsANaN) {
  const Layout layout = Layout::features(1, 2);
  Map x(layout, {NAN, -3}), y(layout);
  GuardedBuffer statistics = floats_buffer({0, 0, 1, 1, 1, 1});
  run_loop(norm_forward(layout, true), {&x.buffer, &statistics, nullptr, nullptr, &y.buffer});
  EXPECT_TRUE(std::isnan(y.buffer.data()[0]));
  EXPECT_EQ(y.buffer.data()[1], 0);
}

TEST(NormDeathTest, RefusesATileWithoutElements) {
  const std::vector<int64_t> rows = {3, 0};
  EXPECT_DEATH(norm_merge(rows, 8, 8, 1e-3f), "a tile has elements");
}

}  // namespace
}  // namespace fovea::kernels
