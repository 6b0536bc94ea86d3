#include "fovea/kernels/feed.h"

namespace fovea::kernels {
namespace {

struct FeedCall final : Call {
  FeedPart part;
  int64_t first_row, rows;
  float* dst;
  FeedCall(FeedPart p, int64_t first, int64_t n, float* d) : part(p), first_row(first), rows(n), dst(d) {}
  void run(const RunContext& context) const override {
    switch (part) {
      case FeedPart::pictures: return context.feed->pictures(first_row, rows, dst);
      case FeedPart::targets: return context.feed->targets(first_row, rows, dst);
      case FeedPart::sample_weights: return context.feed->sample_weights(first_row, rows, dst);
      case FeedPart::gradients: return context.feed->gradients(first_row, rows, dst);
    }
  }
};

class FeedKernel final : public Kernel {
 public:
  FeedKernel(FeedPart part, int64_t rows) : part_(part), rows_(rows) {}
  std::string implementation() const override { return "feed"; }
  std::unique_ptr<Call> bind(std::span<void* const> a, int64_t first_row) const override {
    return std::make_unique<FeedCall>(part_, first_row, rows_, static_cast<float*>(a[0]));
  }

 private:
  FeedPart part_;
  int64_t rows_;
};

}  // namespace

KernelPtr feed(FeedPart part, int64_t rows) { return std::make_shared<FeedKernel>(part, rows); }

}  // namespace fovea::kernels
