// How fast a model trains and predicts on this machine, and where the time goes.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea {

struct BenchmarkOptions {
  int64_t batch_size = 32;
  int threads = 0;       // 0: one a core that this process may use
  int lanes = 0;         // as PlanOptions::lanes
  double seconds = 2;    // of each measurement; the fastest of its rounds counts
  bool winograd = true;  // as PlanOptions::winograd
};

// One step of a plan, on one thread.
struct StepTime {
  std::string layer, step, implementation;
  double seconds = 0;  // of all its calls in one batch
};

struct SpeedOfWork {
  double pictures_per_second = 0;
  double flops = 0;              // of one picture, as direct convolutions count them (Winograd's do fewer)
  std::vector<StepTime> steps;   // in the order of the plan
};

struct Benchmark {
  SpeedOfWork training, prediction;  // training with Adam
  double peak_flops = 0;             // of one core, a second
  int threads = 0;                   // that were used
  int cores = 0;                     // that they had
};

// Works on pictures of noise, without reading any. Trains the model: its weights are worth nothing afterwards.
Benchmark benchmark(Model& model, const BenchmarkOptions& options = {});

}  // namespace fovea
