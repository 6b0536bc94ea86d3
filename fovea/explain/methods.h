// Ways of telling which parts of a picture a class was told from. All share one frame (explainer.h), which computes what a
// method reads; a method is a function from that to a map.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fovea/explain/map.h"
#include "fovea/explain/network.h"

namespace fovea::explain {

struct MethodOptions {
  int64_t samples = 50;   // SmoothGrad: noisy copies
  double noise = 0.15;    // SmoothGrad: deviation of the noise, as a share of the picture's range
  int64_t steps = 32;     // integrated gradients: points on the path, twice as many until its sum is within 1 % of the difference
  int64_t most_steps = 1024;
  int64_t patch = 0, stride = 0;  // occlusion, in pixels; 0: a quarter of the shorter side, and half a patch; stride ≤ patch
  float fill = 0;                 // occlusion: what covers the picture, after preprocessing
  uint64_t seed = 0;
};

// One picture, and what the network says of it.
struct Subject {
  Network& network;
  const MethodOptions& options;
  std::span<const float> picture;  // (h, w, c), preprocessed
  int class_index = 0;
  double value = 0;  // the target
  // The layer: a node of the graph, its output's size, its output and the derivative of the target by it (h, w, c).
  int node = 0;
  int64_t height = 0, width = 0, channels = 0;
  std::span<const float> activations, gradients;
};

enum class Family {
  cam,         // maps of a layer's size, from what is above 0 in them
  attribution  // maps of the picture's size; numbers below 0 speak against the class
};

struct Method {
  std::string name, title;  // "grad-cam", "Grad-CAM"
  std::string paper;
  Family family = Family::cam;
  bool reads_gradients = false;  // of the layer
  bool own_pictures = false;     // runs the network on many pictures that it makes of each
  Map (*map)(const Subject&) = nullptr;
};

const std::vector<Method>& methods();
std::vector<std::string> method_names();
// Throws Error (usage) naming `where`.
const Method& method_of(const std::string& name, const std::string& where);

// Class activation maps, before the ReLU.
Map grad_cam(const Subject& subject);
Map grad_cam_plus_plus(const Subject& subject);
Map layer_cam(const Subject& subject);
Map hires_cam(const Subject& subject);
Map xgrad_cam(const Subject& subject);
Map eigen_cam(const Subject& subject);
Map score_cam(const Subject& subject);
Map ablation_cam(const Subject& subject);

// Attributions to pixels.
Map saliency(const Subject& subject);
Map gradient_x_input(const Subject& subject);
Map smooth_grad(const Subject& subject);
Map integrated_gradients(const Subject& subject);
Map guided_backpropagation(const Subject& subject);
Map occlusion(const Subject& subject);

}  // namespace fovea::explain
