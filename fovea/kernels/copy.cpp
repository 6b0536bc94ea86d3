#include "fovea/kernels/copy.h"

#include <cstring>

namespace fovea::kernels {
namespace {

struct CopyCall final : Call {
  const float* src;
  float* dst;
  size_t bytes;
  CopyCall(const float* s, float* d, size_t b) : src(s), dst(d), bytes(b) {}
  void run(const RunContext&) const override { std::memcpy(dst, src, bytes); }
};

class Copy final : public Kernel {
 public:
  Copy(int64_t elements, int64_t offset) : elements_(elements), offset_(offset) {}
  std::string implementation() const override { return "copy"; }
  std::unique_ptr<Call> bind(std::span<void* const> a, int64_t) const override {
    return std::make_unique<CopyCall>(static_cast<const float*>(a[0]) + offset_, static_cast<float*>(a[1]),
                                      static_cast<size_t>(elements_) * sizeof(float));
  }

 private:
  int64_t elements_, offset_;
};

}  // namespace

KernelPtr copy(int64_t elements, int64_t offset) { return std::make_shared<Copy>(elements, offset); }

}  // namespace fovea::kernels
