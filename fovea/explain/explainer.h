// Explains what a model says of pictures: which parts of them a class was told from.
//
//   explain::Map map = explain::grad_cam(model, picture, {.layer = "vgg16/block5_conv3"});
//
// or, for many pictures and several methods, an Explainer, which keeps its plans.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fovea/explain/methods.h"

namespace fovea::explain {

struct ExplainOptions {
  std::string layer = "";               // of class activation maps: a path; empty: the last with rows and columns
  std::optional<int> class_index = {};  // empty: the likeliest of each picture
  Target target = Target::score;
  MethodOptions method = {};
  int threads = 0;     // 0: one a core that this process may use
  int64_t batch = 32;  // pictures at a time
  int lanes = 0;       // see PlanOptions
};

struct Explanation {
  // Of a class activation map the layer's size and nothing below 0, before resizing and before division by its largest; of
  // an attribution the picture's size.
  Map map;
  int class_index = 0;
  double value = 0;        // the target: the score, or the probability
  double probability = 0;  // of the class
};

// For one thread at a time; the model outlives it.
class Explainer {
 public:
  // Throws Error (usage) for a layer or class that the model has not, or a model whose output is not one number a class.
  explicit Explainer(Model& model, const ExplainOptions& options = {});

  // Pictures lie one after another, (n, h, w, c), preprocessed as the model takes them. `classes` has one a picture;
  // empty: as the options say.
  std::vector<Explanation> explain(const Method& method, std::span<const float> pictures, std::span<const int> classes = {});

  int layer() const { return node_; }  // node of the graph
  const std::string& layer_path() const;
  Network& network() { return network_; }

 private:
  std::vector<int> classes_of(std::span<const float> probabilities) const;

  ExplainOptions options_;
  ThreadPool pool_;
  Network network_;
  int node_;
};

// One picture, by the method of this name.
Explanation explain(Model& model, std::span<const float> picture, const std::string& method, const ExplainOptions& options = {});

// The Grad-CAM map of one picture (Selvaraju et al. 2017): the layer's maps, each by the mean of its gradient, and of the
// sum what is above 0.
Map grad_cam(Model& model, std::span<const float> picture, const ExplainOptions& options = {});

}  // namespace fovea::explain
