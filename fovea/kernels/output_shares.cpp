#include "fovea/kernels/output_shares.h"

#include <algorithm>

#include "fovea/kernels/onednn.h"

namespace fovea::kernels {
namespace {

class SharedKernel final : public Kernel {
 public:
  SharedKernel(KernelPtr kernel, int64_t outputs, int64_t block, ShareOf share_of)
      : kernel_(std::move(kernel)), outputs_(outputs), block_(block), share_of_(std::move(share_of)) {}

  std::string implementation() const override { return kernel_->implementation(); }
  size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  std::unique_ptr<Call> bind(std::span<void* const> arguments, int64_t first_row) const override {
    return kernel_->bind(arguments, first_row);
  }
  std::vector<Share> shares(int most) const override {
    const int64_t blocks = (outputs_ + block_ - 1) / block_, count = std::min<int64_t>(most, blocks);
    if (count < 2) return {};
    std::vector<Share> shares;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t begin = blocks * i / count * block_, end = std::min(blocks * (i + 1) / count * block_, outputs_);
      std::optional<Share> share = share_of_({begin, end - begin});
      if (!share) return {};
      shares.push_back(std::move(*share));
    }
    return shares;
  }

 private:
  KernelPtr kernel_;
  int64_t outputs_, block_;
  ShareOf share_of_;
};

}  // namespace

KernelPtr with_shares(KernelPtr kernel, int64_t outputs, int64_t block, ShareOf share_of) {
  return std::make_shared<SharedKernel>(std::move(kernel), outputs, block, std::move(share_of));
}

std::optional<size_t> outputs_offset(const WeightsLayout& whole, const WeightsLayout& part, int64_t begin) {
  if (whole.impl().plain || part.impl().plain || whole.impl().winograd || part.impl().winograd) return {};
  const onednn::Blocking w = onednn::blocking(whole.impl().packed), p = onednn::blocking(part.impl().packed);
  if (!w.blocked || !p.blocked || w.dims.size() != p.dims.size() || w.inner_sizes != p.inner_sizes || w.inner_axes != p.inner_axes) return {};
  // Outputs are the first axis (groups, where each has one output), and the outermost: their blocks lie one behind the other.
  int64_t block = 1;
  for (size_t i = 0; i < w.inner_axes.size(); ++i)
    if (w.inner_axes[i] == 0) block *= w.inner_sizes[i];
  if (begin % block != 0) return {};
  for (size_t axis = 0; axis < w.dims.size(); ++axis) {
    if (axis > 0 && w.padded[axis] != p.padded[axis]) return {};
    if (axis > 0 && w.outer(axis) > 1 && (w.strides[axis] != p.strides[axis] || w.strides[axis] > w.strides[0])) return {};
  }
  if (w.outer(0) > 1 && p.outer(0) > 1 && w.strides[0] != p.strides[0]) return {};
  return static_cast<size_t>(begin / block * w.strides[0]) * sizeof(float);
}

}  // namespace fovea::kernels
