// A plan: what is to be done for one batch size, as lists of calls on memory that is already placed.
//
// A plan's work is a list of segments. In a segment every lane has its list of calls, run in order on one thread; lanes
// run side by side and meet at the segment's end, where the meeting's calls run alone. (Of a single picture whose steps are
// shared out, a segment's lists are shares of one step.) Nothing is decided while a plan
// runs. See plan_builder.h for how one is made and executor.h for how it runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/base/denormals.h"
#include "fovea/kernels/losses.h"
#include "fovea/layers/layer.h"
#include "fovea/model/parameters.h"
#include "fovea/model/update_rule.h"
#include "fovea/tensor/buffer.h"

namespace fovea {

struct PlanOptions {
  int64_t batch = 32;
  int lanes = 0;      // 0: one a core that this process may use, less where the batch is too small to feed them
  int64_t tile = 0;   // most pictures a tile; 0: chosen by the plan
  int threads = 1;    // of a batch of one picture, forward only: those that share out its larger steps; it changes no bit
  bool training = false;   // batch statistics and dropout
  bool gradients = false;  // forward and backward, else forward only
  bool weight_gradients = true;  // with gradients: those of parameters that train
  bool input_gradient = false;                     // the gradient at the input too
  // The layers (nodes of the graph) between which the plan computes: the feed gives the first one's output, and the last
  // one's is the plan's. All ways from the input to the output lead through them. Default: the model's input and output.
  int first = 0;
  std::optional<int> last = {};
  // The output is what the last layer's softmax or sigmoid is given: scores instead of probabilities.
  bool scores = false;
  // Layers that are put behind nodes of the graph for this plan: what reads a node reads them instead. They have no
  // parameters.
  std::vector<std::pair<int, LayerPtr>> behind;
  std::vector<int> outputs;                        // layers (nodes of the graph) whose outputs are asked for
  std::vector<int> output_gradients;               // layers at whose outputs the gradient is asked for
  // The loss behind the output; without it and with `gradients`, backward starts from Feed::gradients.
  struct Loss {
    kernels::LossRule rule = {};
    bool sample_weights = false;
  };
  std::optional<Loss> loss;
  const UpdateRule* update = nullptr;              // with gradients: weights follow them
  std::vector<std::string> disabled_passes;
  // 3x3 and 5x5 convolutions by Winograd's algorithm where that is faster. Without it they take about twice as long and
  // round a third as much: Keras's own rounding.
  bool winograd = true;
};

// One call and what a checker or a reader needs to know of it.
struct BoundCall {
  std::unique_ptr<kernels::Call> call;
  int step = 0;                                     // among Plan::steps
  std::vector<std::pair<const float*, int64_t>> written;  // floats it writes
  WeightsCopy* copy = nullptr;                      // of a copy of weights, shared with other plans: what it makes

  // Makes a copy unless it is of this version. Whoever calls holds Parameters::copying.
  void renew(uint64_t version, const kernels::RunContext& context) const {
    if (copy->version == version) return;
    const FlushDenormals flush;
    call->run(context);
    copy->version = version;
  }
};

struct Segment {
  std::string reason;  // why it ends
  std::vector<std::vector<BoundCall>> lanes;
  std::vector<BoundCall> meeting;
};

// A step as `fovea summary --format plan` shows it.
struct StepInfo {
  std::string layer, name, implementation;
  enum Kind { tile, lane, meeting, update, copy } kind = tile;
  int segment = 0;
  int64_t rows = 0;        // pictures a call
  size_t bytes = 0;        // written by a call
  std::string output;      // layout of what it writes, where that is an activation
};

struct Plan {
  int64_t batch = 0;
  int lanes = 1;
  std::vector<int64_t> tiles;       // pictures of every tile, in order
  std::vector<int64_t> lane_rows;   // pictures of every lane

  std::vector<Segment> copies;      // weights in other layouts; run when Parameters::version moved on
  std::vector<Segment> compute;     // forward, backward, gradients summed over lanes
  std::vector<Segment> update;      // weights follow
  std::vector<StepInfo> steps;
  std::vector<std::string> segment_reasons;

  // Results of the last run, by row of the batch, in Keras's order.
  Shape output_shape;
  std::span<const float> output;         // (batch, output); with a fused loss the probabilities
  std::span<const float> losses;         // (batch), with a loss
  std::vector<std::span<const float>> outputs, gradients;  // as asked for; gradients end with the input's if asked for
  // Of every parameter that trains: the sum of squares of its gradient, by chunk; and where its gradient lies.
  struct Gradient {
    int parameter = 0;
    kernels::WeightsLayout layout;
    float* values = nullptr;             // summed over lanes, in the home layout
    std::vector<double> squares;         // by chunk
    std::vector<double> penalties;       // of a regularized parameter, by chunk: what its size adds to the loss
    float scale = 1;                     // set between compute and update
  };
  std::vector<std::unique_ptr<Gradient>> parameter_gradients;

  // Memory, in bytes.
  size_t arena_bytes = 0, gradient_bytes = 0, scratch_bytes = 0, copy_bytes = 0, shared_bytes = 0;

  uint64_t copied_version = 0;           // of Parameters, when `copies` last ran
  bool folded = false;                   // holds values made from parameters: good for the version it was made with
  std::vector<Buffer> memory;            // owns all of the above but copies that are shared
  std::vector<std::shared_ptr<WeightsCopy>> shared_copies;  // with other plans
};

}  // namespace fovea
