#include "fovea/model/runner.h"

#include <algorithm>

namespace fovea {

Runner::Runner(Model& model, ThreadPool& pool, PlanOptions options)
    : model_(model), executor_(pool), options_(std::move(options)), threads_(std::min(pool.threads(), available_cores())) {
  if (options_.lanes == 0) options_.lanes = default_lanes(options_.batch);
}

Plan& Runner::plan(int64_t rows) {
  auto& plan = plans_[rows];
  if (plan && plan->folded && plan->copied_version != model_.parameters().version()) plan.reset();
  if (!plan) {
    PlanOptions options = options_;
    options.batch = rows;
    options.threads = threads_;
    plan = make_plan(model_.graph(), model_.parameters(), options);
  }
  return *plan;
}

Plan& Runner::compute(int64_t rows, const kernels::RunContext& context) {
  Plan& ready = plan(rows);
  executor_.renew(ready, model_.parameters(), context);
  executor_.run(ready.compute, context);
  return ready;
}

void Runner::update(Plan& plan, const kernels::RunContext& context) {
  executor_.run(plan.update, context);
  model_.parameters().changed();
}

std::vector<double> Runner::step_seconds(int64_t rows, const kernels::RunContext& context) {
  constexpr int kRuns = 5;
  std::vector<double> shortest;
  for (int run = 0; run < kRuns; ++run) {
    const std::vector<double> seconds = executor_.step_seconds(plan(rows), context);
    if (shortest.empty()) shortest = seconds;
    std::ranges::transform(shortest, seconds, shortest.begin(), [](double a, double b) { return std::min(a, b); });
    model_.parameters().changed();
  }
  return shortest;
}

std::string Runner::find_not_finite(int64_t rows, const kernels::RunContext& context) {
  return executor_.find_not_finite(plan(rows), context);
}

}  // namespace fovea
