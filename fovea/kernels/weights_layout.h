// The layout a kernel wants its weights in: known by name and size, otherwise the kernel library's secret.
//
// Weights live in their forward kernel's layout during the whole training; every element of the buffer is either a
// weight or padding that is zero, so an optimizer may work on the buffer element by element.
#pragma once

#include <memory>
#include <string>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/shape.h"

namespace fovea::kernels {

class WeightsLayout {
 public:
  struct Impl;  // defined by the kernel library

  WeightsLayout() = default;
  explicit WeightsLayout(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  // Keras's own order, for weights that no kernel lays out otherwise (biases, gamma, …).
  static WeightsLayout plain(const Shape& shape);

  size_t bytes() const;
  const Shape& shape() const;  // as Keras has it: (kh, kw, in / groups, out), (in, out), (n)
  std::string name() const;    // "OIhw8i8o", "plain", …
  bool operator==(const WeightsLayout& other) const;
  // Where weights can live if a kernel wants this layout of them: in itself, or for a layout that they can only be
  // copied to (transformed for Winograd's algorithm), Keras's order.
  WeightsLayout home() const;
  explicit operator bool() const { return impl_ != nullptr; }
  const Impl& impl() const { return *impl_; }

  // Between Keras's order (float32, row-major) and this layout; padding is written as zero. Only a home is unpacked.
  void pack(const float* keras, void* packed) const;
  void unpack(const void* packed, float* keras) const;

 private:
  std::shared_ptr<const Impl> impl_;
};

// Copies weights from a layout that they live in to another. Arguments: src, dst, scratch.
KernelPtr weights_reorder(const WeightsLayout& src, const WeightsLayout& dst);

}  // namespace fovea::kernels
