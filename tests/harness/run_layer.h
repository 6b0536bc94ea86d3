// One layer, run by the engine as part of a model: numbers in, numbers out, all in Keras's order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fovea/layers/layer.h"
#include "tests/harness/run_model.h"

namespace fovea {

// A layer and the numbers it works on. Shapes are those of one picture.
struct LayerCase {
  std::shared_ptr<Layer> layer;
  int64_t batch = 1;
  std::vector<Shape> shapes;    // by input
  std::vector<Floats> inputs;   // (batch, shape)
  std::vector<Floats> weights;  // in the layer's order
  Floats diff_output;           // the gradient that arrives at the output; empty: forward only
  bool training = false;
};

// How it is run. With a `block` the inputs come through a part_of_input (part.h) in that layout where they are
// pictures: 0 plain, 8, 16, or 1 for channels first; without, the one input is the model's own.
struct LayerRunOptions {
  int threads = 1;
  int lanes = 1;
  int64_t tile = 0;
  std::optional<int64_t> block = {};
};
std::string to_string(const LayerRunOptions& options);

struct LayerResult {
  Shape shape;                       // of one picture of the output
  Floats output;                     // (batch, shape)
  std::vector<Floats> diff_inputs;   // of every input
  std::vector<Floats> diff_weights;  // by place among the weights; empty where a weight does not train
  std::vector<Floats> weights;       // after the run: moving statistics follow

  bool operator==(const LayerResult& other) const;  // the same bits
};

// Plans and runs as run_model does: forward, backward where there is a gradient, and what follows gradients.
LayerResult run_layer(const LayerCase& test, const LayerRunOptions& options = {});

}  // namespace fovea
