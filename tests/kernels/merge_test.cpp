#include "fovea/kernels/merge.h"

#include "fovea/kernels/merge_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

const Merge kAll[] = {Merge::subtract, Merge::multiply, Merge::average, Merge::maximum, Merge::minimum};

// Numbers of which many are equal.
std::vector<double> steps(int64_t count, uint64_t seed) {
  std::vector<double> numbers = random_numbers(count, seed);
  for (double& x : numbers) x = std::round(2 * x) / 2;
  return numbers;
}

TEST(Merge, AgreesWithTheReferenceInEveryLayoutAndInstructionSet) {
  for_instruction_sets([] {
    for (const Size& s : kSizes)
      for (const Layout& layout : layouts_of(s.n, s.h, s.w, s.c)) {
        SCOPED_TRACE(to_string(layout));
        const int64_t count = s.n * s.h * s.w * s.c;
        const std::vector<std::vector<double>> x = {steps(count, 1), steps(count, 2), steps(count, 3)};
        const std::vector<double> diff = random_numbers(count, 4);
        Map a(layout, x[0]), b(layout, x[1]), c(layout, x[2]), dst(layout), dy(layout, diff), dx(layout);
        for (const Merge kind : kAll) {
          std::vector<double> expected;
          std::vector<std::vector<double>> shares(3, std::vector<double>(diff.size()));
          for (size_t i = 0; i < diff.size(); ++i) {
            const std::vector<double> all = {x[0][i], x[1][i], x[2][i]};
            expected.push_back(merge_ref(kind, all));
            shares[merge_winner_ref(kind, all)][i] = diff[i];
          }
          run_loop(merge(kind, layout, 3), {&a.buffer, &b.buffer, &c.buffer, &dst.buffer});
          expect_close(dst.read(), expected, 2e-7, "forward");
          if (kind != Merge::maximum && kind != Merge::minimum) continue;
          for (size_t i = 0; i < 3; ++i) {
            run_loop(merge_winner_backward(kind, layout, 3, static_cast<int64_t>(i)),
                     {&a.buffer, &b.buffer, &c.buffer, &dy.buffer, &dx.buffer});
            EXPECT_EQ(dx.read(), shares[i]) << "of input " << i;
          }
        }
      }
  });
}

TEST(Merge, KeepsANaNOfEitherSide) {
  const Layout layout = Layout::features(1, 2);
  for_instruction_sets([&] {
    for (const Merge kind : kAll) {
      Map a(layout, {NAN, 1}), b(layout, {1, NAN}), dst(layout);
      run_loop(merge(kind, layout, 2), {&a.buffer, &b.buffer, &dst.buffer});
      for (const double y : dst.read()) EXPECT_TRUE(std::isnan(y));
    }
  });
}

TEST(MergeDeathTest, RefusesAWinnerOfASum) {
  EXPECT_DEATH(merge_winner_backward(Merge::average, Layout::features(1, 1), 2, 0), "an input that may win");
}

}  // namespace
}  // namespace fovea::kernels
