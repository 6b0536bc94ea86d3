#include "fovea/layers/picture_normalization.h"

#include "fovea/layers/activate.h"

namespace fovea {

void plan_picture_norm(Planner& planner, const kernels::PictureNormProblem& norm, int gamma, int beta) {
  using namespace kernels;
  PictureNormProblem problem = norm;
  problem.src = planner.src().layout;
  if (!takes_any_layout(problem)) problem.src = Layout::plain_of(planner.rows(), planner.src_shape());
  int64_t numbers = 1;  // of gamma
  const std::array<int64_t, 4> sizes = {problem.src.h, problem.src.w, problem.groups, problem.src.c / problem.groups};
  for (size_t axis = 0; axis < sizes.size(); ++axis) numbers *= problem.weighted[axis] ? sizes[axis] : 1;
  const WeightsLayout plain = WeightsLayout::plain({numbers});
  const auto weights = [=, &planner](int place) { return place < 0 ? Value{} : planner.weights(place, plain); };

  const Value src = planner.src(0, problem.src), dst = planner.dst(problem.src);
  const size_t bytes = picture_norm_statistics_bytes(problem);
  const Value statistics = bytes > 0 ? planner.book(bytes, "statistics") : Value{};
  planner.step(planner.fused_relu() ? "picture norm+relu" : "picture norm",
               picture_norm_forward(problem, planner.fused_relu()),
               {in(src), in(weights(gamma)), in(weights(beta)), out(dst), out(statistics)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    const Value diff_dst = relu_backward_if_fused(planner, dst);
    const auto gradient = [&](int place) {
      return place >= 0 && planner.trains(place) ? out(planner.gradient(place, plain)) : no_arg();
    };
    planner.step("picture norm backward", picture_norm_backward(problem),
                 {in(src), in(statistics), in(weights(gamma)), in(diff_dst),
                  planner.wants_diff_src() ? out(planner.diff_src(0, problem.src)) : no_arg(), gradient(gamma),
                  gradient(beta)});
  });
}

}  // namespace fovea
