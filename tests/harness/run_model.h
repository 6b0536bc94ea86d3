// A model, run by the engine: numbers in, numbers out, all in Keras's order.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/model.h"
#include "fovea/model/plan.h"

namespace fovea {

using Floats = std::vector<float>;

// The address of a run's random numbers; a layer's own stream is purpose::kLayer + its place in the model.
inline constexpr uint64_t kRunSeed = 5;
inline constexpr int64_t kRunEpoch = 2;
inline constexpr int64_t kRunPosition = 7;

struct ModelRun {
  Shape shape;                       // of one picture of the output
  Floats output, losses;             // (batch, …)
  std::vector<Floats> outputs;       // as PlanOptions asks for
  std::vector<Floats> gradients;     // as PlanOptions asks for, the input's last
  std::vector<Floats> diff_weights;  // by parameter; empty where it does not train
  std::vector<StepInfo> steps;

  bool has_step(const std::string& name) const;
};

// Plans and runs a batch: forward, and backward from `diff_output` or from the loss, whose targets are the classes in
// turn. All memory of the plan is NaN when it runs, and it runs twice: whatever is read was written by this run, or is
// NaN in the result. With gradients moving statistics follow, once.
ModelRun run_model(Model& model, const PlanOptions& options, const Floats& pictures, const Floats& diff_output = {},
                   int threads = 1);

// Numbers in [low, high), a function of the seed.
Floats random_floats(int64_t count, uint64_t seed, float low = -1, float high = 1);

// Random weights for every parameter; those that scale stay positive.
void randomize(Model& model, uint64_t seed);

}  // namespace fovea
