// Small models that the engine's tests share, built node by node.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "fovea/layers/activation.h"
#include "fovea/layers/add.h"
#include "fovea/layers/average_pooling2d.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/concatenate.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "tests/harness/golden.h"
#include "tests/harness/run_model.h"

namespace fovea {

class Net {
 public:
  explicit Net(const Shape& shape) { graph_.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = shape}), {}); }

  // Adds a layer behind the last one, or behind others, where its call may fix `training`, and returns its place.
  template <class L>
  int add(L layer) {
    return add(std::move(layer), {graph_.size() - 1});
  }
  template <class L>
  int add(L layer, std::vector<int> inputs, std::optional<bool> training = {}) {
    return graph_.add(std::make_shared<L>(std::move(layer)), std::move(inputs), training);
  }

  // With random numbers.
  Model model(uint64_t seed = 1) && {
    Model made(std::move(graph_));
    randomize(made, seed);
    return made;
  }

 private:
  Graph graph_{"net"};
};

inline Floats pictures_for(const Model& model, int64_t batch) {
  return random_floats(batch * model.input_shape().elements(), 77);
}
inline Floats diff_for(const Model& model, int64_t batch) {
  return random_floats(batch * model.graph().output_shape().elements(), 78);
}

// All numbers of two runs agree, relative to the largest of each array.
inline void expect_same(const ModelRun& a, const ModelRun& b, double tolerance, const std::string& what) {
  const auto close = [&](const Floats& x, const Floats& y, const std::string& array) {
    ASSERT_EQ(x.size(), y.size()) << what << ": " << array;
    EXPECT_LE(golden_difference(x, y), tolerance) << what << ": " << array;
  };
  close(a.output, b.output, "output");
  close(a.losses, b.losses, "losses");
  ASSERT_EQ(a.outputs.size(), b.outputs.size());
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  ASSERT_EQ(a.diff_weights.size(), b.diff_weights.size());
  for (size_t i = 0; i < a.outputs.size(); ++i) close(a.outputs[i], b.outputs[i], "output " + std::to_string(i));
  for (size_t i = 0; i < a.gradients.size(); ++i)
    close(a.gradients[i], b.gradients[i], "gradient " + std::to_string(i));
  for (size_t i = 0; i < a.diff_weights.size(); ++i)
    close(a.diff_weights[i], b.diff_weights[i], "gradient of weight " + std::to_string(i));
}

}  // namespace fovea
