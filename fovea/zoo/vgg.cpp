// VGG16 and VGG19 (Simonyan and Zisserman 2014; Keras: applications/vgg16.py, vgg19.py).
#include <array>

#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/zoo/families.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

constexpr std::array<int64_t, 5> kFilters = {64, 128, 256, 512, 512};

Graph vgg(const std::string& name, const Options& options, const std::array<int, 5>& convolutions) {
  Net net(name, options.picture_shape);
  for (size_t block = 0; block < kFilters.size(); ++block) {
    const std::string prefix = fmt::format("block{}_", block + 1);
    for (int i = 1; i <= convolutions[block]; ++i)
      net.add(Conv2D({.filters = kFilters[block],
                      .kernel_size = 3,
                      .padding = Padding::same,
                      .activation = ActivationKind::relu,
                      .name = fmt::format("{}conv{}", prefix, i)}));
    net.add(MaxPooling2D({.name = prefix + "pool"}));
  }
  if (!options.include_top) return net.take();
  net.add(Flatten({.name = "flatten"}));
  net.add(Dense({.units = 4096, .activation = ActivationKind::relu, .name = "fc1"}));
  net.add(Dense({.units = 4096, .activation = ActivationKind::relu, .name = "fc2"}));
  net.predictions(options.classes);
  return net.take();
}

}  // namespace

Graph vgg16(const Options& options) { return vgg("vgg16", options, {2, 2, 3, 3, 3}); }
Graph vgg19(const Options& options) { return vgg("vgg19", options, {2, 2, 4, 4, 4}); }

}  // namespace fovea::zoo
