// Which code normalises pictures: loops over rows or over groups, else the reference.
#include "fovea/kernels/picture_norm.h"

#include "fovea/kernels/picture_norm_loops.h"
#include "fovea/kernels/picture_norm_ref.h"
#include "fovea/kernels/ref_kernel.h"

namespace fovea::kernels {
namespace {

using Axes = std::array<bool, 4>;

bool a_gamma_a_channel(const PictureNormProblem& p) { return p.weighted == Axes{false, false, true, true}; }
bool over_groups(const PictureNormProblem& p) {
  return p.together == Axes{true, true, false, true} && a_gamma_a_channel(p) && !p.rms;
}
bool over_channels(const PictureNormProblem& p) {
  return p.groups == 1 && p.together[3] && !p.together[0] && !p.together[1] && a_gamma_a_channel(p);
}

// The same numbers as rows of which each belongs together, with a gamma a number of the row; n is 0 where there are
// none. Such rows are what is together from some axis on.
Layout rows_of(const PictureNormProblem& p) {
  if (over_channels(p)) return p.src;
  if (p.groups != 1 || !p.src.is_plain() || !p.together[3]) return {};
  const bool from_rows = p.together[0] && p.together[1], from_columns = !p.together[0] && p.together[1];
  if (!(from_rows || from_columns) || p.weighted[0] != from_rows || !p.weighted[1] || !p.weighted[3]) return {};
  const int64_t row = (from_rows ? p.src.h : 1) * p.src.w * p.src.c;
  return Layout::features(p.src.elements() / row, row);
}

int64_t statistics_of(const PictureNormProblem& p) {
  return p.src.n * picture_norm_size(p, {true, true, true, true}) / picture_norm_size(p, p.together);
}

const float* in(void* pointer) { return static_cast<const float*>(pointer); }
float* out(void* pointer) { return static_cast<float*>(pointer); }
double* sums(void* pointer) { return static_cast<double*>(pointer); }

}  // namespace

bool takes_any_layout(const PictureNormProblem& p) { return over_groups(p) || over_channels(p); }

size_t picture_norm_statistics_bytes(const PictureNormProblem& p) {
  if (over_groups(p)) return static_cast<size_t>(2 * p.src.n * p.src.padded_channels()) * sizeof(float);
  return rows_of(p).n > 0 ? static_cast<size_t>(2 * statistics_of(p)) * sizeof(float) : 0;
}

KernelPtr picture_norm_forward(const PictureNormProblem& p, bool relu) {
  if (over_groups(p)) {
    const size_t channels = static_cast<size_t>(p.src.padded_channels());
    return make_loop_kernel(GroupNormProblem{p.src, p.groups, p.epsilon, relu}, group_norm_forward_loop(), 6,
                            channels * (sizeof(double) + 2 * sizeof(float)));
  }
  if (const Layout rows = rows_of(p); rows.n > 0)
    return make_loop_kernel(RowNormProblem{rows, p.epsilon, p.rms, relu}, row_norm_forward_loop(), 6);
  assert(p.src.is_plain() && "the reference works on nhwc");
  return ref_kernel(5, 2 * statistics_of(p), [p, relu](void* const* a) {
    picture_norm_forward_ref(p, in(a[0]), in(a[1]), in(a[2]), relu, sums(a[5]), out(a[3]));
  });
}

KernelPtr picture_norm_backward(const PictureNormProblem& p) {
  if (over_groups(p)) {
    const size_t channels = static_cast<size_t>(p.src.padded_channels());
    return make_loop_kernel(GroupNormProblem{p.src, p.groups, p.epsilon}, group_norm_backward_loop(), 8,
                            channels * (4 * sizeof(double) + 3 * sizeof(float)));
  }
  if (const Layout rows = rows_of(p); rows.n > 0)
    return make_loop_kernel(RowNormProblem{rows, p.epsilon, p.rms}, row_norm_backward_loop(), 8,
                            static_cast<size_t>(2 * rows.c) * sizeof(double));
  assert(p.src.is_plain() && "the reference works on nhwc");
  const int64_t doubles = 4 * statistics_of(p) + 2 * picture_norm_size(p, p.weighted);
  return ref_kernel(7, doubles, [p](void* const* a) {
    picture_norm_backward_ref(p, in(a[0]), in(a[2]), in(a[3]), sums(a[7]), out(a[4]), out(a[5]), out(a[6]));
  });
}

}  // namespace fovea::kernels
