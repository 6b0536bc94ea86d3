// A kernel of a plain function: what the references are served through.
#pragma once

#include <cassert>
#include <utility>
#include <vector>

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

// `work(pointers)` gets bind's pointers, scratch last.
template <class Work>
class RefKernel final : public Kernel {
 public:
  RefKernel(size_t arguments, size_t scratch_bytes, Work work)
      : arguments_(arguments), scratch_bytes_(scratch_bytes), work_(std::move(work)) {}

  std::string implementation() const override { return "ref"; }
  size_t scratch_bytes() const override { return scratch_bytes_; }
  std::unique_ptr<Call> bind(std::span<void* const> pointers, int64_t) const override {
    assert(pointers.size() == arguments_ + 1 && "a pointer for every argument, then scratch");
    return std::make_unique<RefCall>(work_, std::vector<void*>(pointers.begin(), pointers.end()));
  }

 private:
  class RefCall final : public Call {
   public:
    RefCall(Work work, std::vector<void*> pointers) : work_(std::move(work)), pointers_(std::move(pointers)) {}
    void run(const RunContext&) const override { work_(pointers_.data()); }

   private:
    Work work_;
    std::vector<void*> pointers_;
  };

  size_t arguments_, scratch_bytes_;
  Work work_;
};

template <class Work>
KernelPtr ref_kernel(size_t arguments, int64_t sums, Work work) {
  return std::make_shared<RefKernel<Work>>(arguments, static_cast<size_t>(sums) * sizeof(double), std::move(work));
}

}  // namespace fovea::kernels
