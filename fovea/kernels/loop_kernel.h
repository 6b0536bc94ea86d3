// A kernel made of one of our own loops: a problem, a function that serves it, and the name of the instruction set it
// was compiled for.
//
// The loops are compiled once for every instruction set (Highway: foreach_target) and one function a file, called
// through HWY_DYNAMIC_DISPATCH, hands out the best the CPU can run, as a Loop. What a function computes depends on its
// arguments, context and row alone, never on thread or alignment, so equal inputs give equal bits on one instruction
// set.
#pragma once

#include <cassert>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

// The pointers of a call in the order that the kernel's header states.
class Arguments {
 public:
  explicit Arguments(std::span<void* const> pointers) : pointers_(pointers.begin(), pointers.end()) {}

  size_t size() const { return pointers_.size(); }
  template <class T = float>
  const T* in(size_t index) const {
    return static_cast<const T*>(pointers_[index]);
  }
  template <class T = float>
  T* out(size_t index) const {
    return static_cast<T*>(pointers_[index]);
  }

 private:
  std::vector<void*> pointers_;
};

template <class Problem>
using LoopFunction = void (*)(const Problem&, const Arguments&, const RunContext&, int64_t first_row);

template <class Problem>
struct Loop {
  LoopFunction<Problem> run = nullptr;
  const char* target = "plain";  // plain: no vectors of our own, the compiler's baseline
  const char* family = "loop";
};

template <class Problem>
class LoopCall final : public Call {
 public:
  LoopCall(const Problem& problem, LoopFunction<Problem> function, std::span<void* const> arguments, int64_t first_row)
      : problem_(problem), function_(function), arguments_(arguments), first_row_(first_row) {}

  void run(const RunContext& context) const override { function_(problem_, arguments_, context, first_row_); }

 private:
  Problem problem_;
  LoopFunction<Problem> function_;
  Arguments arguments_;
  int64_t first_row_;
};

template <class Problem>
class LoopKernel final : public Kernel {
 public:
  LoopKernel(Problem problem, Loop<Problem> loop, size_t arguments, size_t scratch_bytes)
      : problem_(std::move(problem)), loop_(loop), arguments_(arguments), scratch_bytes_(scratch_bytes) {}

  std::string implementation() const override { return std::string(loop_.family) + ":" + loop_.target; }
  size_t scratch_bytes() const override { return scratch_bytes_; }
  std::unique_ptr<Call> bind(std::span<void* const> arguments, int64_t first_row) const override {
    assert(arguments.size() == arguments_ && "as many arguments as the kernel's header states, scratch included");
    assert((scratch_bytes_ == 0 || arguments.back() != nullptr) && "scratch memory where the kernel asks for it");
    return std::make_unique<LoopCall<Problem>>(problem_, loop_.run, arguments, first_row);
  }

 private:
  Problem problem_;
  Loop<Problem> loop_;
  size_t arguments_;
  size_t scratch_bytes_;
};

// `arguments` counts the scratch pointer.
template <class Problem>
KernelPtr make_loop_kernel(Problem problem, Loop<Problem> loop, size_t arguments, size_t scratch_bytes = 0) {
  return std::make_shared<LoopKernel<Problem>>(std::move(problem), loop, arguments, scratch_bytes);
}

}  // namespace fovea::kernels
