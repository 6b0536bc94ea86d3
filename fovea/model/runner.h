// Runs a model: keeps its plans, one for every batch size that comes by, and renews what depends on changed weights.
//
// For one thread at a time; predictor.h is for many. Model and pool outlive it.
#pragma once

#include <map>
#include <memory>

#include "fovea/model/executor.h"
#include "fovea/model/model.h"
#include "fovea/model/plan_builder.h"

namespace fovea {

class Runner {
 public:
  // `options.batch` is the usual batch size: lanes are chosen for it and kept for shorter batches. All threads of the pool
  // share out the steps of a single picture.
  Runner(Model& model, ThreadPool& pool, PlanOptions options);

  // The plan for a batch of `rows` pictures; its results are those of the last compute. Throws Error (usage) where model
  // and options do not fit.
  Plan& plan(int64_t rows);
  // Forward, and with PlanOptions::gradients backward: pictures come from context.feed. The plan's results stay until
  // it is computed again.
  Plan& compute(int64_t rows, const kernels::RunContext& context);
  // Weights and moving statistics follow what was computed last.
  void update(Plan& plan, const kernels::RunContext& context);
  // The seconds of each of the plan's steps on one thread, the shortest of a few runs. Weights follow once a run.
  std::vector<double> step_seconds(int64_t rows, const kernels::RunContext& context);
  // Computes again and looks at everything that is written: "layer: step" of the first number that is not finite, or
  // nothing.
  std::string find_not_finite(int64_t rows, const kernels::RunContext& context);

  const PlanOptions& options() const { return options_; }
  Model& model() { return model_; }

 private:
  Model& model_;
  Executor executor_;
  PlanOptions options_;
  int threads_;
  std::map<int64_t, std::unique_ptr<Plan>> plans_;
};

}  // namespace fovea
