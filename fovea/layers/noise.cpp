#include "fovea/layers/noise.h"

namespace fovea {

void plan_redrawn(Planner& planner, const std::string& name, kernels::KernelPtr kernel, const Layout& layout) {
  planner.step(name, kernel, {in(planner.src(0, layout)), out(planner.dst(layout))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", kernel, {in(planner.diff_dst(layout)), out(planner.diff_src(0, layout))});
  });
}

}  // namespace fovea
