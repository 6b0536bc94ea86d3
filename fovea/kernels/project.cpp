#include "fovea/kernels/project.h"

#include <algorithm>
#include <cmath>

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

void not_negative(const int64_t& elements, const Arguments& arguments, const RunContext&, int64_t) {
  float* weights = arguments.out(0);
  for (int64_t i = 0; i < elements; ++i) weights[i] = weights[i] < 0 ? 0 : weights[i];  // a NaN stays
}

int64_t norms_of(const NormRangeProblem& p) {
  int64_t norms = 1;
  for (int axis = 0; axis < p.shape.rank(); ++axis)
    if (std::find(p.axes.begin(), p.axes.end(), axis) == p.axes.end()) norms *= p.shape[axis];
  return norms;
}

// Calls f(element, norm) for every weight in order.
template <class F>
void for_weights(const NormRangeProblem& p, int axis, int64_t element, int64_t norm, F&& f) {
  const bool summed = std::find(p.axes.begin(), p.axes.end(), axis) != p.axes.end();
  const bool last = axis + 1 == p.shape.rank();
  for (int64_t i = 0; i < p.shape[axis]; ++i) {
    const int64_t at = element * p.shape[axis] + i, of = summed ? norm : norm * p.shape[axis] + i;
    if (last) f(at, of);
    else for_weights(p, axis + 1, at, of, f);
  }
}

void norms_in_range(const NormRangeProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  constexpr float kEpsilon = 1e-7f;
  float* weights = arguments.out(0);
  double* sums = arguments.out<double>(1);
  const int64_t norms = norms_of(p);
  std::fill(sums, sums + norms, 0.0);
  for_weights(p, 0, 0, 0, [&](int64_t at, int64_t of) { sums[of] += static_cast<double>(weights[at]) * weights[at]; });
  for (int64_t n = 0; n < norms; ++n) {
    const float norm = static_cast<float>(std::sqrt(sums[n]));
    const float wanted = p.rate * std::clamp(norm, p.least, p.most) + (1 - p.rate) * norm;
    sums[n] = static_cast<double>(wanted / (kEpsilon + norm));
  }
  for_weights(p, 0, 0, 0, [&](int64_t at, int64_t of) { weights[at] *= static_cast<float>(sums[of]); });
}

}  // namespace

KernelPtr not_negative(int64_t elements) { return make_loop_kernel(elements, Loop<int64_t>{not_negative}, 2); }

KernelPtr norms_in_range(const NormRangeProblem& problem) {
  assert(problem.shape.rank() > 0 && !problem.axes.empty() && "axes to sum over");
  return make_loop_kernel(problem, Loop<NormRangeProblem>{norms_in_range}, 2,
                          static_cast<size_t>(norms_of(problem)) * sizeof(double));
}

}  // namespace fovea::kernels
