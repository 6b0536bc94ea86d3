#include "fovea/layers/flatten.h"

#include "fovea/kernels/reorder.h"

namespace fovea {

void Flatten::plan(Planner& planner) const {
  const Value src = planner.src();
  const Layout plain = Layout::plain_of(planner.rows(), planner.src_shape());
  const Layout features = Layout::features(planner.rows(), planner.dst_shape()[0]);
  if (src.layout == plain) {
    planner.dst_is({src.buffer, features});
  } else {
    const Value dst = planner.dst(features);
    planner.step("flatten", kernels::reorder(src.layout, plain), {in(src), out(dst)});
  }
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    const Value diff_dst = planner.diff_dst(features);
    if (src.layout == plain) planner.diff_src_is(0, {diff_dst.buffer, plain});
    else planner.step("flatten backward", kernels::reorder(plain, src.layout),
                      {in(diff_dst), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
