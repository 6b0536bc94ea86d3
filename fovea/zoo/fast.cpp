// Small nets for 32x32 that learn much in few passes: after the nets of Page (2018) and Jordan (2024), as wide and half as wide.
#include <array>

#include "fovea/layers/global_max_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/layers/rescaling.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

// Statistics follow quickly: a training has few steps.
constexpr double kMomentum = 0.6;
// Of scores: softmax of larger ones would be sure too early.
constexpr float kScoreScale = 1 / 9.0f;

void convolution(Net& net, int64_t filters, bool pooled, const std::string& name) {
  net.add(Conv2D({.filters = filters, .kernel_size = 3, .padding = Padding::same, .use_bias = false, .name = name + "_conv"}));
  if (pooled) net.add(MaxPooling2D({.name = name + "_pool"}));
  net.add(BatchNormalization({.momentum = kMomentum, .name = name + "_bn"}));
  net.relu(name + "_relu");
}

Graph net_of(const std::string& name, const std::array<int64_t, 3>& widths, const Options& options) {
  Net net(name, options.picture_shape);
  // Patches of 2x2 in their principal directions, and the opposite ones: see train/whitening.h.
  net.add(Conv2D({.filters = 8 * options.picture_shape[2], .kernel_size = 2, .use_bias = false, .name = "whitening"}));
  net.relu("whitening_relu");
  int block = 0;
  for (const int64_t width : widths) {
    const std::string prefix = fmt::format("block{}_", ++block);
    convolution(net, width, true, prefix + "1");
    convolution(net, width, false, prefix + "2");
  }
  net.add(GlobalMaxPooling2D({.name = "max_pool"}));
  net.add(Dense({.units = options.classes, .use_bias = false, .name = "scores"}));
  net.add(Rescaling({.scale = kScoreScale, .name = "scale"}));
  net.add(Activation({.activation = ActivationKind::softmax, .name = "predictions"}));
  return net.take();
}

}  // namespace

Graph fast(const Options& options) { return net_of("fast", {32, 128, 128}, options); }
Graph fast_wide(const Options& options) { return net_of("fast_wide", {64, 256, 256}, options); }

}  // namespace fovea::zoo
