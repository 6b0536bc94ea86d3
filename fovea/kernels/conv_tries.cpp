#include "fovea/kernels/conv_tries.h"

#include "fovea/base/error.h"

namespace fovea::kernels {

using dnnl::memory;
using tag = dnnl::memory::format_tag;

void check(const ConvProblem& p) {
  const auto fits = [](int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t before,
                       int64_t after) {
    const int64_t window = (kernel - 1) * dilation + 1, room = in + before + after - window;
    return room >= 0 && out == room / stride + 1;
  };
  for (int64_t size : {p.n, p.ic, p.ih, p.iw, p.oc, p.oh, p.ow, p.kh, p.kw, p.sh, p.sw, p.dh, p.dw, p.groups})
    if (size < 1) throw usage_error("convolution", "sizes are at least 1 (got {})", size);
  for (int64_t padding : {p.pt, p.pb, p.pl, p.pr})
    if (padding < 0) throw usage_error("convolution", "padding is not negative (got {})", padding);
  if (p.ic % p.groups != 0 || p.oc % p.groups != 0)
    throw usage_error("convolution", "groups divide the channels (got {} groups for {} to {} channels)", p.groups, p.ic,
                      p.oc);
  if (!fits(p.ih, p.oh, p.kh, p.sh, p.dh, p.pt, p.pb) || !fits(p.iw, p.ow, p.kw, p.sw, p.dw, p.pl, p.pr))
    throw usage_error("convolution", "{}x{} maps under a {}x{} kernel do not become {}x{}", p.ih, p.iw, p.kh, p.kw,
                      p.oh, p.ow);
}

ConvSizes::ConvSizes(const ConvProblem& p)
    : src{p.n, p.ic, p.ih, p.iw},
      bias{p.oc},
      dst{p.n, p.oc, p.oh, p.ow},
      strides{p.sh, p.sw},
      dilates{p.dh - 1, p.dw - 1},
      padding_l{p.pt, p.pl},
      padding_r{p.pb, p.pr} {
  const int64_t gic = p.ic / p.groups, goc = p.oc / p.groups;
  if (p.groups == 1) {
    weights = {p.oc, p.ic, p.kh, p.kw};
    keras = memory::desc(weights, memory::data_type::f32, memory::dims{1, p.oc, p.kw * p.ic * p.oc, p.ic * p.oc});
  } else {
    weights = {p.groups, goc, gic, p.kh, p.kw};
    keras = memory::desc(weights, memory::data_type::f32, memory::dims{goc, 1, p.oc, p.kw * gic * p.oc, gic * p.oc});
  }
}

memory::desc ConvSizes::any(const memory::dims& dims) const { return {dims, memory::data_type::f32, tag::any}; }
memory::desc ConvSizes::bias_desc(bool there) const {
  return there ? memory::desc(bias, memory::data_type::f32, tag::x) : memory::desc();
}

dnnl::convolution_forward::primitive_desc forward_hint(const ConvSizes& s, bool bias) {
  const onednn::OneThread one;
  return onednn::describe<dnnl::convolution_forward>(
      onednn::attributes(), dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, s.any(s.src),
      s.any(s.weights), s.bias_desc(bias), s.any(s.dst), s.strides, s.dilates, s.padding_l, s.padding_r);
}

std::vector<ConvTry> conv_tries(const ConvProblem& problem, const std::optional<Layout>& src,
                                const std::optional<Layout>& dst, const std::optional<WeightsLayout>& weights) {
  const ConvSizes sizes(problem);
  struct Pair {
    std::string name;
    memory::desc src, dst;
  };
  std::vector<Pair> pairs;
  const memory::desc any_src = sizes.any(sizes.src), any_dst = sizes.any(sizes.dst);
  const std::vector<memory::desc> srcs = src ? onednn::descs_of(*src) : std::vector<memory::desc>{};
  const std::vector<memory::desc> dsts = dst ? onednn::descs_of(*dst) : std::vector<memory::desc>{};
  for (const memory::desc& s : srcs)
    for (const memory::desc& d : dsts) pairs.push_back({"src and dst as given", s, d});
  for (const memory::desc& s : srcs) pairs.push_back({"src as given", s, any_dst});
  for (const memory::desc& d : dsts) pairs.push_back({"dst as given", any_src, d});
  pairs.push_back({"any", any_src, any_dst});
  struct Format {
    const char* name;
    tag format;
  };
  for (const Format& f :
       {Format{"nChw16c", tag::nChw16c}, {"nChw8c", tag::nChw8c}, {"nhwc", tag::nhwc}, {"nchw", tag::nchw}})
    pairs.push_back(
        {f.name, {sizes.src, memory::data_type::f32, f.format}, {sizes.dst, memory::data_type::f32, f.format}});

  std::vector<ConvTry> tries;
  if (weights)
    for (const Pair& p : pairs)
      tries.push_back({p.name + ", weights as given", p.src, onednn::desc_of(*weights, sizes.keras), p.dst});
  for (const Pair& p : pairs) tries.push_back({p.name, p.src, sizes.any(sizes.weights), p.dst});
  return tries;
}

}  // namespace fovea::kernels
