#include "fovea/explain/plan_layers.h"

#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::explain {
namespace {

struct GateProblem {
  Layout layout;
  std::shared_ptr<const std::vector<float>> gates;
};

// Arguments: src, dst, scratch.
void gate(const GateProblem& p, const kernels::Arguments& arguments, const kernels::RunContext&, int64_t first_row) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for (int64_t n = 0; n < p.layout.n; ++n) {
    const float* gates = p.gates->data() + (first_row + n) * p.layout.c;
    for (int64_t cell = 0; cell < p.layout.h * p.layout.w; ++cell, src += p.layout.c, dst += p.layout.c)
      for (int64_t c = 0; c < p.layout.c; ++c) dst[c] = src[c] * gates[c];
  }
}

}  // namespace

void PositiveGradient::plan(Planner& planner) const {
  planner.dst_is(planner.src());
  planner.backward([&planner] {
    if (!planner.wants_diff_src()) return;
    const Value diff_dst = planner.diff_dst();
    planner.step("positive gradient", kernels::activation_forward(kernels::Activation::relu, diff_dst.layout),
                 {in(diff_dst), out(planner.diff_src(0, diff_dst.layout))});
  });
}

void ChannelGate::plan(Planner& planner) const {
  const Layout layout = Layout::plain_of(planner.rows(), planner.src_shape());
  planner.step("channel gate", kernels::make_loop_kernel(GateProblem{layout, gates_}, kernels::Loop<GateProblem>{gate}, 3),
               {in(planner.src(0, layout)), out(planner.dst(layout))});
}

}  // namespace fovea::explain
