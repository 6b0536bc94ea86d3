#include "fovea/kernels/pool.h"

#include "fovea/kernels/pool_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

struct Window {
  int64_t kh, kw, sh, sw;
  bool same;
};
const std::vector<Window> kWindows = {{2, 2, 2, 2, false}, {2, 2, 2, 2, true}, {3, 3, 2, 2, true}, {3, 3, 3, 3, false},
                                      {3, 2, 1, 2, false}, {2, 2, 1, 1, true}, {1, 2, 2, 3, true}, {3, 3, 3, 3, true}};

PoolProblem problem_of(PoolAlgorithm algorithm, const Layout& src, const Window& k) {
  PoolProblem p{.algorithm = algorithm, .src = src, .kh = k.kh, .kw = k.kw, .sh = k.sh, .sw = k.sw};
  p.oh = k.same ? (src.h + k.sh - 1) / k.sh : (src.h - k.kh) / k.sh + 1;
  p.ow = k.same ? (src.w + k.sw - 1) / k.sw : (src.w - k.kw) / k.sw + 1;
  if (k.same) {
    p.pt = std::max<int64_t>((p.oh - 1) * k.sh + k.kh - src.h, 0) / 2;
    p.pl = std::max<int64_t>((p.ow - 1) * k.sw + k.kw - src.w, 0) / 2;
  }
  return p;
}

std::string name_of(const PoolProblem& p) {
  return to_string(p.src) + " k" + std::to_string(p.kh) + "x" + std::to_string(p.kw) + " s" + std::to_string(p.sh) +
         "x" + std::to_string(p.sw) + " p" + std::to_string(p.pt) + "x" + std::to_string(p.pl);
}

// Forward in training and not, and backward, against the reference.
void check(const PoolProblem& p) {
  SCOPED_TRACE(name_of(p));
  const bool max = p.algorithm == PoolAlgorithm::max;
  const std::vector<double> src = random_numbers(p.src.n * p.src.h * p.src.w * p.src.c, 3);
  std::vector<int64_t> winners_ref;
  const std::vector<double> dst_ref = pool_forward_ref(p, src, &winners_ref);

  Map x(p.src, src), y(p.dst()), inference(p.dst()), diff_src(p.src);
  GuardedBuffer winners(pool_winners_bytes(p));
  run_loop(pool_forward(p, true), {&x.buffer, &y.buffer, max ? &winners : nullptr});
  run_loop(pool_forward(p, false), {&x.buffer, &inference.buffer, nullptr});
  expect_close(y.read(), dst_ref, max ? 0 : 1e-6, "forward");
  EXPECT_TRUE(same_bits(y.buffer, inference.buffer));

  const std::vector<double> diff = random_numbers(static_cast<int64_t>(dst_ref.size()), 4);
  Map diff_dst(p.dst(), diff);
  run_loop(pool_backward(p), {&diff_dst.buffer, max ? &winners : nullptr, &diff_src.buffer});
  expect_close(diff_src.read(), pool_backward_ref(p, diff, winners_ref), 1e-6, "backward");
}

TEST(Pool, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c))
        for (const Window& window : kWindows)
          if (window.same || (s.h >= window.kh && s.w >= window.kw))
            for (const PoolAlgorithm algorithm : {PoolAlgorithm::max, PoolAlgorithm::average})
              check(problem_of(algorithm, layout, window));
  });
}

TEST(Pool, TakesWindowsOfMoreCellsThanAByteCounts) {
  for (const auto& [kernel, bytes] : {std::pair<int64_t, size_t>{16, 1}, {17, 2}, {20, 2}}) {
    const PoolProblem p =
        problem_of(PoolAlgorithm::max, Layout::blocked(1, 24, 23, 10, 8), {kernel, kernel, 5, 5, true});
    EXPECT_EQ(pool_winners_bytes(p), static_cast<size_t>(p.dst().elements()) * bytes);
    for_instruction_sets([&] { check(p); });
  }
}

TEST(Pool, BackwardIsTheDerivativeOfTheReference) {
  for (const Window& window : kWindows)
    for (const PoolAlgorithm algorithm : {PoolAlgorithm::max, PoolAlgorithm::average}) {
      const PoolProblem p = problem_of(algorithm, Layout::plain(1, 5, 4, 2), window);
      const std::vector<double> src = random_numbers(40, 5);
      std::vector<int64_t> winners;
      const std::vector<double> diff =
          random_numbers(static_cast<int64_t>(pool_forward_ref(p, src, &winners).size()), 6);
      const auto forward = [&](const std::vector<double>& x) { return pool_forward_ref(p, x); };
      expect_close(pool_backward_ref(p, diff, winners), numeric_gradient(forward, src, diff), 1e-6, name_of(p));
    }
}

