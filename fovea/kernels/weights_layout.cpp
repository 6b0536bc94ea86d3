#include "fovea/kernels/weights_layout.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cstring>
#include <numeric>

#include "fovea/kernels/onednn.h"
#include "fovea/tensor/buffer.h"

namespace fovea::kernels {
namespace {

size_t plain_bytes(const Shape& shape) { return static_cast<size_t>(shape.elements()) * sizeof(float); }

// Runs a reorder once, with its own memories.
void copy(const dnnl::memory::desc& from, const void* src, const dnnl::memory::desc& to, void* dst) {
  const KernelPtr kernel = onednn::reorder_kernel(from, to);
  Buffer scratch(kernel->scratch_bytes());
  // The library takes no const pointers; it only reads src.
  void* const arguments[] = {const_cast<void*>(src), dst, scratch.data()};
  kernel->bind(arguments, 0)->run({});
}

// oneDNN's way to name a format: axes from the outermost in, a capital letter for one in blocks, then the blocks.
std::string format_name(const dnnl::memory::desc& desc) {
  const onednn::Blocking b = onednn::blocking(desc);
  if (!b.blocked) return "opaque";
  const size_t rank = b.dims.size();
  const std::string letters = rank == 2 ? "oi" : rank == 4 ? "oihw" : "goihw";
  std::vector<size_t> order(rank);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { return b.strides[x] > b.strides[y]; });
  std::string name;
  for (size_t axis : order) {
    const bool blocked = std::count(b.inner_axes.begin(), b.inner_axes.end(), static_cast<int64_t>(axis)) > 0;
    name += blocked ? static_cast<char>(std::toupper(letters[axis])) : letters[axis];
  }
  for (size_t i = 0; i < b.inner_sizes.size(); ++i)
    name += std::to_string(b.inner_sizes[i]) + letters[static_cast<size_t>(b.inner_axes[i])];
  return name;
}

}  // namespace

namespace onednn {

WeightsLayout weights_layout(const Shape& shape, const memory::desc& keras, const memory::desc& packed) {
  return WeightsLayout(
      std::make_shared<WeightsLayout::Impl>(WeightsLayout::Impl{shape, keras, packed, same_order(keras, packed)}));
}

memory::desc desc_of(const WeightsLayout& layout, const memory::desc& keras) {
  return layout.impl().plain ? keras : layout.impl().packed;
}

}  // namespace onednn

WeightsLayout WeightsLayout::plain(const Shape& shape) {
  return WeightsLayout(std::make_shared<Impl>(Impl{shape, {}, {}, true}));
}

size_t WeightsLayout::bytes() const { return impl_->plain ? plain_bytes(impl_->shape) : impl_->packed.get_size(); }
const Shape& WeightsLayout::shape() const { return impl_->shape; }
std::string WeightsLayout::name() const { return impl_->plain ? "plain" : format_name(impl_->packed); }

bool WeightsLayout::operator==(const WeightsLayout& other) const {
  if (impl_ == other.impl_) return true;
  if (!impl_ || !other.impl_ || !(shape() == other.shape()) || impl_->plain != other.impl_->plain) return false;
  return impl_->plain || (onednn::same_order(impl_->keras, other.impl_->keras) &&
                          onednn::same_order(impl_->packed, other.impl_->packed));
}

void WeightsLayout::pack(const float* keras, void* packed) const {
  if (impl_->plain)
    std::memcpy(packed, keras, bytes());
  else
    copy(impl_->keras, keras, impl_->packed, packed);
}

void WeightsLayout::unpack(const void* packed, float* keras) const {
  if (impl_->plain)
    std::memcpy(keras, packed, bytes());
  else
    copy(impl_->packed, packed, impl_->keras, keras);
}

KernelPtr weights_reorder(const WeightsLayout& src, const WeightsLayout& dst) {
  assert(src.shape() == dst.shape() && "weights keep their shape");
  if (src == dst) return onednn::copy_kernel(src.bytes());
  const WeightsLayout::Impl &from = src.impl(), &to = dst.impl();
  return onednn::reorder_kernel(onednn::desc_of(src, to.keras), onednn::desc_of(dst, from.keras));
}

}  // namespace fovea::kernels
