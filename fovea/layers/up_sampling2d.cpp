#include "fovea/layers/up_sampling2d.h"

#include "fovea/kernels/upsample.h"

namespace fovea {

Shape UpSampling2D::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  if (options_.size.h < 1 || options_.size.w < 1)
    throw usage_error(where(), "size must be at least 1 (got {})", to_string(options_.size));
  return {shape[0] * options_.size.h, shape[1] * options_.size.w, shape[2]};
}

void UpSampling2D::plan(Planner& planner) const {
  const Value src = planner.src();
  const kernels::UpsampleProblem problem = {.src = src.layout,
                                            .sh = options_.size.h,
                                            .sw = options_.size.w,
                                            .bilinear = options_.interpolation == Interpolation::bilinear};
  planner.step("upsample", kernels::upsample_forward(problem), {in(src), out(planner.dst(problem.dst()))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("upsample backward", kernels::upsample_backward(problem),
                 {in(planner.diff_dst(problem.dst())), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