// 1 3 | 2      window 2x2, stride 2: the first 3 wins; the third column and row are beyond the last window.
// 3 0 | 9
// ----+--
// 5 5   5
TEST(Pool, GivesATieToTheFirstCellAndNothingToTheRest) {
  const PoolProblem p = problem_of(PoolAlgorithm::max, Layout::plain(1, 3, 3, 1), {2, 2, 2, 2, false});
  Map x(p.src, {1, 3, 2, 3, 0, 9, 5, 5, 5}), y(p.dst()), diff_dst(p.dst(), {7}), diff_src(p.src);
  GuardedBuffer winners(pool_winners_bytes(p));
  run_loop(pool_forward(p, true), {&x.buffer, &y.buffer, &winners});
  EXPECT_EQ(y.read(), std::vector<double>{3});
  run_loop(pool_backward(p), {&diff_dst.buffer, &winners, &diff_src.buffer});
  EXPECT_EQ(diff_src.read(), (std::vector<double>{0, 7, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(Pool, DividesByTheRealCellsOfAWindow) {
  const PoolProblem p = problem_of(PoolAlgorithm::average, Layout::plain(1, 3, 3, 1), {2, 2, 2, 2, true});
  Map x(p.src, {0, 1, 2, 3, 4, 5, 6, 7, 8}), y(p.dst());
  run_loop(pool_forward(p, false), {&x.buffer, &y.buffer, nullptr});
  EXPECT_EQ(y.read(), (std::vector<double>{2, 3.5, 6.5, 8}));
}

TEST(Pool, DoesNotLoseANaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for_instruction_sets([&] {
    for (const Window& window : {Window{2, 2, 2, 2, false}, Window{4, 1, 1, 1, false}})
      for (size_t at = 0; at < 4; ++at) {
        const PoolProblem p = problem_of(PoolAlgorithm::max, Layout::plain(1, window.kh, 4 / window.kh, 1), window);
        std::vector<double> src = {1, -2, 3, 4};
        src[at] = nan;
        Map x(p.src, src), y(p.dst());
        GuardedBuffer winners(pool_winners_bytes(p));
        run_loop(pool_forward(p, true), {&x.buffer, &y.buffer, &winners});
        EXPECT_TRUE(std::isnan(y.buffer.data()[0])) << at;
        EXPECT_EQ(reinterpret_cast<uint8_t*>(winners.data())[0], at);
      }
  });
}

TEST(Pool, KeepsMinusInfinityWhereThereIsNothingElse) {
  const PoolProblem p = problem_of(PoolAlgorithm::max, Layout::plain(1, 2, 2, 1), {2, 2, 2, 2, false});
  Map x(p.src, std::vector<double>(4, -INFINITY)), y(p.dst());
  run_loop(pool_forward(p, false), {&x.buffer, &y.buffer, nullptr});
  EXPECT_EQ(y.read()[0], -INFINITY);
}

TEST(PoolDeathTest, RefusesAWindowWithoutARealCell) {
  PoolProblem p = problem_of(PoolAlgorithm::max, Layout::plain(1, 4, 4, 1), {2, 2, 2, 2, false});
  p.oh = 3;
  EXPECT_DEATH(pool_forward(p, true), "the last window reaches the map");
}

TEST(GlobalPool, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) {
        SCOPED_TRACE(to_string(layout));
        const std::vector<double> src = random_numbers(s.n * s.h * s.w * s.c, 7), diff = random_numbers(s.n * s.c, 8);
        Map x(layout, src), mean(Layout::features(s.n, s.c)), max(mean.layout), diff_dst(mean.layout, diff);
        Map diff_mean(layout), diff_max(layout);
        run_loop(global_average_forward(layout), {&x.buffer, &mean.buffer});
        run_loop(global_max_forward(layout), {&x.buffer, &max.buffer});
        expect_close(mean.read(), global_average_ref(layout, src), 1e-6, "mean");
        expect_close(max.read(), global_max_ref(layout, src), 0, "max");

        run_loop(global_average_backward(layout), {&diff_dst.buffer, &diff_mean.buffer});
        run_loop(global_max_backward(layout), {&diff_dst.buffer, &x.buffer, &max.buffer, &diff_max.buffer});
        if (src.size() > 400) continue;  // differences take their time
        const auto average = [&](const std::vector<double>& at) { return global_average_ref(layout, at); };
        const auto maximum = [&](const std::vector<double>& at) { return global_max_ref(layout, at); };
        expect_close(diff_mean.read(), numeric_gradient(average, src, diff), 1e-6, "backward of mean");
        expect_close(diff_max.read(), numeric_gradient(maximum, src, diff), 1e-6, "backward of max");
      }
  });
}

TEST(GlobalPool, SplitsTheGradientOfTheMaximumAmongTies) {
  const Layout layout = Layout::blocked(1, 2, 2, 1, 8);
  Map x(layout, {1, 5, 5, 5}), y(Layout::features(1, 1), {5}), diff_dst(y.layout, {6}), diff_src(layout);
  run_loop(global_max_backward(layout), {&diff_dst.buffer, &x.buffer, &y.buffer, &diff_src.buffer});
  EXPECT_EQ(diff_src.read(), (std::vector<double>{0, 2, 2, 2}));
}

TEST(GlobalPool, StaysAccurateOverLargeMaps) {
  const Layout layout = Layout::blocked(1, 224, 224, 8, 8);
  std::vector<double> src = random_numbers(224 * 224 * 8, 9);
  for (double& x : src) x = static_cast<float>(x + 100);
  Map x(layout, src), mean(Layout::features(1, 8));
  run_loop(global_average_forward(layout), {&x.buffer, &mean.buffer});
  expect_close(mean.read(), global_average_ref(layout, src), 1e-6, "mean");
}

}  // namespace
}  // namespace fovea::kernels
