#include "fovea/kernels/conv_ref.h"

#include <algorithm>

#include "fovea/kernels/conv_tries.h"
#include "fovea/kernels/ref_kernel.h"

namespace fovea::kernels {
namespace {

float* floats(void* pointer) { return static_cast<float*>(pointer); }
double* doubles(void* pointer) { return static_cast<double*>(pointer); }

}  // namespace

KernelPtr conv_forward_ref_kernel(const ConvProblem& p, bool relu, float limit) {
  return ref_kernel(4, p.n * p.oh * p.ow * p.oc, [p, relu, limit](void* const* a) {
    conv_forward_ref(p, floats(a[0]), floats(a[1]), floats(a[2]), relu, doubles(a[4]), floats(a[3]));
    if (relu)
      for (int64_t i = 0; i < p.n * p.oh * p.ow * p.oc; ++i) floats(a[3])[i] = std::min(floats(a[3])[i], limit);
  });
}

KernelPtr conv_backward_data_ref_kernel(const ConvProblem& p) {
  return ref_kernel(3, p.n * p.ih * p.iw * p.ic, [p](void* const* a) {
    conv_backward_data_ref(p, floats(a[0]), floats(a[1]), doubles(a[3]), floats(a[2]));
  });
}

KernelPtr conv_backward_weights_ref_kernel(const ConvProblem& p) {
  return ref_kernel(4, p.weights_shape().elements() + p.oc, [p](void* const* a) {
    conv_backward_weights_ref(p, floats(a[0]), floats(a[1]), doubles(a[4]), floats(a[2]), floats(a[3]));
  });
}

}  // namespace fovea::kernels
