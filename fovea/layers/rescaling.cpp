#include "fovea/layers/rescaling.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

void Rescaling::plan(Planner& planner) const {
  const Value src = planner.src(), dst = planner.dst(src.layout);
  planner.step("rescale", kernels::affine(src.layout, options_.scale, options_.offset), {in(src), out(dst)});
  planner.backward([=, this, &planner] {
    if (!planner.wants_diff_src()) return;
    const Value diff_dst = planner.diff_dst(src.layout);
    planner.step("rescale backward", kernels::affine(src.layout, options_.scale, 0),
                 {in(diff_dst), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
