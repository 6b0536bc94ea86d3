// One harness that every layer goes through. For a layer and a problem it proves:
//
//   - the shape rule gives the shape that is written;
//   - forward agrees with a reference in double, in training and in a plan for forward alone;
//   - backward agrees with the reference's derivative, by formula or by central differences;
//   - nothing that is read was left unwritten (all memory starts as NaN, see run_layer.h);
//   - all this for several sizes of tile, numbers of lanes and layouts of the input;
//   - 1, 2 and 5 threads, and two runs, give the same bits;
//   - options -> JSON -> options is the same layer.
//
// A failure is one line that says what to run to see it again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/harness/problems.h"
#include "tests/harness/run_layer.h"

namespace fovea {

using Doubles = std::vector<double>;

struct Gradients {
  std::vector<Doubles> inputs, weights;
};

// What a layer shall compute, in double. Arrays are those of LayerCase: inputs and weights in order.
struct Truth {
  using Inputs = const std::vector<Doubles>&;
  std::function<Doubles(Inputs inputs, Inputs weights)> forward;
  // Without it: central differences of forward, one number at a time.
  std::function<Gradients(Inputs inputs, Inputs weights, const Doubles& diff_output)> backward = {};
  // Weights after the run, for layers whose statistics follow.
  std::function<std::vector<Doubles>(Inputs inputs, Inputs weights)> updated = {};
  // What max(0, ·) is applied to: no gradient is sent to where rounding decides its sign.
  std::function<Doubles(Inputs inputs, Inputs weights)> before_relu = {};
};

struct LayerProblem {
  std::string line;  // as in bench/problems, what repeats it
  std::shared_ptr<Layer> layer;
  int64_t batch = 1;
  std::vector<Shape> shapes;  // of one picture, by input
  Truth truth;
  bool training = false;
  int64_t terms = 1;  // numbers that go into one sum: rounding grows with their root
  std::vector<int64_t> blocks = {0, 8, 16, 1};
};

void check_layer(const LayerProblem& problem);

// The problems of bench/problems/NAME.txt, or the one line in the environment's FOVEA_PROBLEM.
std::vector<Problem> problems_to_check(const std::string& name);

// A picture of a problem: (rows, columns, channels), or (features) where a problem has no rows.
Shape picture_of(const Problem& problem);

// A layer on hand-made numbers, forward only.
Floats apply(std::shared_ptr<Layer> layer, const Shape& shape, const Floats& input,
             const std::vector<Floats>& weights = {});

}  // namespace fovea
