// EfficientNetB0 (Tan and Le 2019; Keras: applications/efficientnet.py). It scales its pictures itself: 0 … 255 go in.
#include <algorithm>
#include <cmath>

#include "fovea/layers/add.h"
#include "fovea/layers/depthwise_conv2d.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/multiply.h"
#include "fovea/layers/normalization.h"
#include "fovea/layers/rescaling.h"
#include "fovea/layers/reshape.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

constexpr double kDropConnect = 0.2, kDropout = 0.2;
constexpr ActivationKind kSwish = ActivationKind::silu;

struct Blocks {
  int64_t kernel, count, filters, expansion, stride;
};
constexpr Blocks kBlocks[] = {{3, 1, 16, 1, 1},  {3, 2, 24, 6, 2},  {5, 2, 40, 6, 2}, {3, 3, 80, 6, 2},
                              {5, 3, 112, 6, 1}, {5, 4, 192, 6, 2}, {3, 1, 320, 6, 1}};

Initializer of_convolutions() {
  Initializer initializer = InitializerKind::variance_scaling;
  initializer.scale = 2;
  initializer.mode = Fan::fan_out;
  return initializer;
}
Initializer of_classes() {
  Initializer initializer = InitializerKind::variance_scaling;
  initializer.scale = 1.0 / 3;
  initializer.mode = Fan::fan_out;
  initializer.distribution = Distribution::uniform;
  return initializer;
}

Margins margins_for_stride(const Shape& shape, int64_t kernel) {
  const auto first = [&](int64_t size) { return kernel / 2 - (size % 2 == 0 ? 1 : 0); };
  return {first(shape[0]), kernel / 2, first(shape[1]), kernel / 2};
}

Conv2D pointwise(int64_t filters, const std::string& name) {
  return Conv2D({.filters = filters, .kernel_size = 1, .padding = Padding::same, .use_bias = false, .kernel_initializer = of_convolutions(), .name = name});
}

void norm_and_swish(Net& net, const std::string& name) {
  net.add(BatchNormalization({.name = name + "bn"}));
  net.add(Activation({.activation = kSwish, .name = name + "activation"}));
}

// Channels times what two small layers make of their means (Hu et al. 2018, "Squeeze-and-excitation networks").
void weigh_channels(Net& net, int64_t reduced, const std::string& name) {
  const int x = net.last();
  const int64_t channels = net.channels(x);
  net.add(GlobalAveragePooling2D({.name = name + "se_squeeze"}));
  net.add(Reshape({.target_shape = {1, 1, channels}, .name = name + "se_reshape"}));
  net.add(Conv2D({.filters = reduced, .kernel_size = 1, .padding = Padding::same, .activation = kSwish, .kernel_initializer = of_convolutions(), .name = name + "se_reduce"}));
  const int weights = net.add(Conv2D({.filters = channels, .kernel_size = 1, .padding = Padding::same, .activation = ActivationKind::sigmoid,
                                      .kernel_initializer = of_convolutions(), .name = name + "se_expand"}));
  net.add(Multiply({.name = name + "se_excite"}), x, weights);
}

void add_block(Net& net, const Blocks& block, int64_t stride, double drop, const std::string& name) {
  const int x = net.last();
  const int64_t channels = net.channels(x);
  if (block.expansion != 1) {
    net.add(pointwise(channels * block.expansion, name + "expand_conv"));
    norm_and_swish(net, name + "expand_");
  }
  if (stride == 2) net.add(ZeroPadding2D({.padding = margins_for_stride(net.shape(net.last()), block.kernel), .name = name + "dwconv_pad"}));
  net.add(DepthwiseConv2D({.kernel_size = block.kernel,
                           .strides = stride,
                           .padding = stride == 2 ? Padding::valid : Padding::same,
                           .use_bias = false,
                           .depthwise_initializer = of_convolutions(),
                           .name = name + "dwconv"}));
  norm_and_swish(net, name);
  weigh_channels(net, std::max<int64_t>(1, channels / 4), name);
  net.add(pointwise(block.filters, name + "project_conv"));
  int main = net.add(BatchNormalization({.name = name + "project_bn"}));
  if (stride != 1 || channels != block.filters) return;
  // The whole branch of a picture is dropped (Huang et al. 2016, "Deep networks with stochastic depth").
  if (drop > 0) main = net.add(Dropout({.rate = static_cast<float>(drop), .noise_shape = NoiseShape{{{}, 1, 1, 1}}, .name = name + "drop"}));
  net.add(Add({.name = name + "add"}), main, x);
}

}  // namespace

Graph efficientnetb0(const Options& options) {
  Net net("efficientnetb0", options.picture_shape);
  net.add(Rescaling({.scale = 1 / 255.0f}));
  net.add(Normalization());
  // ImageNet's files hold variances for deviations: Keras makes up for that.
  if (options.imagenet) {
    ChannelNumbers scale;
    for (const double deviation : {0.229, 0.224, 0.225}) scale.values.push_back(static_cast<float>(1 / std::sqrt(deviation)));
    net.add(Rescaling({.scale = scale}));
  }
  net.add(ZeroPadding2D({.padding = margins_for_stride(net.shape(net.last()), 3), .name = "stem_conv_pad"}));
  net.add(Conv2D({.filters = 32, .kernel_size = 3, .strides = 2, .use_bias = false, .kernel_initializer = of_convolutions(), .name = "stem_conv"}));
  norm_and_swish(net, "stem_");
  int64_t all = 0, done = 0;
  for (const Blocks& blocks : kBlocks) all += blocks.count;
  int number = 0;
  for (const Blocks& blocks : kBlocks) {
    ++number;
    for (int64_t i = 0; i < blocks.count; ++i, ++done)
      add_block(net, blocks, i == 0 ? blocks.stride : 1, kDropConnect * static_cast<double>(done) / static_cast<double>(all),
                fmt::format("block{}{}_", number, static_cast<char>('a' + i)));
  }
  net.add(pointwise(1280, "top_conv"));
  norm_and_swish(net, "top_");
  if (!options.include_top) return net.take();
  net.add(GlobalAveragePooling2D({.name = "avg_pool"}));
  net.add(Dropout({.rate = static_cast<float>(kDropout), .name = "top_dropout"}));
  net.add(Dense({.units = options.classes, .activation = ActivationKind::softmax, .kernel_initializer = of_classes(), .name = "predictions"}));
  return net.take();
}

}  // namespace fovea::zoo
