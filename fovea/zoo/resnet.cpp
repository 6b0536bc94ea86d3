// ResNet50, 101, 152 (He et al. 2015) and ResNet50V2 (He et al. 2016; Keras: applications/resnet.py, resnet_v2.py).
#include <array>

#include "fovea/layers/add.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

constexpr std::array<int64_t, 4> kFilters = {64, 128, 256, 512};

BatchNormalization norm(const std::string& name) { return BatchNormalization({.epsilon = 1.001e-5f, .name = name}); }

// 7x7 and a pooling, each with half the resolution.
void add_first_convolution(Net& net) {
  net.add(ZeroPadding2D({.padding = 3, .name = "conv1_pad"}));
  net.add(Conv2D({.filters = 64, .kernel_size = 7, .strides = 2, .name = "conv1_conv"}));
}
void add_first_pooling(Net& net) {
  net.add(ZeroPadding2D({.padding = 1, .name = "pool1_pad"}));
  net.add(MaxPooling2D({.pool_size = 3, .strides = 2, .name = "pool1_pool"}));
}

// A bottleneck; the first of a stage has the stride, in its first convolution, and a convolution in its shortcut.
void add_block(Net& net, const std::string& name, int64_t filters, int64_t stride, bool first) {
  const int x = net.last();
  int shortcut = x;
  if (first) {
    net.add(Conv2D({.filters = 4 * filters, .kernel_size = 1, .strides = stride, .name = name + "_0_conv"}));
    shortcut = net.add(norm(name + "_0_bn"));
  }
  net.add(Conv2D({.filters = filters, .kernel_size = 1, .strides = stride, .name = name + "_1_conv"}), x);
  net.add(norm(name + "_1_bn"));
  net.relu(name + "_1_relu");
  net.add(Conv2D({.filters = filters, .kernel_size = 3, .padding = Padding::same, .name = name + "_2_conv"}));
  net.add(norm(name + "_2_bn"));
  net.relu(name + "_2_relu");
  net.add(Conv2D({.filters = 4 * filters, .kernel_size = 1, .name = name + "_3_conv"}));
  const int main = net.add(norm(name + "_3_bn"));
  net.add(Add({.name = name + "_add"}), shortcut, main);
  net.relu(name + "_out");
}

Graph resnet(const std::string& name, const Options& options, const std::array<int, 4>& blocks) {
  Net net(name, options.picture_shape);
  add_first_convolution(net);
  net.add(norm("conv1_bn"));
  net.relu("conv1_relu");
  add_first_pooling(net);
  for (size_t stage = 0; stage < blocks.size(); ++stage)
    for (int block = 1; block <= blocks[stage]; ++block)
      add_block(net, fmt::format("conv{}_block{}", stage + 2, block), kFilters[stage], block == 1 && stage > 0 ? 2 : 1, block == 1);
  if (options.include_top) net.mean_and_classes(options.classes);
  return net.take();
}

// A bottleneck behind its normalisation; the last of a stage has the stride, in its 3x3, and a pooling in its shortcut.
void add_block_v2(Net& net, const std::string& name, int64_t filters, int64_t stride, bool first) {
  const int x = net.last();
  net.add(norm(name + "_preact_bn"));
  const int active = net.relu(name + "_preact_relu");
  int shortcut = x;
  if (first) shortcut = net.add(Conv2D({.filters = 4 * filters, .kernel_size = 1, .strides = stride, .name = name + "_0_conv"}));
  else if (stride > 1) shortcut = net.add(MaxPooling2D({.pool_size = 1, .strides = stride}), x);
  net.add(Conv2D({.filters = filters, .kernel_size = 1, .use_bias = false, .name = name + "_1_conv"}), active);
  net.add(norm(name + "_1_bn"));
  net.relu(name + "_1_relu");
  net.add(ZeroPadding2D({.padding = 1, .name = name + "_2_pad"}));
  net.add(Conv2D({.filters = filters, .kernel_size = 3, .strides = stride, .use_bias = false, .name = name + "_2_conv"}));
  net.add(norm(name + "_2_bn"));
  net.relu(name + "_2_relu");
  const int main = net.add(Conv2D({.filters = 4 * filters, .kernel_size = 1, .name = name + "_3_conv"}));
  net.add(Add({.name = name + "_out"}), shortcut, main);
}

}  // namespace

Graph resnet50(const Options& options) { return resnet("resnet50", options, {3, 4, 6, 3}); }
Graph resnet101(const Options& options) { return resnet("resnet101", options, {3, 4, 23, 3}); }
Graph resnet152(const Options& options) { return resnet("resnet152", options, {3, 8, 36, 3}); }

Graph resnet50v2(const Options& options) {
  constexpr std::array<int, 4> kBlocks = {3, 4, 6, 3};
  Net net("resnet50v2", options.picture_shape);
  add_first_convolution(net);
  add_first_pooling(net);
  for (size_t stage = 0; stage < kBlocks.size(); ++stage)
    for (int block = 1; block <= kBlocks[stage]; ++block)
      add_block_v2(net, fmt::format("conv{}_block{}", stage + 2, block), kFilters[stage],
                   block == kBlocks[stage] && stage + 1 < kBlocks.size() ? 2 : 1, block == 1);
  net.add(norm("post_bn"));
  net.relu("post_relu");
  if (options.include_top) net.mean_and_classes(options.classes);
  return net.take();
}

}  // namespace fovea::zoo
