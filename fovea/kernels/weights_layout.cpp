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

void run_once(const Kernel& kernel, const void* src, void* dst) {
  Buffer scratch(kernel.scratch_bytes());
  // Kernels take no const pointers; this one only reads src.
  void* const arguments[] = {const_cast<void*>(src), dst, scratch.data()};
  kernel.bind(arguments, 0)->run({});
}

// One copy after another, the first one's result at the beginning of scratch.
class TwoCopies final : public Kernel {
 public:
  TwoCopies(KernelPtr first, size_t between_bytes, KernelPtr second)
      : first_(std::move(first)), second_(std::move(second)), between_bytes_(between_bytes) {}
  std::string implementation() const override { return first_->implementation() + ", " + second_->implementation(); }
  size_t scratch_bytes() const override {
    return between_bytes_ + std::max(first_->scratch_bytes(), second_->scratch_bytes());
  }
  std::unique_ptr<Call> bind(std::span<void* const> arguments, int64_t first_row) const override {
    struct Both final : Call {
      std::unique_ptr<Call> first, second;
      void run(const RunContext& context) const override { first->run(context), second->run(context); }
    };
    char* const scratch = static_cast<char*>(arguments[2]) + between_bytes_;
    void* const to_scratch[] = {arguments[0], arguments[2], scratch};
    void* const from_scratch[] = {arguments[2], arguments[1], scratch};
    auto both = std::make_unique<Both>();
    both->first = first_->bind(to_scratch, first_row);
    both->second = second_->bind(from_scratch, first_row);
    return both;
  }

 private:
  KernelPtr first_, second_;
  size_t between_bytes_;
};

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
  return WeightsLayout(std::make_shared<WeightsLayout::Impl>(
      WeightsLayout::Impl{.shape = shape, .keras = keras, .packed = packed, .plain = same_order(keras, packed)}));
}

memory::desc desc_of(const WeightsLayout& layout, const memory::desc& keras) {
  return layout.impl().plain ? keras : layout.impl().packed;
}

}  // namespace onednn

WeightsLayout WeightsLayout::plain(const Shape& shape) {
  return WeightsLayout(std::make_shared<Impl>(Impl{.shape = shape, .keras = {}, .packed = {}}));
}

size_t WeightsLayout::bytes() const {
  if (impl_->winograd) return static_cast<size_t>(impl_->winograd->elements()) * sizeof(float);
  return impl_->plain ? plain_bytes(impl_->shape) : impl_->packed.get_size();
}
const Shape& WeightsLayout::shape() const { return impl_->shape; }
std::string WeightsLayout::name() const {
  if (impl_->winograd) return impl_->winograd->turned ? "winograd turned" : "winograd";
  return impl_->plain ? "plain" : format_name(impl_->packed);
}
WeightsLayout WeightsLayout::home() const { return impl_->winograd ? plain(impl_->shape) : *this; }

bool WeightsLayout::operator==(const WeightsLayout& other) const {
  if (impl_ == other.impl_) return true;
  if (!impl_ || !other.impl_ || !(shape() == other.shape()) || impl_->plain != other.impl_->plain) return false;
  if (impl_->winograd || other.impl_->winograd) return impl_->winograd == other.impl_->winograd;
  return impl_->plain || (onednn::same_order(impl_->keras, other.impl_->keras) &&
                          onednn::same_order(impl_->packed, other.impl_->packed));
}

void WeightsLayout::pack(const float* keras, void* packed) const {
  if (impl_->winograd)
    run_once(*weights_reorder(home(), *this), keras, packed);
  else if (impl_->plain)
    std::memcpy(packed, keras, bytes());
  else
    run_once(*onednn::reorder_kernel(impl_->keras, impl_->packed), keras, packed);
}

void WeightsLayout::unpack(const void* packed, float* keras) const {
  assert(!impl_->winograd && "a transform is not undone");
  if (impl_->plain)
    std::memcpy(keras, packed, bytes());
  else
    run_once(*onednn::reorder_kernel(impl_->packed, impl_->keras), packed, keras);
}

KernelPtr weights_reorder(const WeightsLayout& src, const WeightsLayout& dst) {
  assert(src.shape() == dst.shape() && "weights keep their shape");
  assert(!src.impl().winograd && "a transform is not undone");
  if (dst.impl().winograd) {
    const KernelPtr transform = make_loop_kernel(*dst.impl().winograd, winograd_weights_loop_of_cpu(), 3);
    if (src.impl().plain) return transform;
    return std::make_shared<TwoCopies>(onednn::reorder_kernel(src.impl().packed, src.impl().keras), plain_bytes(src.shape()),
                                       transform);
  }
  if (src == dst) return onednn::copy_kernel(src.bytes());
  const WeightsLayout::Impl &from = src.impl(), &to = dst.impl();
  return onednn::reorder_kernel(onednn::desc_of(src, to.keras), onednn::desc_of(dst, from.keras));
}

}  // namespace fovea::kernels
