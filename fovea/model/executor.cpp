#include "fovea/model/executor.h"

#include <chrono>
#include <cmath>

#include "fovea/base/denormals.h"

namespace fovea {
namespace {

void run_calls(const std::vector<BoundCall>& calls, const kernels::RunContext& context) {
  const FlushDenormals flush;
  for (const BoundCall& call : calls) call.call->run(context);
}

}  // namespace

void Executor::run(const std::vector<Segment>& segments, const kernels::RunContext& context) const {
  for (const Segment& segment : segments) {
    pool_.run(static_cast<int>(segment.lanes.size()), [&](int lane) { run_calls(segment.lanes[static_cast<size_t>(lane)], context); });
    run_calls(segment.meeting, context);
  }
}

void Executor::renew(Plan& plan, const Parameters& parameters, const kernels::RunContext& context) const {
  if (plan.copied_version == parameters.version()) return;
  const std::lock_guard lock(parameters.copying());
  for (const Segment& segment : plan.copies)
    pool_.run(static_cast<int>(segment.lanes.size()), [&](int lane) {
      for (const BoundCall& call : segment.lanes[static_cast<size_t>(lane)]) call.renew(parameters.version(), context);
    });
  plan.copied_version = parameters.version();
}

std::vector<double> Executor::step_seconds(const Plan& plan, const kernels::RunContext& context) const {
  using Clock = std::chrono::steady_clock;
  const FlushDenormals flush;
  std::vector<double> seconds(plan.steps.size());
  const auto time = [&](const std::vector<BoundCall>& calls) {
    for (const BoundCall& call : calls) {
      const auto begin = Clock::now();
      call.call->run(context);
      seconds[static_cast<size_t>(call.step)] += std::chrono::duration<double>(Clock::now() - begin).count();
    }
  };
  for (const auto* segments : {&plan.copies, &plan.compute, &plan.update})
    for (const Segment& segment : *segments) {
      for (const auto& lane : segment.lanes) time(lane);
      time(segment.meeting);
    }
  return seconds;
}

std::string Executor::find_not_finite(const Plan& plan, const kernels::RunContext& context) const {
  const FlushDenormals flush;
  const auto bad = [&](const BoundCall& call) {
    call.call->run(context);
    for (const auto& [values, count] : call.written)
      for (int64_t i = 0; i < count; ++i)
        if (!std::isfinite(values[i])) return true;
    return false;
  };
  const auto name = [&](const BoundCall& call) {
    const StepInfo& step = plan.steps[static_cast<size_t>(call.step)];
    return step.layer.empty() ? step.name : step.layer + ": " + step.name;
  };
  for (const Segment& segment : plan.compute) {
    for (const auto& lane : segment.lanes)
      for (const BoundCall& call : lane)
        if (bad(call)) return name(call);
    for (const BoundCall& call : segment.meeting)
      if (bad(call)) return name(call);
  }
  return "";
}

}  // namespace fovea
