// The residual nets for 32x32 (He et al. 2015, section 4.2): where a stage halves the resolution, the shortcut takes every
// other pixel and has zeros for the new channels (option A), half of them on either side.
#include <array>

#include "fovea/layers/add.h"
#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/permute.h"
#include "fovea/layers/zero_padding2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

constexpr std::array<int64_t, 3> kFilters = {16, 32, 64};

void add_convolution(Net& net, const std::string& name, int64_t filters, int64_t stride, int input) {
  net.add(Conv2D({.filters = filters,
                  .kernel_size = 3,
                  .strides = stride,
                  .padding = Padding::same,
                  .use_bias = false,
                  .kernel_initializer = InitializerKind::he_normal,
                  .name = name + "_conv"}),
          input);
  net.add(BatchNormalization({.momentum = 0.9, .epsilon = 1e-5f, .name = name + "_bn"}));
}

// Every other pixel, with as many channels as `filters`: padded where channels stand for columns.
int add_narrow_shortcut(Net& net, const std::string& name, int64_t filters) {
  const int64_t channels = net.channels(net.last()), more = filters - channels;
  net.add(AveragePooling2D({.pool_size = 1, .strides = 2, .name = name + "_0_pool"}));
  net.add(Permute({.dims = {1, 3, 2}, .name = name + "_0_permute"}));
  net.add(ZeroPadding2D({.padding = {0, 0, more / 2, more - more / 2}, .name = name + "_0_pad"}));
  return net.add(Permute({.dims = {1, 3, 2}, .name = name + "_0_back"}));
}

void add_block(Net& net, const std::string& name, int64_t filters, int64_t stride) {
  const int x = net.last();
  const int shortcut = stride == 1 ? x : add_narrow_shortcut(net, name, filters);
  add_convolution(net, name + "_1", filters, stride, x);
  net.add(ReLU({.name = name + "_1_relu"}));
  add_convolution(net, name + "_2", filters, 1, net.last());
  net.add(Add({.name = name + "_add"}), shortcut, net.last());
  net.add(ReLU({.name = name + "_out"}));
}

}  // namespace

Graph small_resnet(const Options& options, int blocks) {
  Net net(fmt::format("resnet{}", 6 * blocks + 2), options.picture_shape);
  add_convolution(net, "conv1", kFilters[0], 1, net.last());
  net.add(ReLU({.name = "conv1_relu"}));
  for (size_t stage = 0; stage < kFilters.size(); ++stage)
    for (int block = 1; block <= blocks; ++block)
      add_block(net, fmt::format("conv{}_block{}", stage + 2, block), kFilters[stage], stage > 0 && block == 1 ? 2 : 1);
  net.mean_and_classes(options.classes);
  return net.take();
}

}  // namespace fovea::zoo
