#include "fovea/kernels/penalty.h"

#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

struct Result {
  std::vector<double> gradient;
  double penalty = 0;
};

Result run(const PenaltyProblem& p, const std::vector<double>& weights, const std::vector<double>& gradient) {
  GuardedBuffer w = floats_buffer(weights), g = floats_buffer(gradient), penalty(sizeof(double));
  run_loop(add_penalty(p), {&w, &g, &penalty});
  Result result{values_of(g)};
  std::memcpy(&result.penalty, penalty.data(), sizeof(double));
  return result;
}

TEST(Penalty, AddsItsDerivative) {
  const Result r = run({.elements = 4, .l1 = 0.5f, .l2 = 0.25f}, {2, -1, 0, 4}, {10, 20, 30, 40});
  EXPECT_EQ(r.gradient, (std::vector<double>{10 + 0.5 + 1, 20 - 0.5 - 0.5, 30, 40 + 0.5 + 2}));
  EXPECT_EQ(r.penalty, 0.5 * 7 + 0.25 * 21);
}

TEST(Penalty, AgreesWithTheReferenceOnEveryInstructionSet) {
  for_instruction_sets([] {
    for (const int64_t count : {1, 3, 17, 1024, 1031, 5000}) {
      std::vector<double> weights = random_numbers(count, 1);
      const std::vector<double> before = random_numbers(count, 2);
      weights[0] = 0;
      const Result r = run({.elements = count, .l1 = 0.01f, .l2 = 0.02f}, weights, before);
      double penalty = 0;
      std::vector<double> expected = before;
      for (size_t i = 0; i < weights.size(); ++i) {
        const double w = static_cast<float>(weights[i]);
        penalty += 0.01 * std::abs(w) + 0.02 * w * w;
        expected[i] += (w > 0 ? 0.01 : w < 0 ? -0.01 : 0) + 0.04 * w;
      }
      expect_close(r.gradient, expected, 2e-7, "gradient");
      EXPECT_NEAR(r.penalty, penalty, 1e-6 * std::max(1.0, penalty));
    }
  });
}

TEST(Penalty, PassesANaNOn) { EXPECT_TRUE(std::isnan(run({.elements = 2, .l1 = 1}, {1, NAN}, {0, 0}).penalty)); }

}  // namespace
}  // namespace fovea::kernels
