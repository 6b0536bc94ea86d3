// A model as explanations use it: in inference, forward to what it says of a class, and back from there to a layer or to
// the picture. Many pictures at a time; a plan is made once for each question and kept.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "fovea/base/thread_pool.h"
#include "fovea/model/model.h"
#include "fovea/model/runner.h"

namespace fovea::explain {

// What of a class is explained: its value before the last softmax or sigmoid, or its probability behind it. The gradient
// of a probability vanishes where the model is sure.
enum class Target { score, probability };

struct NetworkOptions {
  Target target = Target::score;
  int64_t batch = 32;  // pictures at a time
  int lanes = 0;       // see PlanOptions
};

// For one thread at a time; model and pool outlive it. Pictures lie one after another, preprocessed as the model takes
// them; `classes` has one a picture.
class Network {
 public:
  // Throws Error (usage) for a model whose output is not one number a class.
  Network(Model& model, ThreadPool& pool, const NetworkOptions& options = {});

  const Graph& graph() const { return model_.graph(); }
  const Shape& picture_shape() const { return model_.input_shape(); }
  int64_t classes() const { return model_.classes(); }
  int64_t batch() const { return options_.batch; }

  // (n, classes)
  std::vector<float> probabilities(std::span<const float> pictures);
  // The target of each picture's class.
  std::vector<double> values(std::span<const float> pictures, std::span<const int> classes);
  // The target of a picture's class, and with each channel of a layer's output in turn set to 0; by the same kernels, so
  // that small differences are right.
  struct Ablation {
    double whole = 0;
    std::vector<double> without;
  };
  Ablation ablation(int node, std::span<const float> picture, int class_index);

  // What the layer `node` gives for each picture, (n, h, w, c); the derivative of the target by it, and the target.
  std::vector<float> activations(int node, std::span<const float> pictures);
  struct LayerView {
    std::vector<float> activations, gradients;
    std::vector<double> values;
  };
  LayerView layer(int node, std::span<const float> pictures, std::span<const int> classes);
  // The derivative of the target by the pictures; guided: what comes back through a max(0, ·) is cut at 0 too
  // (Springenberg et al. 2015, "Striving for simplicity").
  std::vector<float> input_gradients(std::span<const float> pictures, std::span<const int> classes, bool guided = false);

 private:
  enum class Question { probabilities, values, ablation, activations, layer, input, guided_input };
  Runner& runner(Question question, int node);
  double value(const float* outputs, int class_index) const;
  template <class F>
  void run(Question question, int node, std::span<const float> pictures, std::span<const int> classes, F&& use);

  Model& model_;
  ThreadPool& pool_;
  NetworkOptions options_;
  std::map<std::pair<Question, int>, std::unique_ptr<Runner>> runners_;
  std::map<int, std::shared_ptr<std::vector<float>>> gates_;  // by layer: which channels pass, (batch, channels)
};

}  // namespace fovea::explain
