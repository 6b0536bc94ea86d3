#include "fovea/layers/global_max_pooling2d.h"

#include "fovea/kernels/pool.h"

namespace fovea {

void GlobalMaxPooling2D::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src();
  const Value dst = planner.dst(Layout::features(planner.rows(), planner.src_shape()[2]));
  planner.step("global max pool", global_max_forward(src.layout), {in(src), out(dst)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("global max pool backward", global_max_backward(src.layout),
                 {in(planner.diff_dst(dst.layout)), in(src), in(dst), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
