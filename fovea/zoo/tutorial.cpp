#include "fovea/zoo/tutorial.h"

#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"

namespace fovea::zoo {
namespace {

Conv2D conv(int64_t filters) { return Conv2D({.filters = filters, .kernel_size = 3, .activation = ActivationKind::relu}); }
Dense hidden(int64_t units) { return Dense({.units = units, .activation = ActivationKind::relu}); }
Dense output(const Options& options) { return Dense({.units = options.classes, .activation = ActivationKind::softmax}); }

template <class... Layers>
Graph net(const char* name, const Options& options, Layers... layers) {
  Graph graph(name);
  int last = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = options.picture_shape}), {});
  const auto add = [&](auto layer) { last = graph.add(std::make_shared<decltype(layer)>(std::move(layer)), {last}); };
  (add(std::move(layers)), ...);
  add(output(options));
  return graph;
}

}  // namespace

Graph basic(const Options& options) {
  return net("basic", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), conv(64), Flatten(), hidden(64));
}

Graph max_pool(const Options& options) {
  return net("max_pool", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), Flatten());
}

Graph avg_pool(const Options& options) {
  return net("avg_pool", options, conv(32), AveragePooling2D(), conv(64), AveragePooling2D(), Flatten());
}

Graph global_avg_pool(const Options& options) {
  return net("global_avg_pool", options, conv(32), conv(64), GlobalAveragePooling2D());
}

Graph advanced(const Options& options) {
  return net("advanced", options, conv(32), BatchNormalization(), conv(32), MaxPooling2D(), Dropout(0.25f),  //
             conv(64), BatchNormalization(), conv(64), MaxPooling2D(), Dropout(0.25f),                       //
             conv(128), BatchNormalization(), Dropout(0.25f), Flatten(),                                     //
             hidden(512), BatchNormalization(), Dropout(0.5f));
}

Graph ensemble_1(const Options& options) {
  return net("ensemble_1", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), Flatten(), hidden(64));
}

Graph ensemble_2(const Options& options) {
  return net("ensemble_2", options, conv(64), conv(64), MaxPooling2D(), conv(128), conv(128), MaxPooling2D(), Flatten(),
             hidden(128));
}

Graph ensemble_3(const Options& options) {
  return net("ensemble_3", options, conv(32), BatchNormalization(), conv(32), MaxPooling2D(),  //
             conv(64), BatchNormalization(), conv(64), MaxPooling2D(), Flatten(), hidden(64));
}

}  // namespace fovea::zoo
