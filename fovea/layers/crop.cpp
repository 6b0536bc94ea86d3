#include "fovea/layers/crop.h"

#include "fovea/kernels/crop.h"

namespace fovea {

void plan_crop(Planner& planner, int64_t top, int64_t left) {
  const Value src = planner.src();
  Layout layout = src.layout;
  layout.h = planner.dst_shape()[0];
  layout.w = planner.dst_shape()[1];
  planner.step("crop", kernels::crop(src.layout, layout, top, left), {in(src), out(planner.dst(layout))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("crop backward", kernels::crop(layout, src.layout, -top, -left),
                 {in(planner.diff_dst(layout)), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
