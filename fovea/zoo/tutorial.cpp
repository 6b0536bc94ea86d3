#include "fovea/zoo/tutorial.h"

#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/zoo/net.h"

namespace fovea::zoo {
namespace {

Conv2D conv(int64_t filters) { return Conv2D({.filters = filters, .kernel_size = 3, .activation = ActivationKind::relu}); }
Dense hidden(int64_t units) { return Dense({.units = units, .activation = ActivationKind::relu}); }
Dense output(const Options& options) { return Dense({.units = options.classes, .activation = ActivationKind::softmax}); }

template <class... Layers>
Graph chain(const char* name, const Options& options, Layers... layers) {
  Net net(name, options.picture_shape);
  (net.add(std::move(layers)), ...);
  net.add(output(options));
  Graph graph = net.take();
  graph.set_sequential(true);
  return graph;
}

}  // namespace

Graph basic(const Options& options) {
  return chain("basic", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), conv(64), Flatten(), hidden(64));
}

Graph max_pool(const Options& options) {
  return chain("max_pool", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), Flatten());
}

Graph avg_pool(const Options& options) {
  return chain("avg_pool", options, conv(32), AveragePooling2D(), conv(64), AveragePooling2D(), Flatten());
}

Graph global_avg_pool(const Options& options) {
  return chain("global_avg_pool", options, conv(32), conv(64), GlobalAveragePooling2D());
}

Graph advanced(const Options& options) {
  return chain("advanced", options, conv(32), BatchNormalization(), conv(32), MaxPooling2D(), Dropout(0.25f),  //
             conv(64), BatchNormalization(), conv(64), MaxPooling2D(), Dropout(0.25f),                       //
             conv(128), BatchNormalization(), Dropout(0.25f), Flatten(),                                     //
             hidden(512), BatchNormalization(), Dropout(0.5f));
}

Graph ensemble_1(const Options& options) {
  return chain("ensemble_1", options, conv(32), MaxPooling2D(), conv(64), MaxPooling2D(), Flatten(), hidden(64));
}

Graph ensemble_2(const Options& options) {
  return chain("ensemble_2", options, conv(64), conv(64), MaxPooling2D(), conv(128), conv(128), MaxPooling2D(), Flatten(),
             hidden(128));
}

Graph ensemble_3(const Options& options) {
  return chain("ensemble_3", options, conv(32), BatchNormalization(), conv(32), MaxPooling2D(),  //
             conv(64), BatchNormalization(), conv(64), MaxPooling2D(), Flatten(), hidden(64));
}

}  // namespace fovea::zoo
