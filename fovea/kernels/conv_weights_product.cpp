// Backward by weights of maps so small that a tile's cells are the rows of one product: for every tap of the kernel the rows of
// src and of diff_dst that meet under it are gathered, and multiplied. The library's kernels go through all weights for each
// picture instead: per picture, one core with AVX-512, 512 to 512 by 3x3 on 2x2 490 µs, 512 to 2048 by 1x1 on 1x1 215 µs.
#include <algorithm>
#include <map>

#include "fovea/kernels/conv_tries.h"

namespace fovea::kernels {
namespace {

using dnnl::memory;

constexpr int64_t kMostCells = 4;
// Fewer weights stay in the caches.
constexpr int64_t kLeastWeights = 128 * 128;

// A row of src and one of diff_dst: cells of a picture.
struct Meeting {
  int64_t src, dst;
};

// Which cells of a picture meet under tap (y, x).
std::vector<Meeting> meetings(const ConvProblem& p, int64_t y, int64_t x) {
  std::vector<Meeting> found;
  for (int64_t oh = 0; oh < p.oh; ++oh)
    for (int64_t ow = 0; ow < p.ow; ++ow) {
      const int64_t ih = oh * p.sh - p.pt + y * p.dh, iw = ow * p.sw - p.pl + x * p.dw;
      if (ih >= 0 && ih < p.ih && iw >= 0 && iw < p.iw) found.push_back({ih * p.iw + iw, oh * p.ow + ow});
    }
  return found;
}

KernelPtr product(int64_t ic, int64_t rows, int64_t oc) {
  const onednn::OneThread one;
  const memory::desc src({ic, rows}, memory::data_type::f32, memory::dims{1, ic});
  const memory::desc diff({rows, oc}, memory::data_type::f32, memory::format_tag::ab);
  const memory::desc weights({ic, oc}, memory::data_type::f32, memory::format_tag::ab);
  const auto pd = onednn::describe<dnnl::matmul>(onednn::attributes(), src, diff, weights);
  if (onednn::is_reference(pd.impl_info_str())) return nullptr;
  return onednn::primitive_kernel(dnnl::matmul(pd), pd.impl_info_str(),
                                  {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, diff}, {DNNL_ARG_DST, weights}}, pd.scratchpad_desc());
}

struct Tap {
  std::vector<Meeting> meetings;
  KernelPtr product;  // null where nothing meets
};

class ProductCall final : public Call {
 public:
  ProductCall(const ConvProblem& p, const std::vector<Tap>& taps, std::span<void* const> arguments, int64_t first_row)
      : p_(p), taps_(taps), src_(floats(arguments[0])), diff_(floats(arguments[1])), weights_(floats(arguments[2])), bias_(floats(arguments[3])) {
    src_rows_ = floats(arguments[4]);
    diff_rows_ = src_rows_ + kMostCells * p_.n * p_.ic;
    float* const scratch = diff_rows_ + kMostCells * p_.n * p_.oc;
    for (size_t t = 0; t < taps_.size(); ++t) {
      const std::vector<void*> pointers = {src_rows_, diff_rows_, weights_ + tap_floats() * static_cast<int64_t>(t), scratch};
      products_.push_back(taps_[t].product ? taps_[t].product->bind(pointers, first_row) : nullptr);
    }
  }

  void run(const RunContext& context) const override {
    for (size_t t = 0; t < taps_.size(); ++t) {
      if (!products_[t]) {
        std::fill_n(weights_ + tap_floats() * static_cast<int64_t>(t), tap_floats(), 0.0f);
        continue;
      }
      int64_t row = 0;
      for (int64_t n = 0; n < p_.n; ++n)
        for (const Meeting& meeting : taps_[t].meetings) {
          std::copy_n(src_ + (n * p_.ih * p_.iw + meeting.src) * p_.ic, p_.ic, src_rows_ + row * p_.ic);
          std::copy_n(diff_ + (n * p_.oh * p_.ow + meeting.dst) * p_.oc, p_.oc, diff_rows_ + row * p_.oc);
          ++row;
        }
      products_[t]->run(context);
    }
    if (bias_ == nullptr) return;
    std::fill_n(bias_, p_.oc, 0.0f);
    for (int64_t row = 0; row < p_.n * p_.oh * p_.ow; ++row)
      for (int64_t o = 0; o < p_.oc; ++o) bias_[o] += diff_[row * p_.oc + o];
  }

 private:
  static float* floats(void* pointer) { return static_cast<float*>(pointer); }
  int64_t tap_floats() const { return p_.ic * p_.oc; }

  ConvProblem p_;
  std::vector<Tap> taps_;
  const float *src_, *diff_;
  float *weights_, *bias_, *src_rows_, *diff_rows_;
  std::vector<std::unique_ptr<Call>> products_;
};

class ProductKernel final : public Kernel {
 public:
  ProductKernel(const ConvProblem& p, std::vector<Tap> taps) : p_(p), taps_(std::move(taps)) {}

  std::string implementation() const override {
    for (const Tap& tap : taps_)
      if (tap.product) return "product:" + tap.product->implementation();
    return "product";
  }
  size_t scratch_bytes() const override {
    size_t inner = 0;
    for (const Tap& tap : taps_)
      if (tap.product) inner = std::max(inner, tap.product->scratch_bytes());
    return static_cast<size_t>(kMostCells * p_.n * (p_.ic + p_.oc)) * sizeof(float) + inner;
  }
  std::unique_ptr<Call> bind(std::span<void* const> arguments, int64_t first_row) const override {
    return std::make_unique<ProductCall>(p_, taps_, arguments, first_row);
  }

 private:
  ConvProblem p_;
  std::vector<Tap> taps_;
};

}  // namespace

std::optional<ConvBackwardWeights> product_backward_weights(const ConvProblem& p, std::vector<std::string>& refused) {
  const auto refuse = [&](const char* reason) { return refused.push_back(std::string("product: ") + reason), std::nullopt; };
  if (p.groups != 1) return refuse("no groups");
  if (p.oh * p.ow > kMostCells) return refuse("only maps of a few cells");
  if (p.ic * p.oc < kLeastWeights || p.ic % 16 != 0 || p.oc % 16 != 0) return refuse("few weights, or channels not in whole vectors");
  std::map<size_t, KernelPtr> products;  // by cells of a picture
  std::vector<Tap> taps;
  for (int64_t y = 0; y < p.kh; ++y)
    for (int64_t x = 0; x < p.kw; ++x) {
      Tap tap = {meetings(p, y, x), nullptr};
      if (!tap.meetings.empty()) {
        KernelPtr& kernel = products[tap.meetings.size()];
        if (!kernel) kernel = product(p.ic, p.n * static_cast<int64_t>(tap.meetings.size()), p.oc);
        if (!kernel) return refuse("the library multiplies slowly");
        tap.product = kernel;
      }
      taps.push_back(std::move(tap));
    }
  return ConvBackwardWeights{.kernel = std::make_shared<ProductKernel>(p, std::move(taps)),
                             .src = Layout::plain(p.n, p.ih, p.iw, p.ic),
                             .diff_dst = Layout::plain(p.n, p.oh, p.ow, p.oc),
                             .diff_weights = WeightsLayout::plain(p.weights_shape()),
                             .refused = {}};
}

}  // namespace fovea::kernels
