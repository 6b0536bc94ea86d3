// DenseNet121 (Huang et al. 2016; Keras: applications/densenet.py).
#include <array>

#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/concatenate.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

constexpr int64_t kGrowth = 32;  // channels that a layer adds
constexpr std::array<int, 4> kLayers = {6, 12, 24, 16};

void add_norm_and_relu(Net& net, const std::string& norm, const std::string& relu) {
  net.add(BatchNormalization({.epsilon = 1.001e-5f, .name = norm}));
  net.relu(relu);
}

void add_layer(Net& net, const std::string& name) {
  const int x = net.last();
  add_norm_and_relu(net, name + "_0_bn", name + "_0_relu");
  net.add(Conv2D({.filters = 4 * kGrowth, .kernel_size = 1, .use_bias = false, .name = name + "_1_conv"}));
  add_norm_and_relu(net, name + "_1_bn", name + "_1_relu");
  const int more = net.add(
      Conv2D({.filters = kGrowth, .kernel_size = 3, .padding = Padding::same, .use_bias = false, .name = name + "_2_conv"}));
  net.add(Concatenate({.name = name + "_concat"}), x, more);
}

// Half the channels, half the resolution.
void add_transition(Net& net, const std::string& name) {
  add_norm_and_relu(net, name + "_bn", name + "_relu");
  net.add(Conv2D({.filters = net.channels(net.last()) / 2, .kernel_size = 1, .use_bias = false, .name = name + "_conv"}));
  net.add(AveragePooling2D({.pool_size = 2, .strides = 2, .name = name + "_pool"}));
}

}  // namespace

Graph densenet121(const Options& options) {
  Net net("densenet121", options.picture_shape);
  net.add(ZeroPadding2D({.padding = 3}));
  net.add(Conv2D({.filters = 64, .kernel_size = 7, .strides = 2, .use_bias = false, .name = "conv1_conv"}));
  add_norm_and_relu(net, "conv1_bn", "conv1_relu");
  net.add(ZeroPadding2D({.padding = 1}));
  net.add(MaxPooling2D({.pool_size = 3, .strides = 2, .name = "pool1"}));
  for (size_t block = 0; block < kLayers.size(); ++block) {
    for (int layer = 1; layer <= kLayers[block]; ++layer) add_layer(net, fmt::format("conv{}_block{}", block + 2, layer));
    if (block + 1 < kLayers.size()) add_transition(net, fmt::format("pool{}", block + 2));
  }
  add_norm_and_relu(net, "bn", "relu");
  if (options.include_top) net.mean_and_classes(options.classes);
  return net.take();
}

}  // namespace fovea::zoo
