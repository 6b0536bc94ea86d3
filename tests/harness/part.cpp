#include "tests/harness/part.h"

#include <algorithm>

namespace fovea {
namespace {

struct PartProblem {
  int64_t total = 0, first = 0;  // of a row of the whole
  Layout part;
};

// Arguments: whole, part, scratch; or backward diff_part, diff_whole, scratch.
class PartKernel final : public kernels::Kernel {
 public:
  PartKernel(const PartProblem& problem, bool backward) : problem_(problem), backward_(backward) {}

  std::string implementation() const override { return "test"; }
  std::unique_ptr<kernels::Call> bind(std::span<void* const> arguments, int64_t) const override {
    return std::make_unique<PartCall>(problem_, backward_, static_cast<float*>(arguments[0]),
                                      static_cast<float*>(arguments[1]));
  }

 private:
  class PartCall final : public kernels::Call {
   public:
    PartCall(const PartProblem& problem, bool backward, float* src, float* dst)
        : problem_(problem), backward_(backward), src_(src), dst_(dst) {}

    void run(const kernels::RunContext&) const override {
      const Layout& part = problem_.part;
      std::fill_n(dst_, backward_ ? part.n * problem_.total : part.elements(), 0.0f);
      int64_t at = 0;
      for (int64_t n = 0; n < part.n; ++n)
        for (int64_t h = 0; h < part.h; ++h)
          for (int64_t w = 0; w < part.w; ++w)
            for (int64_t c = 0; c < part.c; ++c, ++at) {
              const int64_t picture = part.h * part.w * part.c;
              const int64_t whole = n * problem_.total + problem_.first + at % picture, own = part.offset(n, h, w, c);
              dst_[backward_ ? whole : own] = src_[backward_ ? own : whole];
            }
    }

   private:
    PartProblem problem_;
    bool backward_;
    const float* src_;
    float* dst_;
  };

  PartProblem problem_;
  bool backward_;
};

class Part final : public Layer {
 public:
  Part(int64_t first, const Shape& shape, int64_t block) : first_(first), shape_(shape), block_(block) {}

  std::string type() const override { return "Part"; }
  Json options() const override { return Json::object(); }
  std::shared_ptr<Layer> clone() const override { return std::make_shared<Part>(*this); }
  Shape infer(std::span<const Shape> src) const override {
    if (only(src, 1)[0] < first_ + shape_.elements()) throw usage_error(where(), "the input is too short");
    return shape_;
  }

  void plan(Planner& planner) const override {
    const Layout whole = Layout::features(planner.rows(), planner.src_shape()[0]);
    Layout part = Layout::plain_of(planner.rows(), shape_);
    if (block_ > 0 && shape_.rank() == 3) part.block = block_;
    const PartProblem problem = {.total = whole.c, .first = first_, .part = part};
    const Value src = planner.src(0, whole), dst = planner.dst(part);
    planner.step("part", std::make_shared<PartKernel>(problem, false), {in(src), out(dst)});
    planner.backward([=, &planner] {
      if (!planner.wants_diff_src()) return;
      planner.step("part backward", std::make_shared<PartKernel>(problem, true),
                   {in(planner.diff_dst(part)), out(planner.diff_src(0, whole))});
    });
  }

 private:
  int64_t first_;
  Shape shape_;
  int64_t block_;
};

}  // namespace

std::shared_ptr<Layer> part_of_input(int64_t first, const Shape& shape, int64_t block) {
  return std::make_shared<Part>(first, shape, block);
}

}  // namespace fovea
