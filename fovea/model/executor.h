// Runs plans.
#pragma once

#include <string>

#include "fovea/base/thread_pool.h"
#include "fovea/model/plan.h"

namespace fovea {

class Executor {
 public:
  explicit Executor(ThreadPool& pool) : pool_(pool) {}

  // Renews the plan's copies of weights where those changed since.
  void renew(Plan& plan, const Parameters& parameters, const kernels::RunContext& context) const;
  // Returns when all segments are done: in each the lanes side by side, then its meeting on the calling thread. For one
  // thread at a time.
  void run(const std::vector<Segment>& segments, const kernels::RunContext& context) const;

  // Runs the whole plan on this thread alone, copies and update too. Returns the seconds that each of Plan::steps took.
  std::vector<double> step_seconds(const Plan& plan, const kernels::RunContext& context) const;

  // Runs on this thread alone and looks at everything each call writes. Returns the first that is not finite, as
  // "layer: step", or an empty text.
  std::string find_not_finite(const Plan& plan, const kernels::RunContext& context) const;

 private:
  ThreadPool& pool_;
};

}  // namespace fovea
