// Keras's applications, with its layers' names, topologies and options, and the small residual nets for 32x32.
// Sources: keras/src/applications of Keras 3.15, and the papers that zoo.cpp names.
#pragma once

#include <vector>

#include "fovea/zoo/zoo.h"

namespace fovea::zoo {

Graph vgg16(const Options& options);
Graph vgg19(const Options& options);

Graph resnet50(const Options& options);
Graph resnet101(const Options& options);
Graph resnet152(const Options& options);
Graph resnet50v2(const Options& options);
// 6 · blocks + 2 layers: three stages of 16, 32 and 64 filters (He et al. 2015, section 4.2), shortcuts without weights.
Graph small_resnet(const Options& options, int blocks);

// The widths that Keras has weights for.
const std::vector<double>& mobilenet_alphas();
const std::vector<double>& mobilenet_v2_alphas();
Graph mobilenet(const Options& options, double alpha);
Graph mobilenet_v2(const Options& options, double alpha);

Graph densenet121(const Options& options);

Graph efficientnetb0(const Options& options);

Graph fast(const Options& options);
Graph fast_wide(const Options& options);

}  // namespace fovea::zoo
