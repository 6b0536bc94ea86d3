// Runs a model: keeps its plans, one for every batch size that comes by, and renews what depends on changed weights.
#pragma once

#include <map>
#include <memory>

#include "fovea/model/executor.h"
#include "fovea/model/model.h"
#include "fovea/model/plan_builder.h"

namespace fovea {

class Runner {
 public:
  // `options.batch` is the usual batch size: lanes are chosen for it and kept for shorter batches.
  Runner(Model& model, ThreadPool& pool, PlanOptions options);

  // The plan for a batch of `rows` pictures; its results are those of the last compute.
  Plan& plan(int64_t rows);
  Plan& compute(int64_t rows, const kernels::RunContext& context);
  void update(Plan& plan, const kernels::RunContext& context);
  // The seconds of each of the plan's steps on one thread, the shortest of a few runs. Weights follow once a run.
  std::vector<double> step_seconds(int64_t rows, const kernels::RunContext& context);
  std::string find_not_finite(int64_t rows, const kernels::RunContext& context);

  const PlanOptions& options() const { return options_; }
  Model& model() { return model_; }

 private:
  Model& model_;
  Executor executor_;
  PlanOptions options_;
  std::map<int64_t, std::unique_ptr<Plan>> plans_;
};

}  // namespace fovea
