// What the kernels on oneDNN share: creating primitives, binding them to buffers, and layouts as memory descriptors.
//
// Only files of this folder include it. Debian 12 has oneDNN 2.6, everything newer 3.x: the templates and the two small
// functions under `DNNL_VERSION_MAJOR` are all that differs.
//
// The library is built with OpenMP, while our threads each carry their own work: a primitive is created and run with
// one OpenMP thread (creation consults the count as well), and the count of the calling thread is put back afterwards.
#pragma once

#include <limits>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"
#include "fovea/kernels/winograd_loops.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels::onednn {

using dnnl::memory;

// The CPU engine; lives as long as the process.
const dnnl::engine& engine();

// While it lives, OpenMP regions started by this thread have one thread.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// Scratch memory is ours, results are not rounded further; with max(0, ·) behind the result where `relu`.
dnnl::primitive_attr attributes(bool relu = false, float relu_limit = std::numeric_limits<float>::infinity());

// Descriptors of a primitive P. Throws dnnl::error where the library has nothing for them.
template <class P, class... Args>
typename P::primitive_desc describe(const dnnl::primitive_attr& attr, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(engine(), args..., attr);
#else
  return typename P::primitive_desc(typename P::desc(args...), attr, engine());
#endif
}
template <class P, class Hint, class... Args>
typename P::primitive_desc describe_backward(const Hint& forward, const dnnl::primitive_attr& attr,
                                             const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename P::primitive_desc(engine(), args..., forward, attr);
#else
  return typename P::primitive_desc(typename P::desc(args...), attr, engine(), forward);
#endif
}

// A descriptor's fields, the same for either version. Strides are in elements, of whole blocks where inner blocks are.
struct Blocking {
  bool blocked = false;  // else the layout is the library's secret, and nothing below is set
  memory::data_type type = memory::data_type::undef;
  memory::dims dims, padded, strides;
  std::vector<int64_t> inner_sizes, inner_axes;
  // How many blocks lie along an axis.
  int64_t outer(size_t axis) const;
};
Blocking blocking(const memory::desc& desc);
// The same bytes in the same order: strides of axes with one block do not matter.
bool same_order(const memory::desc& a, const memory::desc& b);

memory::data_type data_type(DType type);
// How oneDNN may name a layout; the first is the preferred one (a map with 8 channels is nChw8c and nhwc alike).
std::vector<memory::desc> descs_of(const Layout& layout);
// Empty where channels do not lie in one row of blocks.
std::optional<Layout> layout_of(const memory::desc& desc);

// A primitive's argument in its place among bind's arguments; an empty descriptor for one that is not there.
struct Argument {
  int index = 0;
  memory::desc desc;
};
// A kernel of one primitive: its arguments in order, then scratch.
// Binding (2.6) may write zeros where a buffer has padding; running writes only what the primitive gives.
KernelPtr primitive_kernel(const dnnl::primitive& primitive, std::string implementation,
                           std::vector<Argument> arguments, const memory::desc& scratch);
KernelPtr copy_kernel(size_t bytes);
// Copies from one descriptor to another of the same sizes.
KernelPtr reorder_kernel(const memory::desc& src, const memory::desc& dst);

// An implementation that is there because something has to be: plain loops, orders of magnitude slower.
bool is_reference(const std::string& implementation);
// A convolution that copies its windows into a matrix and multiplies (im2col).
bool is_by_product(const std::string& implementation);

}  // namespace fovea::kernels::onednn

namespace fovea::kernels {

struct WeightsLayout::Impl {
  Shape shape;
  // The same sizes in the library's axes (g)(o)(i)hw: as Keras orders them, and as they lie. Both empty for `plain`.
  dnnl::memory::desc keras, packed;
  bool plain = true;  // packed in Keras's order
  std::optional<WinogradWeights> winograd = {};  // at the points of Winograd's algorithm; nothing of the above then
};

namespace onednn {
WeightsLayout weights_layout(const Shape& shape, const memory::desc& keras, const memory::desc& packed);
// The descriptor of a layout for a problem whose weights Keras orders as `keras`.
memory::desc desc_of(const WeightsLayout& layout, const memory::desc& keras);
}  // namespace onednn

}  // namespace fovea::kernels
