// MobileNet (Howard et al. 2017) and MobileNetV2 (Sandler et al. 2018; Keras: applications/mobilenet.py, mobilenet_v2.py).
#include <algorithm>

#include "fovea/layers/add.h"
#include "fovea/layers/depthwise_conv2d.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/reshape.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

ReLU relu6(const std::string& name) { return ReLU({.max_value = 6.0f, .name = name}); }

// What a stride of two over an even size needs on its far side, over an odd one on both (Keras: imagenet_utils.correct_pad).
Margins margins_for_stride(const Shape& shape, int64_t kernel) {
  const auto first = [&](int64_t size) { return kernel / 2 - (size % 2 == 0 ? 1 : 0); };
  return {first(shape[0]), kernel / 2, first(shape[1]), kernel / 2};
}

}  // namespace

const std::vector<double>& mobilenet_alphas() {
  static const std::vector<double> alphas = {1, 0.75, 0.5, 0.25};
  return alphas;
}

Graph mobilenet(const Options& options, double alpha) {
  const auto width = [&](int64_t filters) { return static_cast<int64_t>(static_cast<double>(filters) * alpha); };
  Net net(fmt::format("mobilenet_{:.2f}_{}", alpha, options.picture_shape[0]), options.picture_shape);
  const auto norm_and_relu = [&](const std::string& name) {
    net.add(BatchNormalization({.name = name + "_bn"}));
    net.add(relu6(name + "_relu"));
  };
  net.add(Conv2D({.filters = width(32), .kernel_size = 3, .strides = 2, .padding = Padding::same, .use_bias = false, .name = "conv1"}));
  norm_and_relu("conv1");
  struct Block {
    int64_t filters, stride;
  };
  constexpr Block kBlocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                               {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  int id = 0;
  for (const auto& [filters, stride] : kBlocks) {
    const std::string number = std::to_string(++id);
    if (stride == 2) net.add(ZeroPadding2D({.padding = {0, 1, 0, 1}, .name = "conv_pad_" + number}));
    net.add(DepthwiseConv2D({.kernel_size = 3,
                             .strides = stride,
                             .padding = stride == 1 ? Padding::same : Padding::valid,
                             .use_bias = false,
                             .name = "conv_dw_" + number}));
    norm_and_relu("conv_dw_" + number);
    net.add(Conv2D({.filters = width(filters), .kernel_size = 1, .padding = Padding::same, .use_bias = false, .name = "conv_pw_" + number}));
    norm_and_relu("conv_pw_" + number);
  }
  if (!options.include_top) return net.take();
  net.add(GlobalAveragePooling2D({.keepdims = true}));
  net.add(Dropout({.rate = 0.001f, .name = "dropout"}));
  net.add(Conv2D({.filters = options.classes, .kernel_size = 1, .padding = Padding::same, .name = "conv_preds"}));
  net.add(Reshape({.target_shape = {options.classes}, .name = "reshape_2"}));
  net.add(Activation({.activation = ActivationKind::softmax, .name = "predictions"}));
  return net.take();
}

const std::vector<double>& mobilenet_v2_alphas() {
  static const std::vector<double> alphas = {1, 1.4, 1.3, 0.75, 0.5, 0.35};
  return alphas;
}

namespace {

// The nearest multiple of 8, at most a tenth smaller.
int64_t in_eights(double filters) {
  const int64_t rounded = std::max<int64_t>(8, static_cast<int64_t>(filters + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * filters ? rounded + 8 : rounded;
}

BatchNormalization slow_norm(const std::string& name) { return BatchNormalization({.momentum = 0.999, .name = name}); }

Conv2D pointwise(int64_t filters, const std::string& name) {
  return Conv2D({.filters = filters, .kernel_size = 1, .padding = Padding::same, .use_bias = false, .name = name});
}

// Wider, a depthwise convolution, narrow again; the first block is not made wider.
void add_inverted_bottleneck(Net& net, int id, int64_t filters, int64_t stride, int64_t expansion) {
  const int x = net.last();
  const int64_t channels = net.channels(x);
  const std::string name = id == 0 ? "expanded_conv_" : fmt::format("block_{}_", id);
  if (id > 0) {
    net.add(pointwise(expansion * channels, name + "expand"));
    net.add(slow_norm(name + "expand_BN"));
    net.add(relu6(name + "expand_relu"));
  }
  if (stride == 2) net.add(ZeroPadding2D({.padding = margins_for_stride(net.shape(net.last()), 3), .name = name + "pad"}));
  net.add(DepthwiseConv2D({.kernel_size = 3,
                           .strides = stride,
                           .padding = stride == 1 ? Padding::same : Padding::valid,
                           .use_bias = false,
                           .name = name + "depthwise"}));
  net.add(slow_norm(name + "depthwise_BN"));
  net.add(relu6(name + "depthwise_relu"));
  net.add(pointwise(filters, name + "project"));
  const int main = net.add(slow_norm(name + "project_BN"));
  if (channels == filters && stride == 1) net.add(Add({.name = name + "add"}), x, main);
}

}  // namespace

Graph mobilenet_v2(const Options& options, double alpha) {
  Net net(fmt::format("mobilenetv2_{:.2f}_{}", alpha, options.picture_shape[0]), options.picture_shape);
  net.add(Conv2D({.filters = in_eights(32 * alpha), .kernel_size = 3, .strides = 2, .padding = Padding::same, .use_bias = false, .name = "Conv1"}));
  net.add(slow_norm("bn_Conv1"));
  net.add(relu6("Conv1_relu"));
  struct Blocks {
    int64_t filters, count, stride, expansion;
  };
  constexpr Blocks kBlocks[] = {{16, 1, 1, 1}, {24, 2, 2, 6}, {32, 3, 2, 6}, {64, 4, 2, 6}, {96, 3, 1, 6}, {160, 3, 2, 6}, {320, 1, 1, 6}};
  int id = 0;
  for (const auto& [filters, count, stride, expansion] : kBlocks)
    for (int64_t i = 0; i < count; ++i)
      add_inverted_bottleneck(net, id++, in_eights(static_cast<double>(static_cast<int64_t>(static_cast<double>(filters) * alpha))),
                              i == 0 ? stride : 1, expansion);
  net.add(Conv2D({.filters = alpha > 1 ? in_eights(1280 * alpha) : 1280, .kernel_size = 1, .use_bias = false, .name = "Conv_1"}));
  net.add(slow_norm("Conv_1_bn"));
  net.add(relu6("out_relu"));
  if (!options.include_top) return net.take();
  net.add(GlobalAveragePooling2D());
  net.predictions(options.classes);
  return net.take();
}

}  // namespace fovea::zoo
